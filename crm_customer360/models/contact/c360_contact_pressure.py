from collections import Counter
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.contact_cap import Period
from .c360_contact_touch import COUNTING_STATES

WEEK = timedelta(days=7)
WEEKS = 12
# How purposes stand together in a bar, from the bottom up: what limits count is below.
GROUPS = (
    ("care", ("care", "survey")),
    ("selling", ("sales", "marketing")),
    ("needed", ("transactional", "service", "collection")),
)
# The channels a colleague uses one to one.
CHANNELS = ("email", "sms", "phone")
# People of one message that are looked at.
PEOPLE = 20


class WeekContact(NamedTuple):
    """What the contacts of a week have in common that are counted together."""

    ago: int
    purpose: str
    channel: str
    partner_id: int | None
    company_id: int | None


class C360ContactPressure(models.AbstractModel):
    """How often do we bother a customer, and when may we write again?

    Everybody who writes is counted, whoever asks: limits count all messages too. So
    numbers and reasons are told to readers of the contact history who may see the
    contact, never a message.
    """

    _name = "c360.contact.pressure"
    _description = "Contact Pressure"

    # ---------------------------------------------------------------- interface

    @api.model
    @api.readonly
    def load(self, partner_id, purpose="sales"):
        """Return the last weeks of a customer, and the next moment per channel.

        A week is seven days that end now, as the limits count them.

        :param int partner_id: a customer or any of its contacts
        :param str purpose: what the next message would be for
        :return: ``weeks``, the oldest first: ``{"start", "end", "counts": {group:
            number}, "others": {group: number}, "total"}``, ``others`` being those the
            limit does not count; ``groups``: ``{"key", "label"}``; ``limit``: the
            strictest weekly limit, ``{"count", "label"}`` or False; ``channels``:
            ``{"channel", "label", "state", "date", "reason"}`` with the state
            ``allowed``, ``deferred``, ``blocked`` or ``unreachable``; ``purpose``, its
            label. False for users who may not read the contact history
        :raise UserError: no such contact, unknown purpose
        :raise AccessError: no right to read the contact
        """
        if not self.env["c360.contact.touch"].has_access("read"):
            return False
        gate = self.env["c360.contact.gate"]
        gate._check_arguments("email", purpose)
        partner = gate._browse_partners([partner_id])
        customer = partner.commercial_partner_id
        now = fields.Datetime.now()
        contacts = self._count_weeks(customer, now)
        limit = self._get_weekly_limit(partner, customer, contacts, now)
        return {
            "weeks": self._get_weeks(contacts, limit, now),
            "groups": self._get_groups(),
            "limit": limit and {"count": limit.limit, "label": limit.name},
            "channels": self._get_channels(partner, purpose, now),
            "purpose": self._get_label("purpose", purpose),
        }

    @api.model
    @api.readonly
    def brief(
        self,
        partner_ids=None,
        channel="email",
        purpose="sales",
        model=None,
        res_id=None,
    ):
        """Say in a line how much these people hear from us, for who writes to them.

        Colleagues and people the user may not see are left out. What is told of
        several people is that of the one who hears most.

        :param list partner_ids: who is written to
        :param str model: in place of them: the customers of this document
        :param int res_id: its id
        :param str channel: see ``c360.contact.gate``
        :param str purpose: for which it is told what would stand in the way
        :return: ``{"text": sentence, "tone", "partner_id"}``, False when there is
            nothing to tell
        """
        if not self.env["c360.contact.touch"].has_access("read"):
            return False
        gate = self.env["c360.contact.gate"]
        gate._check_arguments(channel, purpose)
        if not partner_ids and model:
            records, _skipped = gate._find_documents(model, [res_id], None)
            # He may read the document; who stands on it, is looked at below.
            records_sudo = records.sudo()
            people, _loose = gate._get_people(records_sudo, channel, None)
            partner_ids = [partner.id for found in people.values() for partner in found]
        ids = [found for found in partner_ids or () if type(found) is int]
        partners = (
            self.env["res.partner"]
            .search([("id", "in", ids[:PEOPLE]), ("partner_share", "=", True)])
            .sorted(lambda partner: ids.index(partner.id))
        )
        if not partners:
            return False
        now = fields.Datetime.now()
        counts = self._count_week(partners, now) if gate._is_used() else {}
        partner = max(partners, key=lambda partner: counts.get(partner.id, 0))
        parts = []
        if counts.get(partner.id):
            parts.append(self._say_count(partner, counts[partner.id], len(partners)))
        reasons = self._get_reasons(partner, channel, purpose, now)
        if not parts and not reasons:
            return False
        return {
            "text": " · ".join((*parts, *reasons)),
            "tone": "warning" if reasons else "muted",
            "partner_id": partner.id,
        }

    # ------------------------------------------------------------------ counting

    @api.model
    def _get_weeks(self, contacts, limit, now):
        counts, others = Counter(), Counter()
        for contact, number in contacts.items():
            counts[contact.ago, contact.purpose] += number
            if limit and not self._is_counted(limit, contact):
                others[contact.ago, contact.purpose] += number

        def sum_up(numbers, ago):
            return {
                key: sum(numbers[ago, purpose] for purpose in purposes)
                for key, purposes in GROUPS
            }

        weeks = []
        for ago in range(WEEKS - 1, -1, -1):
            found = sum_up(counts, ago)
            weeks.append(
                {
                    "start": fields.Datetime.to_string(now - WEEK * (ago + 1)),
                    "end": fields.Datetime.to_string(now - WEEK * ago),
                    "counts": found,
                    "others": sum_up(others, ago),
                    "total": sum(found.values()),
                }
            )
        return weeks

    @api.model
    def _is_counted(self, limit, contact):
        """Tell whether a contact of the picture takes a place of the limit."""
        if limit.channel not in (None, contact.channel):
            return False
        if contact.company_id not in (None, self.env.company.id):
            return False
        if limit.codes:
            return contact.purpose in limit.codes
        return self.env["c360.contact.purpose"]._get_rules()[contact.purpose].is_counted

    @api.model
    def _count_weeks(self, customer, now):
        """Return ``{WeekContact: number}`` of a customer, in one query.

        Only what reached him or is on its way, in the companies the user works in.
        """
        self.env["c360.contact.touch"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        counting = SQL(
            """
            touch.direction = 'out' AND touch.state IN %(states)s
            AND touch.date > %(since)s AND touch.date <= %(now)s
            AND (touch.company_id IS NULL OR touch.company_id = ANY(%(companies)s))
            """,
            states=COUNTING_STATES,
            since=now - WEEK * WEEKS,
            now=now,
            companies=self.env.companies.ids,
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT FLOOR(EXTRACT(EPOCH FROM %(now)s - date) / %(seconds)s)::int,
                       purpose, channel, partner_id, company_id,
                       COUNT(*)
                  FROM (
                    SELECT touch.date, touch.purpose, touch.channel,
                           touch.partner_id, touch.company_id
                      FROM res_partner AS person
                      JOIN c360_contact_touch AS touch ON touch.partner_id = person.id
                     WHERE person.commercial_partner_id = %(customer_id)s
                       AND %(counting)s
                 UNION ALL
                    SELECT touch.date, touch.purpose, touch.channel,
                           touch.partner_id, touch.company_id
                      FROM c360_contact_touch AS touch
                     WHERE touch.partner_id IS NULL
                       AND touch.customer_id = %(customer_id)s
                       AND %(counting)s
                       ) AS contact
              GROUP BY 1, 2, 3, 4, 5
                """,
                now=now,
                seconds=int(WEEK.total_seconds()),
                customer_id=customer.id,
                counting=counting,
            )
        )
        return {WeekContact(*row[:-1]): row[-1] for row in rows}

    @api.model
    def _count_week(self, partners, now):
        """Return ``{partner id: contacts}`` of the last seven days."""
        # Numbers only: limits count what colleagues sent too.
        touches_sudo = self.env["c360.contact.touch"].sudo()
        return {
            partner.id: count
            for partner, count in touches_sudo._read_group(
                [
                    ("partner_id", "in", partners.ids),
                    ("direction", "=", "out"),
                    ("state", "in", COUNTING_STATES),
                    ("date", ">", now - WEEK),
                    ("date", "<=", now),
                    ("company_id", "in", [*self.env.companies.ids, False]),
                ],
                ["partner_id"],
                ["__count"],
            )
        }

    @api.model
    def _say_count(self, partner, count, people):
        if people > 1:
            return self.env._(
                "%(name)s: %(count)s contacts in 7 days", name=partner.name, count=count
            )
        if count == 1:
            return self.env._("1 contact in 7 days")
        return self.env._("%(count)s contacts in 7 days", count=count)

    # -------------------------------------------------------------------- limits

    @api.model
    def _get_weekly_limit(self, partner, customer, contacts, now):
        """Return the strictest limit of seven days for the customer, or False.

        One for every channel goes first. A limit of each person is none of all people
        together: it is told only where the picture shows one person.
        """
        if not self.env["c360.contact.gate"]._is_used():
            return False
        is_one = len({contact.partner_id for contact in contacts}) <= 1
        limits = [
            limit
            for limit in self.env["c360.contact.policy"]._get_limits(
                {partner.id, customer.id}
            )
            if limit.period in (Period(1, "week"), Period(7, "day"))
            and limit.is_active(now)
            and (is_one or limit.scope != "contact")
            and limit.company_id in (None, self.env.company.id)
            and (
                limit.partner_ids is None
                or limit.partner_ids & {partner.id, customer.id}
            )
        ]
        return min(
            limits,
            key=lambda limit: (bool(limit.channel), limit.limit),
            default=False,
        )

    @api.model
    def _get_channels(self, partner, purpose, now):
        """Return per channel when the partner may be contacted, in one decision."""
        gate = self.env["c360.contact.gate"]
        requests = [
            request
            for channel in CHANNELS
            for request in gate._get_requests(partner, channel, purpose)
        ]
        found = []
        for request, decision in zip(
            requests, gate._decide(requests, now, alone=True), strict=True
        ):
            state = decision.state if request.address else "unreachable"
            found.append(
                {
                    "channel": request.channel,
                    "label": self._get_label("channel", request.channel),
                    "state": state,
                    "date": fields.Datetime.to_string(decision.date)
                    if state == "deferred"
                    else False,
                    "reason": (state != "unreachable" and decision.reason) or "",
                }
            )
        return found

    @api.model
    def _get_reasons(self, partner, channel, purpose, now):
        """Return what stands in the way of a contact right now, in sentences."""
        gate = self.env["c360.contact.gate"]
        requests = gate._get_requests(partner, channel, purpose)
        rules = self.env["c360.contact.purpose"]._get_rules()
        held = gate._get_held(requests, rules)
        reasons = []
        for request in held:
            book = gate._open_book(held, gate._get_limits(held), rules, now)
            barriers = [
                *gate._get_barriers(held, now).get(request, ()),
                *book.get_caps(request, book.get_contacts(request)),
            ]
            reasons += [
                gate._explain_barrier(barrier, now)
                for barrier in barriers
                if barrier.next_moment(now) != now
            ]
        return list(dict.fromkeys(reasons))

    # --------------------------------------------------------------------- words

    @api.model
    def _get_groups(self):
        labels = {
            "needed": self.env._("Orders and service"),
            "care": self.env._("Care"),
            "selling": self.env._("Sales and marketing"),
        }
        return [{"key": key, "label": labels[key]} for key, _purposes in GROUPS]

    @api.model
    def _get_label(self, field, value):
        touches = self.env["c360.contact.touch"]
        return dict(touches._fields[field]._description_selection(self.env))[value]
