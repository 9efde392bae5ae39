from collections import defaultdict
from operator import attrgetter

from odoo import api, models
from odoo.tools import (
    SQL,
    format_date,
    format_datetime,
    format_duration,
    ormcache,
)

from ...tools.contact_cap import Period
from ...tools.contact_consent import WishedLimit, find_consent
from ...tools.contact_limit import ContactQuiet, NotBefore, Quiet, Stop
from .c360_contact_consent import NEEDED_PURPOSES
from .c360_contact_gate import int_array, text_array

# who is asked about: partner, customer, address
PERSON = attrgetter("partner_id", "customer_id", "address")


class C360ContactGate(models.AbstractModel):
    """What the person himself said: consent, a pause, his hours, his frequency.

    Never about messages he needs. One query for any number of requests.
    """

    _inherit = "c360.contact.gate"

    @api.model
    def _is_refusable(self, purpose):
        """Tell whether people may refuse messages of this purpose."""
        return purpose not in NEEDED_PURPOSES and self._is_used()

    @api.model
    def _get_held(self, requests, rules):
        held = super()._get_held(requests, rules)
        if len(held) == len(requests):
            return held
        places = set(map(id, held))
        asking = set(map(id, self._get_refusable(requests)))
        return [
            request
            for request in requests
            if id(request) in places or id(request) in asking
        ]

    @api.model
    def _get_refusable(self, requests):
        """Return the requests for what people may refuse."""
        purposes = {request.purpose for request in requests}
        refusable = {purpose for purpose in purposes if self._is_refusable(purpose)}
        if refusable == purposes:
            return requests
        return [request for request in requests if request.purpose in refusable]

    @api.model
    def _get_limits(self, requests, barriers=None):
        limits = super()._get_limits(requests, barriers)
        if barriers is not None:
            # read with what else they said
            return [*limits, *barriers.wishes]
        asking = self._get_refusable(requests)
        if not asking:
            return limits
        return [*limits, *self._get_wished_limits(asking)]

    @api.model
    def _get_wished_limits(self, requests):
        """Return how often these people want to hear from us, same wishes together."""
        self.env["c360.contact.preference"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT limit_count, limit_unit, company_id, partner_id, NULL
                  FROM c360_contact_preference
                 WHERE is_current AND limit_count > 0
                   AND partner_id IN (SELECT unnest(%(partner_ids)s))
             UNION ALL
                SELECT limit_count, limit_unit, company_id, NULL, address
                  FROM c360_contact_preference
                 WHERE is_current AND limit_count > 0 AND partner_id IS NULL
                   AND address IN (SELECT unnest(%(addresses)s))
                """,
                partner_ids=int_array({r.partner_id for r in requests} - {None}),
                addresses=text_array({r.address for r in requests} - {None}),
            )
        )
        return self._group_wishes(rows)

    @api.model
    def _group_wishes(self, rows):
        """Return the limits of a count, unit, company, person and address each."""
        wished = defaultdict(lambda: (set(), set()))
        for count, unit, company_id, partner_id, address in rows:
            partner_ids, addresses = wished[count, unit, company_id]
            if partner_id:
                partner_ids.add(partner_id)
            else:
                addresses.add(address)
        name = self.env._("The customer's own wish")
        return [
            WishedLimit(
                None,
                name,
                company_id=company_id,
                partner_ids=frozenset(partner_ids),
                addresses=frozenset(addresses),
                limit=count,
                period=Period(1, unit),
            )
            for (count, unit, company_id), (partner_ids, addresses) in wished.items()
        ]

    @api.model
    def _get_barriers(self, requests, at):
        barriers = super()._get_barriers(requests, at)
        asking = self._get_refusable(requests)
        if asking:
            self._add_own_words(barriers, asking)
        return barriers

    @api.model
    def _add_own_words(self, barriers, requests):
        """Add what the people said themselves, in one query."""
        consents = self.env["c360.contact.consent"]
        partner_ids, customer_ids, addresses = (
            set(map(attrgetter(name), requests)) - {None}
            for name in ("partner_id", "customer_id", "address")
        )
        self.env["c360.contact.preference"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT said.*, NULL::timestamp, NULL::float8, NULL::float8,
                       NULL::int, NULL
                  FROM (%(consents)s) AS said
             UNION ALL
                SELECT partner_id, address, company_id,
                       'wish', date, id, NULL, NULL, NULL,
                       pause_until, hour_from, hour_to, limit_count, limit_unit
                  FROM c360_contact_preference
                 WHERE is_current
                   AND partner_id IN (SELECT unnest(%(partner_ids)s))
             UNION ALL
                SELECT partner_id, address, company_id,
                       'wish', date, id, NULL, NULL, NULL,
                       pause_until, hour_from, hour_to, limit_count, limit_unit
                  FROM c360_contact_preference
                 WHERE is_current AND partner_id IS NULL
                   AND address IN (SELECT unnest(%(addresses)s))
                """,
                consents=consents._get_current_query(
                    partner_ids | customer_ids, addresses
                ),
                partner_ids=int_array(partner_ids),
                addresses=text_array(addresses),
            )
        )
        words = [row[:9] for row in rows if row[3] != "wish"]
        wishes = [row for row in rows if row[3] == "wish"]
        self._add_consent(barriers, requests, words)
        self._add_wishes(barriers, requests, [row[:12] for row in wishes])
        barriers.wishes = self._group_wishes(
            (count, unit, company_id, partner_id, address)
            for partner_id, address, company_id, *_said, count, unit in wishes
            if count
        )

    # ------------------------------------------------------------------ consent

    @api.model
    def _add_consent(self, barriers, requests, rows):
        rules = self.env["c360.contact.purpose"]._get_rules()
        needing = {code for code, rule in rules.items() if rule.needs_consent}
        # most people said nothing: only the others are looked at
        ids, addresses = {row[0] for row in rows} - {None}, {row[1] for row in rows}
        asking = [
            request
            for request in requests
            if request.purpose in needing
            or request.partner_id in ids
            or request.customer_id in ids
            or (request.address and request.address in addresses)
        ]
        if not asking:
            return
        said = self.env["c360.contact.consent"]._group_current(
            map(PERSON, asking), rows
        )
        for request in asking:
            words = said[PERSON(request)]
            row = find_consent(
                (
                    row
                    for company_id, row in words
                    if company_id in (None, request.company_id)
                ),
                request.channel,
                request.purpose,
                request.topic_id,
            )
            if row and row.status == "refused":
                barriers[request].append(Stop(self._explain_refusal(row, request)))
            elif not row and request.purpose in needing:
                barriers[request].append(Stop(self._explain_missing(request)))

    @api.model
    @ormcache("self.env.lang")
    def _get_labels(self):
        """Return the names of the purposes and of the channels."""
        labels = self.env["c360.contact.consent"]._fields
        return tuple(
            dict(labels[name]._description_selection(self.env))
            for name in ("purpose", "channel")
        )

    @api.model
    @ormcache("self.env.lang", "day")
    def _say_day(self, day):
        # many refused on the same day, by a mailing; the host looks the format up
        return format_date(self.env, day)

    @api.model
    def _get_words(self, request):
        purposes, channels = self._get_labels()
        return {
            "who": request.partner_name
            or request.address
            or self.env._("The customer"),
            "purpose": purposes[request.purpose].lower(),
            "channel": channels[request.channel],
        }

    @api.model
    def _explain_refusal(self, row, request):
        """Return the sentence that says what was refused, and when."""
        words = {**self._get_words(request), "date": self._say_day(row.date.date())}
        if row.who == "company":
            return self.env._(
                "The company of %(who)s asked on %(date)s not to be contacted.", **words
            )
        if row.topic_id:
            # The name is public; the sender may not read topics.
            topic_sudo = self.env["c360.contact.topic"].sudo().browse(row.topic_id)
            return self.env._(
                "%(who)s refused “%(topic)s” on %(date)s.",
                topic=topic_sudo.name,
                **words,
            )
        if row.purpose and row.channel:
            return self.env._(
                "%(who)s refused %(purpose)s by %(channel)s on %(date)s.", **words
            )
        if row.purpose:
            return self.env._("%(who)s refused %(purpose)s on %(date)s.", **words)
        if row.channel:
            return self.env._(
                "%(who)s refused to be contacted by %(channel)s on %(date)s.", **words
            )
        return self.env._("%(who)s asked on %(date)s not to be contacted.", **words)

    @api.model
    def _explain_missing(self, request):
        return self.env._(
            "%(who)s has not agreed to %(purpose)s by %(channel)s, which is needed.",
            **self._get_words(request),
        )

    # ------------------------------------------------------------------- wishes

    @api.model
    def _add_wishes(self, barriers, requests, rows):
        """Add pauses and hours; those of a person before those of his address."""
        by_partner, by_address = defaultdict(list), defaultdict(list)
        if not rows:
            return
        for partner_id, address, company_id, *_said, pause, begin, end in rows:
            wish = (company_id, pause, begin or 0.0, end or 0.0)
            if partner_id:
                by_partner[partner_id].append(wish)
            else:
                by_address[address].append(wish)
        rules = self.env["c360.contact.purpose"]._get_rules()
        for request in requests:
            for company_id, pause, begin, end in by_partner.get(
                request.partner_id
            ) or by_address.get(request.address, ()):
                if company_id != request.company_id:
                    continue
                if pause:
                    barriers[request].append(self._get_pause(request, pause))
                if begin != end and rules[request.purpose].keeps_quiet_hours:
                    barriers[request].append(self._get_hours(request, begin, end))

    @api.model
    def _get_pause(self, request, until):
        reason = self.env._(
            "%(who)s asked for a pause until %(date)s.",
            who=self._get_words(request)["who"],
            date=format_datetime(self.env, until, dt_format="short"),
        )
        return NotBefore(reason, until)

    @api.model
    def _get_hours(self, request, begin, end):
        """Return the barrier outside the hours at which he wants to be reached."""
        name = self.env._(
            "Wants to be reached from %(begin)s to %(end)s",
            begin=format_duration(begin),
            end=format_duration(end),
        )
        # quiet is the rest of the day
        quiet = ContactQuiet(None, name, hour_from=end, hour_to=begin)
        tz = self._get_tz(request.tz, request.company_id)
        return Quiet(quiet, quiet.get_clock(tz))
