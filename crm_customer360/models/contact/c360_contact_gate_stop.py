from collections import defaultdict

from odoo import api, models

from ...tools.contact_limit import Stop
from .c360_contact_purpose import NEVER_HELD


class C360ContactGate(models.AbstractModel):
    """What the documents of the ERP stop: policies of the kind “stop”.

    Whoever sends must be stopped, also when he may not read the document: the
    documents are read in SQL, without his rights; he learns a number and a date.
    A new kind needs a ``_get_facts_<kind>`` and a ``_explain_<kind>``.
    """

    _inherit = "c360.contact.gate"

    @api.model
    def _get_held(self, requests, rules):
        self.env["c360.contact.purpose"]._check_codes(
            {request.purpose for request in requests}
        )
        held = super()._get_held(requests, rules)
        # A stop may name a purpose that nothing else holds back: reminders of an
        # invoice the customer disputes.
        codes = self._get_stopped_codes() - set(NEVER_HELD)
        if not codes:
            return held
        kept = set(map(id, held))
        return [
            request
            for request in requests
            if id(request) in kept or request.purpose in codes
        ]

    @api.model
    def _get_stopped_codes(self):
        if not self._is_used():
            return frozenset()
        return self.env["c360.contact.policy"]._get_stopped_codes()

    @api.model
    def _get_barriers(self, requests, at):
        barriers = super()._get_barriers(requests, at)
        if self._is_used():
            self._add_stops(barriers, requests, at)
        return barriers

    @api.model
    def _add_stops(self, barriers, requests, at):
        """Add what the policies of the kind “stop” say; one query per kind in use."""
        policies = self.env["c360.contact.policy"]
        if not policies._get_active_stops():
            return
        rules = self.env["c360.contact.purpose"]._get_rules()
        partner_ids = {request.partner_id for request in requests} - {None}
        stops = [
            stop for stop in policies._get_stops(partner_ids) if stop.is_active(at)
        ]
        asked = defaultdict(lambda: defaultdict(list))
        for request in requests:
            for stop in stops:
                if self._is_stopped_by(stop, request, rules):
                    asked[stop.kind][request].append(stop)
        for kind, stops_of in asked.items():
            facts = self._get_facts(kind, list(stops_of), at)
            for request, known in facts.items():
                for stop in stops_of[request]:
                    fact = stop.find(known, at)
                    if fact:
                        reason = self._explain_fact(kind, request, fact, at)
                        barriers[request].append(Stop(reason, stop))

    @api.model
    def _is_stopped_by(self, stop, request, rules):
        """Tell whether a stop is for a contact, whatever the ERP knows.

        One without purposes is for those that are limited.
        """
        if request.purpose in NEVER_HELD or not stop.concerns(request):
            return False
        return bool(stop.codes) or rules[request.purpose].is_capped

    @api.model
    def _get_facts(self, kind, requests, at):
        """Return what the ERP knows about those who are asked for.

        :param str kind: the ``stop_kind`` of a policy
        :param list requests: :class:`ContactRequest`
        :param datetime at: later facts are left out, UTC
        :return: ``{request: [StopFact]}``, the gravest first
        """
        finder = getattr(self, f"_get_facts_{kind}", None)
        # the addon that brought the kind is gone
        return finder(requests, at) if finder else {}

    @api.model
    def _explain_fact(self, kind, request, fact, at):
        """Return the sentence that names the document; no amounts."""
        return getattr(self, f"_explain_{kind}")(request, fact, at)
