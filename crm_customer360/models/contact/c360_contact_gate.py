from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.contact_limit import ContactRequest, PastContact, find_refusal
from .c360_contact_policy import CHANNELS
from .c360_contact_purpose import PURPOSES
from .c360_contact_touch import COUNTING_STATES


class ContactDecision(NamedTuple):
    """What the gate says: ``allowed``, ``deferred`` until ``date``, or ``blocked``."""

    state: str
    reason: str | None = None
    policy_id: int | None = None
    date: datetime | None = None


class C360ContactGate(models.AbstractModel):
    """May we reach this person now? Everything that leaves asks here.

    ``check`` only asks, ``_reserve`` decides and books in the caller's transaction.
    """

    _name = "c360.contact.gate"
    _description = "Contact Gate"

    # ---------------------------------------------------------------- interface

    @api.model
    def check(self, partner_ids, channel, purpose, at=None):
        """Tell what the gate would decide; changes nothing.

        :param list partner_ids: ids of the contacts
        :param str channel: email, sms, phone, letter, visit, chat or other
        :param str purpose: transactional, service, care, sales, marketing, survey or
            collection
        :param at: moment to ask for, UTC (datetime or string); default: now
        :return: a list in the order of ``partner_ids`` of dictionaries ``partner_id``,
            ``decision`` (allowed, deferred, blocked), ``reason``, ``policy_id`` and
            ``date`` (UTC string, when it may leave)
        :raise UserError: unknown channel, purpose, contact or moment
        :raise AccessError: no right to read the contact history or a contact
        """
        self.env["c360.contact.touch"].check_access("read")
        self._check_arguments(channel, purpose)
        moment = self._parse_moment(at)
        partners = self._browse_partners(partner_ids)
        requests = self._get_requests(partners, channel, purpose)
        return [
            {
                "partner_id": request.partner_id,
                "decision": decision.state,
                "reason": decision.reason or "",
                "policy_id": decision.policy_id or False,
                "date": fields.Datetime.to_string(decision.date),
            }
            for request, decision in zip(
                requests, self._decide(requests, moment, alone=True), strict=True
            )
        ]

    @api.model
    def _reserve(self, partners, channel, purpose, source=None, at=None):
        """Decide for each partner and book what was decided.

        Exact when many book at once: the transaction is refused when another one
        booked for the same customer since it started.

        :param partners: the contacts; one that comes twice asks twice
        :param str channel: see :meth:`check`
        :param str purpose: see :meth:`check`
        :param source: the record the contact is about
        :param at: the moment of the contact, UTC; default: now
        :return: the ledger rows (reserved, deferred or blocked), in that order
        :raise UserError: unknown channel or purpose
        :raise psycopg2.errors.SerializationFailure: run the transaction again
        """
        self._check_arguments(channel, purpose)
        moment = self._parse_moment(at)
        requests = self._get_requests(partners, channel, purpose, source)
        decisions = self._decide(requests, moment, lock=True)
        return self._book(requests, decisions, moment)

    @api.model
    def _get_suppressions(self, customers, purpose, at):
        """Return what stops contacts of this purpose, beside the limits.

        Asked only for purposes a complaint stops; rooms below add theirs.

        :param customers: commercial partners
        :param str purpose: a purpose code
        :param datetime at: the moment of the contact, UTC
        :return: ``{customer id: {"reason": sentence, "policy": id or False}}``
        """
        return {}

    # ---------------------------------------------------------------- arguments

    @api.model
    def _check_arguments(self, channel, purpose):
        for value, allowed in ((channel, CHANNELS), (purpose, PURPOSES)):
            if not isinstance(value, str) or value not in dict(allowed):
                raise UserError(
                    self.env._(
                        "“%(value)s” is unknown. Use one of: %(allowed)s.",
                        value=value,
                        allowed=", ".join(code for code, _label in allowed),
                    )
                )

    @api.model
    def _parse_moment(self, at):
        try:
            return fields.Datetime.to_datetime(at) or fields.Datetime.now()
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "“%(value)s” is no moment. Write it in UTC as YYYY-MM-DD HH:MM:SS.",
                    value=at,
                )
            ) from error

    @api.model
    def _browse_partners(self, partner_ids):
        if not isinstance(partner_ids, list | tuple) or not all(
            type(partner_id) is int for partner_id in partner_ids
        ):
            raise UserError(self.env._("Give the contacts as a list of ids."))
        partners = self.env["res.partner"].browse(partner_ids)
        missing = partners - partners.exists()
        if missing:
            raise UserError(
                self.env._(
                    "These contacts do not exist: %(ids)s.",
                    ids=", ".join(str(partner_id) for partner_id in missing.ids),
                )
            )
        partners.check_access("read")
        return partners

    @api.model
    def _get_requests(self, partners, channel, purpose, source=None):
        return [
            ContactRequest(
                channel=channel,
                purpose=purpose,
                company_id=self.env.company.id,
                partner_id=partner.id,
                customer_id=partner.commercial_partner_id.id,
                partner_name=partner.name,
                address=partner.email_normalized
                if channel == "email"
                else partner.phone_sanitized or None,
                source_model=source._name if source else None,
                source_id=source.id if source else None,
            )
            for partner in partners
        ]

    # ----------------------------------------------------------------- decision

    @api.model
    def _decide(self, requests, at, lock=False, alone=False):
        """Return a decision per request, in their order.

        Needs a fixed number of queries for any number of requests.

        :param list requests: :class:`ContactRequest`
        :param datetime at: the moment of the contact, UTC
        :param bool lock: hold the customers until the transaction ends, to book
        :param bool alone: each request asks for itself, they take no slot from
            each other
        """
        rules = self.env["c360.contact.purpose"]._get_rules()
        use_limits = self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_contact"
        )
        capped = [
            request
            for request in requests
            if use_limits and rules[request.purpose].is_capped
        ]
        limits = (
            self.env["c360.contact.policy"]._get_limits(
                {request.partner_id for request in capped} - {None}
            )
            if capped
            else []
        )
        if lock and limits:
            self.env["c360.contact.lock"]._take(
                [request.subject_key for request in capped]
            )
        past = self._get_past_contacts(capped, limits, at) if limits else {}
        stopped = self._get_stopped(requests, rules, at)
        counted_codes = frozenset(
            code for code, rule in rules.items() if rule.is_counted
        )
        capped_set = set(capped)
        decisions = []
        for request in requests:
            decision = stopped.get((request.customer_id, request.purpose))
            if not decision and request in capped_set:
                contacts = past.setdefault(
                    (request.subject_key, request.company_id), []
                )
                refusal = find_refusal(request, limits, contacts, counted_codes, at)
                decision = refusal and self._explain(refusal)
                if not decision and not alone:
                    contacts.append(
                        PastContact(
                            request.partner_id, request.channel, request.purpose, at
                        )
                    )
            decisions.append(decision or ContactDecision("allowed", date=at))
        return decisions

    @api.model
    def _get_past_contacts(self, requests, limits, at):
        """Return what counts: ``{(subject key, company id): [PastContact]}``."""
        since = min(limit.period.before(at) for limit in limits)
        customer_ids = sorted({request.customer_id for request in requests} - {None})
        addresses = sorted(
            {
                request.address
                for request in requests
                if not request.customer_id and request.address
            }
        )
        self.env["c360.contact.touch"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        counting = SQL(
            "touch.direction = 'out' AND touch.state IN %s AND touch.date > %s",
            COUNTING_STATES,
            since,
        )
        # A contact counts for the customer its person belongs to today: moved and
        # merged people take their history along.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT person.commercial_partner_id, touch.address, touch.company_id,
                       touch.partner_id, touch.channel, touch.purpose, touch.date
                  FROM res_partner AS person
                  JOIN c360_contact_touch AS touch ON touch.partner_id = person.id
                 WHERE person.commercial_partner_id = ANY(%(customer_ids)s)
                   AND %(counting)s
             UNION ALL
                SELECT touch.customer_id, touch.address, touch.company_id,
                       NULL, touch.channel, touch.purpose, touch.date
                  FROM c360_contact_touch AS touch
                 WHERE touch.partner_id IS NULL
                   AND touch.customer_id = ANY(%(customer_ids)s)
                   AND %(counting)s
             UNION ALL
                SELECT NULL, touch.address, touch.company_id,
                       NULL, touch.channel, touch.purpose, touch.date
                  FROM c360_contact_touch AS touch
                 WHERE touch.partner_id IS NULL
                   AND touch.customer_id IS NULL
                   AND touch.address = ANY(%(addresses)s)
                   AND %(counting)s
                """,
                counting=counting,
                customer_ids=customer_ids,
                addresses=addresses,
            )
        )
        past = defaultdict(list)
        for customer_id, address, company_id, *contact in rows:
            row = PastContact(*contact)
            key = (
                f"customer:{customer_id}"
                if customer_id
                else f"address:{row.channel}:{address}"
            )
            past[key, company_id].append(row)
        return past

    @api.model
    def _get_stopped(self, requests, rules, at):
        """Return ``{(customer id, purpose): decision}`` for suppressed customers."""
        customer_ids = defaultdict(lambda: defaultdict(set))
        for request in requests:
            if request.customer_id and rules[request.purpose].stopped_by_complaint:
                customer_ids[request.company_id][request.purpose].add(
                    request.customer_id
                )
        return {
            (customer_id, purpose): ContactDecision(
                "blocked", found["reason"], found.get("policy") or None
            )
            for company_id, by_purpose in customer_ids.items()
            for purpose, ids in by_purpose.items()
            for customer_id, found in self.with_company(company_id)
            ._get_suppressions(self.env["res.partner"].browse(ids), purpose, at)
            .items()
        }

    @api.model
    def _explain(self, refusal):
        """Turn the refusal of a limit into a decision with its sentence."""
        limit = refusal.limit
        if refusal.until is None:
            return ContactDecision(
                "blocked",
                self.env._("“%(policy)s”: never.", policy=limit.name),
                limit.policy_id,
            )
        units = dict(
            self.env["c360.contact.policy"]
            ._fields["period_unit"]
            ._description_selection(self.env)
        )
        reason = self.env._(
            "“%(policy)s”: %(count)s of %(limit)s used in the last "
            "%(number)s %(unit)s.",
            policy=limit.name,
            count=refusal.used,
            limit=limit.limit,
            number=limit.period.count,
            unit=units[limit.period.unit].lower(),
        )
        return ContactDecision("deferred", reason, limit.policy_id, refusal.until)

    # ------------------------------------------------------------------ booking

    @api.model
    def _book(self, requests, decisions, at):
        """Write the ledger rows of the decisions, in their order."""
        # The ledger belongs to the system: no user creates rows by himself.
        touches_sudo = (
            self.env["c360.contact.touch"]
            .sudo()
            .create(
                [
                    {
                        **request._asdict(),
                        **self._get_decision_vals(decision),
                        "date": at,
                        "user_id": request.user_id or self.env.uid,
                    }
                    for request, decision in zip(requests, decisions, strict=True)
                ]
            )
        )
        touches_sudo._on_state_changed()
        return touches_sudo

    @api.model
    def _rebook(self, touch, decision, at):
        """Write a new decision into a row that waited, or whose sending failed."""
        vals = self._get_decision_vals(decision)
        touch._move(vals.pop("state"), date=at, **vals)

    @api.model
    def _get_decision_vals(self, decision):
        return {
            "state": "reserved" if decision.state == "allowed" else decision.state,
            "reason": decision.reason,
            "policy_id": decision.policy_id,
            "scheduled_date": decision.date if decision.state == "deferred" else None,
        }
