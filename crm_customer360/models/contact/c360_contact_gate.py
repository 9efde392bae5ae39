from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.contact_array import array_literal
from ...tools.contact_limit import ContactRequest
from .c360_contact_policy import CHANNELS
from .c360_contact_purpose import NEVER_HELD, PURPOSES, SELLING_MODELS


def int_array(values):
    """Return whole numbers as an array of SQL, see :func:`array_literal`."""
    return SQL("%s::int[]", array_literal(values))


def text_array(values):
    """Return texts as an array of SQL, see :func:`array_literal`."""
    return SQL("%s::text[]", array_literal(values))


class ContactDecision(NamedTuple):
    """What the gate says: ``allowed``, ``deferred`` until ``date``, or ``blocked``.

    ``yields`` are ledger rows of lesser purposes that make room for it. With
    ``is_override`` a colleague goes on although ``reason`` speaks against it.
    """

    state: str
    reason: str | None = None
    policy_id: int | None = None
    date: datetime | None = None
    yields: tuple = ()
    is_override: bool = False


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
        self._check_ids(partner_ids)
        partners = self.env["res.partner"].browse(partner_ids)
        requests = self._get_requests(partners, channel, purpose, is_checked=True)
        decisions = self._decide(requests, moment, alone=True)
        dates = {
            moment: fields.Datetime.to_string(moment)
            for moment in {decision.date for decision in decisions}
        }
        return [
            {
                "partner_id": request.partner_id,
                "decision": decision.state,
                "reason": decision.reason or "",
                "policy_id": decision.policy_id or False,
                "date": dates[decision.date],
            }
            for request, decision in zip(requests, decisions, strict=True)
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

    @api.model
    def _is_needed(self, purpose, model):
        """Tell whether people need a message, so that the host may not drop it.

        :param str purpose: a purpose code; none: transactional
        :param str model: of the document the message is about
        """
        return (
            (purpose or "transactional") in NEVER_HELD
            and model not in SELLING_MODELS
            and self._is_used()
        )

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
    def _check_ids(self, partner_ids):
        if not isinstance(partner_ids, list | tuple) or not all(
            type(partner_id) is int for partner_id in partner_ids
        ):
            raise UserError(self.env._("Give the contacts as a list of ids."))

    @api.model
    def _browse_partners(self, partner_ids):
        """Return contacts that the user may read.

        :raise UserError: no ids, or nobody has them
        :raise AccessError: no right to read one of them
        """
        self._check_ids(partner_ids)
        partners = self.env["res.partner"].browse(partner_ids)
        readable = partners.with_context(active_test=False)._search(
            [("id", "in", partner_ids)]
        )
        if not {id_ for (id_,) in self.env.execute_query(readable.select())}.issuperset(
            partner_ids
        ):
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
    def _get_requests(self, partners, channel, purpose, source=None, is_checked=False):
        """Return a :class:`ContactRequest` per partner, in their order.

        One query for any number: the host would read them a thousand at a time, with
        every field they have.

        :param bool is_checked: the user must be allowed to read them
        :raise UserError, AccessError: see :meth:`_browse_partners`
        """
        address = "email_normalized" if channel == "email" else "phone_sanitized"
        partners.flush_model(["commercial_partner_id", "name", address, "tz"])
        shared = ContactRequest(
            channel=channel,
            purpose=purpose,
            company_id=self.env.company.id,
            source_model=source._name if source else None,
            source_id=source.id if source else None,
        )
        before, after, rest = shared[:3], shared[7:12], shared[13:]
        people = partners._search([], active_test=False, bypass_access=not is_checked)
        people.add_where(SQL("res_partner.id = ANY(%s)", int_array(partners._ids)))
        rows = self.env.execute_query(
            people.select(
                SQL(
                    "res_partner.id, res_partner.commercial_partner_id,"
                    " res_partner.name, NULLIF(%s, ''), res_partner.tz",
                    SQL.identifier("res_partner", address),
                )
            )
        )
        requests = {
            row[0]: ContactRequest._make((*before, *row[:4], *after, row[4], *rest))
            for row in rows
        }
        if is_checked and not requests.keys() >= set(partners._ids):
            self._browse_partners(list(partners._ids))
        return [requests[partner_id] for partner_id in partners._ids]

    @api.model
    def _get_expiry(self, purpose, at):
        """Return when a contact of this purpose that wants to leave ``at`` expires."""
        days = self.env["c360.contact.purpose"]._get_rules()[purpose].expiry_days
        return at + timedelta(days=days) if days else None
