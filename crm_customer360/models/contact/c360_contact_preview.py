import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime
from odoo.tools.mail import email_normalize_all

from ...tools.contact_limit import ContactRequest
from .c360_contact_purpose import SELLING_MODELS

# More documents than this are not looked at, and the answer says so.
PREVIEW_LIMIT = 5000
# Up to so many people are named one by one.
NAMED_PEOPLE = 5
# So many reasons stand in the answer, the rest is summed up.
SHOWN_REASONS = 4


class C360ContactGate(models.AbstractModel):
    """What the gate would say about a message to many, before anything leaves."""

    _inherit = "c360.contact.gate"

    @api.model
    @api.readonly
    def preview(
        self,
        model,
        res_ids=None,
        channel="email",
        purpose=None,
        domain=None,
        partner_ids=None,
        topic_id=None,
    ):
        """Tell how many would leave now, wait, or be stopped, and why.

        Changes nothing. Colleagues are left out, as they are where messages leave.

        :param str model: the documents somebody writes about
        :param list res_ids: ids of the documents
        :param str channel: see :meth:`check`
        :param purpose: a purpose code; none: what a bulk message to ``model`` means
        :param domain: the documents, in place of ``res_ids``
        :param list partner_ids: who is written to; none: the documents' customers
        :param int topic_id: what it is about: some do not want to hear of it
        :return: ``purpose``; ``total``, ``now``, ``waiting``, ``stopped``,
            ``unreachable`` (people without an address) and ``skipped`` (documents
            beyond the first 5,000) as numbers; ``lines``, the same in sentences as
            ``{"tone", "text"}``; ``people``, where they are few, as
            ``{"partner_id", "name", "decision", "reason", "date"}``. False for
            users who may not read the contact history, and where nothing is limited
        :raise UserError: unknown model, channel, purpose or unreadable documents
        """
        if not self.env["c360.contact.touch"].has_access("read"):
            return False
        purpose = purpose or self._get_bulk_purpose(model)
        self._check_arguments(channel, purpose)
        records, skipped = self._find_documents(model, res_ids, domain)
        requests, unreachable = self._get_preview_requests(
            records, channel, purpose, partner_ids
        )
        if type(topic_id) is int:
            requests = [request._replace(topic_id=topic_id) for request in requests]
        moment = fields.Datetime.now()
        decided = list(
            zip(requests, self._decide(requests, moment), strict=True)
            if requests
            else ()
        )
        states = [decision.state for _request, decision in decided]
        if not self._is_used() and set(states) <= {"allowed"}:
            return False
        return {
            "purpose": purpose,
            "total": len(decided),
            "now": states.count("allowed"),
            "waiting": states.count("deferred"),
            "stopped": states.count("blocked"),
            "unreachable": unreachable,
            "skipped": skipped,
            "lines": self._get_preview_lines(decided, unreachable, skipped, purpose),
            # Only people the user named himself: a lead in a pool hides its customer.
            "people": self._get_preview_people(decided)
            if partner_ids or model == "res.partner"
            else [],
        }

    @api.model
    def _get_bulk_purpose(self, model):
        """Return what a person's bulk message without a purpose means."""
        return "sales" if model in SELLING_MODELS else "transactional"

    # --------------------------------------------------------------------- whom

    @api.model
    def _find_documents(self, model, res_ids, domain):
        """Return the documents the user may read, and how many are too many."""
        if not isinstance(model, str) or model not in self.env:
            raise UserError(self.env._("“%(model)s” is no document.", model=model))
        records = self.env[model]
        if not domain:
            if not isinstance(res_ids or [], list | tuple):
                raise UserError(self.env._("Give the documents as a list of ids."))
            domain = [("id", "in", res_ids or [])]
        try:
            found = records.search(domain, limit=PREVIEW_LIMIT + 1)
        except (ValueError, TypeError) as error:
            raise UserError(
                self.env._("The filter of the documents cannot be read.")
            ) from error
        skipped = 0
        if len(found) > PREVIEW_LIMIT:
            skipped = records.search_count(domain) - PREVIEW_LIMIT
        return found[:PREVIEW_LIMIT], skipped

    @api.model
    def _get_preview_requests(self, records, channel, purpose, partner_ids):
        """Return a request per person outside the company, and who has no address."""
        # Whoever may write about a document, writes to its people: only the decision
        # about them is told.
        records_sudo = records.sudo()
        people, loose = self._get_people(records_sudo, channel, partner_ids)
        companies = records_sudo._mail_get_companies(default=self.env.company)
        requests, unreachable, seen = [], 0, set()
        for record in records_sudo:
            for partner in people[record.id]:
                address = self._get_channel_address(partner, channel)
                if not partner.partner_share or (record.id, partner.id) in seen:
                    continue
                seen.add((record.id, partner.id))
                if channel in ("email", "sms", "phone") and not address:
                    unreachable += 1
                    continue
                requests.append(
                    ContactRequest(
                        channel=channel,
                        purpose=purpose,
                        company_id=companies[record.id].id,
                        partner_id=partner.id,
                        customer_id=partner.commercial_partner_id.id,
                        partner_name=partner.name,
                        address=address,
                        tz=partner.tz or None,
                    )
                )
            requests += [
                ContactRequest(
                    channel=channel,
                    purpose=purpose,
                    company_id=companies[record.id].id,
                    address=address,
                )
                for address in loose[record.id]
            ]
            if not people[record.id] and not loose[record.id]:
                unreachable += 1
        return requests, unreachable

    @api.model
    def _get_people(self, records, channel, partner_ids):
        """Return the contacts of each document, and the addresses of none.

        :return: ``{document id: contacts}``, ``{document id: [address]}``
        """
        Partner = records.env["res.partner"]
        loose = defaultdict(list)
        if partner_ids:
            if not all(type(partner_id) is int for partner_id in partner_ids):
                raise UserError(self.env._("Give the contacts as a list of ids."))
            # with the rights of the user: he is told their names
            named = self.env["res.partner"].search([("id", "in", list(partner_ids))])
            # Their customer counts, also where it is not his to read.
            named_sudo = named.sudo()
            people = {record.id: named_sudo for record in records[:1]}
            return defaultdict(Partner.browse, people), loose
        if records._name == "res.partner":
            return {record.id: record for record in records}, loose
        people = records._mail_get_partners()
        for record in records:
            if not people[record.id]:
                loose[record.id] = self._get_loose_addresses(record, channel)
        self._recognise(people, loose, channel, Partner)
        return people, loose

    @api.model
    def _get_loose_addresses(self, record, channel):
        """Return the addresses of a document without a contact."""
        if channel == "email":
            name = record._mail_get_primary_email_field()
            return email_normalize_all(record[name] or "")[:1] if name else []
        number = "phone_sanitized" in record._fields and record.phone_sanitized
        return [number] if number else []

    @api.model
    def _recognise(self, people, loose, channel, partners):
        """Give addresses to the contacts that have them, as the mail's edge does."""
        addresses = {address for found in loose.values() for address in found}
        if not addresses:
            return
        field = "email_normalized" if channel == "email" else "phone_sanitized"
        known = {
            partner[field]: partner
            for partner in partners.search(
                [
                    (field, "in", list(addresses)),
                    # another company's partner is nobody here
                    ("company_id", "in", [*self.env.companies.ids, False]),
                ],
                order="id desc",
            )
        }
        for record_id, found in loose.items():
            for address in [address for address in found if address in known]:
                people[record_id] |= known[address]
                found.remove(address)

    @api.model
    def _get_channel_address(self, partner, channel):
        if channel == "email":
            return partner.email_normalized or None
        return partner.phone_sanitized or None

    # -------------------------------------------------------------------- words

    @api.model
    def _get_preview_people(self, decided):
        if len(decided) > NAMED_PEOPLE:
            return []
        return [
            {
                "partner_id": request.partner_id or False,
                "name": request.partner_name or request.address,
                "decision": decision.state,
                "reason": decision.reason or "",
                "date": fields.Datetime.to_string(decision.date)
                if decision.state == "deferred"
                else False,
            }
            for request, decision in decided
        ]

    @api.model
    def _get_preview_lines(self, decided, unreachable, skipped, purpose):
        """Return the answer in sentences, good news first."""
        lines = []
        now = sum(decision.state == "allowed" for _request, decision in decided)
        if now:
            lines.append(
                ("success", self.env._("%(count)s leave now.", count=now))
                if len(decided) > 1
                else ("success", self.env._("It leaves now."))
            )
        lines += [
            ("warning", self._explain_waiting(group, len(decided)))
            for group in self._group_by_reason(decided, "deferred")
        ]
        lines += [
            ("danger", self._explain_stopped(group, len(decided)))
            for group in self._group_by_reason(decided, "blocked")
        ]
        if unreachable:
            lines.append(
                (
                    "muted",
                    self.env._(
                        "%(count)s cannot be reached: no address.", count=unreachable
                    ),
                )
            )
        if skipped:
            lines.append(
                (
                    "muted",
                    self.env._(
                        "Reckoned for the first %(limit)s documents; %(count)s more "
                        "are decided when they leave.",
                        limit=PREVIEW_LIMIT,
                        count=skipped,
                    ),
                )
            )
        return [{"tone": tone, "text": text} for tone, text in lines]

    @api.model
    def _group_by_reason(self, decided, state):
        """Return the decisions of a state, those of one policy together.

        :return: lists of decisions, the largest first; the smallest in one list
        """
        groups = defaultdict(list)
        for _request, decision in decided:
            if decision.state == state:
                # the same sentence about another document is the same reason
                key = decision.policy_id or re.sub(r"\d+", "#", decision.reason or "")
                groups[key].append(decision)
        found = sorted(groups.values(), key=len, reverse=True)
        if len(found) > SHOWN_REASONS:
            rest = [decision for group in found[SHOWN_REASONS:] for decision in group]
            found = [*found[:SHOWN_REASONS], rest]
        return found

    @api.model
    def _explain_waiting(self, group, total):
        first, last = (pick(found.date for found in group) for pick in (min, max))
        moments = [
            format_datetime(self.env, moment, dt_format="short")
            for moment in dict.fromkeys((first, last))
        ]
        values = {
            "count": len(group),
            "date": " – ".join(moments),
            "reason": group[0].reason,
        }
        if total == 1:
            return self.env._("It waits until %(date)s. %(reason)s", **values)
        return self.env._("%(count)s wait until %(date)s. %(reason)s", **values)

    @api.model
    def _explain_stopped(self, group, total):
        values = {"count": len(group), "reason": group[0].reason}
        if total == 1:
            return self.env._("It is stopped. %(reason)s", **values)
        if len({decision.reason for decision in group}) > 1:
            return self.env._("%(count)s are stopped, e.g. %(reason)s", **values)
        return self.env._("%(count)s are stopped. %(reason)s", **values)
