from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, format_datetime

from ...tools.contact_book import ContactBook
from ...tools.contact_limit import (
    ContactLimit,
    ContactQuiet,
    PastContact,
    Quiet,
    Stop,
    find_verdict,
)
from .c360_contact_gate import ContactDecision
from .c360_contact_touch import COUNTING_STATES

REACHED_STATES = (*COUNTING_STATES, "deferred")


class C360ContactGate(models.AbstractModel):
    """How the gate decides: barriers are collected for all, then weighed for each."""

    _inherit = "c360.contact.gate"

    @api.model
    def _decide(self, requests, at, lock=False, alone=False):
        """Return a decision per request, in their order.

        Needs a fixed number of queries for any number of requests.

        :param list requests: :class:`ContactRequest`
        :param datetime at: the moment of the contact, UTC
        :param bool lock: hold the customers until the transaction ends, to book
        :param bool alone: each request asks for itself, they take no place from
            each other
        """
        rules = self.env["c360.contact.purpose"]._get_rules()
        held = self._get_held(requests, rules)
        limits = self._get_limits(held)
        if lock and (limits or any(request.campaign_key for request in held)):
            self.env["c360.contact.lock"]._take(
                [key for request in held for key in request.subject_keys]
            )
        book = self._open_book(held, limits, rules, at)
        barriers = self._get_barriers(held, at) if held else {}
        decisions = {}
        held = set(held)
        # who matters more, chooses first
        order = sorted(
            range(len(requests)),
            key=lambda index: -rules[requests[index].purpose].priority,
        )
        for index in order:
            request = requests[index]
            if request not in held:
                decisions[index] = ContactDecision("allowed", date=at)
                continue
            decision = self._weigh(request, barriers.get(request, ()), book, at)
            decisions[index] = decision
            if decision.state == "allowed" and not alone:
                book.add(request, at, decision.yields)
        return [decisions[index] for index in range(len(requests))]

    @api.model
    def _get_held(self, requests, rules):
        """Return the requests that anything can hold back at all."""
        if not self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_contact"
        ):
            # complaints have a switch of their own
            return [
                request
                for request in requests
                if rules[request.purpose].stopped_by_complaint
            ]
        return [
            request
            for request in requests
            if rules[request.purpose].is_capped
            or rules[request.purpose].stopped_by_complaint
            or rules[request.purpose].keeps_quiet_hours
            or rules[request.purpose].needs_consent
        ]

    @api.model
    def _get_limits(self, requests):
        if not self._is_used() or not requests:
            return []
        return self.env["c360.contact.policy"]._get_limits(
            {request.partner_id for request in requests} - {None}
        )

    @api.model
    def _is_used(self):
        return self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_contact"
        )

    @api.model
    def _open_book(self, requests, limits, rules, at):
        """Return the :class:`ContactBook` of everybody who is asked for."""
        capped = [request for request in requests if rules[request.purpose].is_capped]
        book = ContactBook(limits, rules)
        if capped and limits:
            since = min(limit.period.before(at) for limit in limits)
            self._read_contacts(book, capped, since, at)
        return book

    @api.model
    def _weigh(self, request, barriers, book, at):
        """Return the decision about one request, and who has to make room for it."""
        contacts = book.get_contacts(request)
        if not request.expire_date:
            expire_date = self._get_expiry(request.purpose, at)
            request = request._replace(expire_date=expire_date)
        verdict = find_verdict(
            (*barriers, *book.get_caps(request, contacts)), at, request.expire_date
        )
        yields = ()
        if verdict.state != "allowed":
            verdict, yields = self._find_room(
                request, barriers, book, contacts, verdict, at
            )
        if verdict.state == "allowed":
            return ContactDecision("allowed", date=at, yields=yields)
        decision = self._explain(verdict, at)
        if request.override_reason:
            return decision._replace(state="allowed", date=at, is_override=True)
        return decision

    @api.model
    def _find_room(self, request, barriers, book, contacts, verdict, at):
        """Let bookings of lesser purposes that have not left make room.

        :return: the verdict, and the ids of the ledger rows that make room
        """
        lesser = book.get_lesser(request, contacts)
        if not lesser:
            return verdict, ()
        yields = []
        for contact in lesser:
            contacts = [other for other in contacts if other is not contact]
            yields.append(contact.touch_id)
            with_room = find_verdict(
                (*barriers, *book.get_caps(request, contacts)), at, request.expire_date
            )
            if with_room.state == "allowed":
                return with_room, tuple(yields)
        return verdict, ()

    # ----------------------------------------------------------------- barriers

    @api.model
    def _get_barriers(self, requests, at):
        """Return what stands in the way of contacts, beside the limits.

        Rooms and files below add theirs; a fixed number of queries each.

        :param list requests: :class:`ContactRequest` that may be held back
        :param datetime at: the moment of the contact, UTC
        :return: ``{request: [Barrier]}``
        """
        rules = self.env["c360.contact.purpose"]._get_rules()
        barriers = defaultdict(list)
        self._add_suppressions(barriers, requests, rules, at)
        if self._is_used():
            self._add_quiet_times(barriers, requests, rules)
            self._add_campaigns(barriers, requests)
        return barriers

    @api.model
    def _add_suppressions(self, barriers, requests, rules, at):
        asked = defaultdict(lambda: defaultdict(list))
        for request in requests:
            if request.customer_id and rules[request.purpose].stopped_by_complaint:
                asked[request.company_id, request.purpose][request.customer_id].append(
                    request
                )
        for (company_id, purpose), by_customer in asked.items():
            customers = self.env["res.partner"].browse(by_customer)
            for customer_id, found in (
                self.with_company(company_id)
                ._get_suppressions(customers, purpose, at)
                .items()
            ):
                for request in by_customer[customer_id]:
                    barriers[request].append(Stop(found["reason"]))

    @api.model
    def _add_quiet_times(self, barriers, requests, rules):
        quiets = self.env["c360.contact.policy"]._get_quiets(
            {request.partner_id for request in requests} - {None}
        )
        if not quiets:
            return
        known = {}
        for request in requests:
            if not rules[request.purpose].keeps_quiet_hours:
                continue
            tz = request.tz or self._get_company_tz(request.company_id)
            for quiet in quiets:
                if quiet.concerns(request):
                    key = (quiet.policy_id, tz)
                    if key not in known:
                        known[key] = Quiet(quiet, quiet.get_clock(tz))
                    barriers[request].append(known[key])

    @api.model
    def _get_company_tz(self, company_id):
        company_sudo = self.env["res.company"].sudo().browse(company_id)
        return (
            company_sudo.partner_id.tz or company_sudo.resource_calendar_id.tz or "UTC"
        )

    @api.model
    def _add_campaigns(self, barriers, requests):
        """A campaign reaches a person and an address only once."""
        asking = [request for request in requests if request.campaign_key]
        if not asking:
            return
        self.env["c360.contact.touch"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, campaign_key, partner_id, address, company_id
                  FROM c360_contact_touch
                 WHERE campaign_key = ANY(%(keys)s)
                   AND (partner_id = ANY(%(partner_ids)s)
                        OR address = ANY(%(addresses)s))
                   AND state IN %(states)s
                """,
                keys=list({request.campaign_key for request in asking}),
                partner_ids=[r.partner_id for r in asking if r.partner_id],
                addresses=[r.address for r in asking if r.address],
                states=REACHED_STATES,
            )
        )
        reached = defaultdict(set)
        for touch_id, key, partner_id, address, company_id in rows:
            for who in (partner_id, address):
                if who:
                    reached[key, company_id, who].add(touch_id)
        for request in asking:
            for who in (request.partner_id, request.address):
                found = reached[request.campaign_key, request.company_id, who]
                if found - {request.touch_id}:
                    barriers[request].append(
                        Stop(self.env._("This campaign has reached him already."))
                    )
                    break
            else:
                # whoever comes later in this batch is late as well
                for who in (request.partner_id, request.address):
                    if who:
                        reached[request.campaign_key, request.company_id, who].add(0)

    # ---------------------------------------------------------------- past

    @api.model
    def _read_contacts(self, book, requests, since, at):
        """Read what takes places of these requests into the book, in one query."""
        touches = self.env["c360.contact.touch"]
        touches.flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        columns = SQL(
            """
            touch.id, touch.company_id, touch.partner_id, touch.channel, touch.purpose,
            touch.date, touch.address, touch.state,
            touch.state = 'reserved' AND touch.is_leaving IS NOT TRUE
            """
        )
        counting = SQL(
            "touch.direction = 'out' AND touch.state IN %s AND touch.date > %s",
            COUNTING_STATES,
            since,
        )
        waiting = SQL("touch.state = 'deferred' AND touch.scheduled_date <= %s", at)
        # A contact counts for the customer its person belongs to today: moved and
        # merged people take their history along.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 'customer', person.commercial_partner_id, %(columns)s
                  FROM res_partner AS person
                  JOIN c360_contact_touch AS touch ON touch.partner_id = person.id
                 WHERE person.commercial_partner_id = ANY(%(customer_ids)s)
                   AND %(counting)s
             UNION ALL
                SELECT 'customer', touch.customer_id, %(columns)s
                  FROM c360_contact_touch AS touch
                 WHERE touch.partner_id IS NULL
                   AND touch.customer_id = ANY(%(customer_ids)s)
                   AND %(counting)s
             UNION ALL
                SELECT 'address', person.commercial_partner_id, %(columns)s
                  FROM c360_contact_touch AS touch
             LEFT JOIN res_partner AS person ON person.id = touch.partner_id
                 WHERE touch.address = ANY(%(addresses)s)
                   AND %(counting)s
             UNION ALL
                SELECT 'customer', touch.customer_id, %(columns)s
                  FROM c360_contact_touch AS touch
                 WHERE touch.customer_id = ANY(%(customer_ids)s)
                   AND %(waiting)s
             UNION ALL
                SELECT 'address', touch.customer_id, %(columns)s
                  FROM c360_contact_touch AS touch
                 WHERE touch.address = ANY(%(addresses)s)
                   AND %(waiting)s
                """,
                columns=columns,
                counting=counting,
                waiting=waiting,
                customer_ids=list({r.customer_id for r in requests} - {None}),
                addresses=list({r.address for r in requests} - {None}),
            )
        )
        for found_by, customer_id, touch_id, company_id, *contact in rows:
            partner_id, channel, purpose, date, address, state, can_yield = contact
            book.put(
                found_by,
                company_id,
                PastContact(
                    partner_id,
                    channel,
                    purpose,
                    at if state == "deferred" else date,
                    address,
                    customer_id,
                    touch_id,
                    state == "deferred",
                    can_yield,
                ),
            )

    # -------------------------------------------------------------------- words

    @api.model
    def _explain(self, verdict, at):
        """Turn what is not allowed into a decision with its sentence."""
        barrier = verdict.barrier
        policy_id = barrier.policy.policy_id if barrier.policy else None
        reason = self._explain_barrier(barrier, at)
        if verdict.is_late:
            reason = self.env._(
                "It could leave on %(date)s only, which is too late. %(reason)s",
                date=format_datetime(self.env, verdict.date, dt_format="short"),
                reason=reason,
            )
        if verdict.state == "blocked":
            return ContactDecision("blocked", reason, policy_id)
        return ContactDecision("deferred", reason, policy_id, verdict.date)

    @api.model
    def _explain_barrier(self, barrier, at):
        """Return the sentence of a barrier, for a person to read."""
        policy = barrier.policy
        if isinstance(policy, ContactLimit):
            if not policy.limit:
                return self.env._("“%(policy)s”: never.", policy=policy.name)
            units = dict(
                self.env["c360.contact.policy"]
                ._fields["period_unit"]
                ._description_selection(self.env)
            )
            return self.env._(
                "“%(policy)s”: %(count)s of %(limit)s used in the last "
                "%(number)s %(unit)s.",
                policy=policy.name,
                count=barrier.count_used(at),
                limit=policy.limit,
                number=policy.period.count,
                unit=units[policy.period.unit].lower(),
            )
        if isinstance(policy, ContactQuiet):
            return self.env._(
                "“%(policy)s”: it is a quiet time for the customer (%(tz)s).",
                policy=policy.name,
                tz=barrier.clock.tz,
            )
        return barrier.reason
