from collections import defaultdict
from operator import attrgetter

from odoo import api, models
from odoo.tools import format_datetime

from ...tools.contact_book import ContactBook
from ...tools.contact_limit import (
    ContactLimit,
    ContactQuiet,
    Quiet,
    Stop,
    find_verdict,
)
from ...tools.contact_zone import find_zone, get_zone
from .c360_contact_gate import ContactDecision
from .c360_contact_purpose import NEVER_HELD

PURPOSE = attrgetter("purpose")
# for whom a complaint is asked for: company, purpose, customer
COMPLAINANT = attrgetter("company_id", "purpose", "customer_id")


class Barriers(defaultdict):
    """Lists of barriers by request, and the limits people wished for themselves."""

    def __init__(self):
        super().__init__(list)
        self.wishes = []


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
        if lock:
            self._lock(held)
        # barriers come first: people's own limits are read with them
        barriers = self._get_barriers(held, at) if held else Barriers()
        limits = self._get_limits(held, barriers)
        near = self._get_near(held, limits, rules, at, alone)
        book = self._open_book(near, limits, rules, at)
        near_places = set(map(id, near))
        # who meets nothing at all needs no weighing
        weighed = set(map(id, held))
        if len(near) < len(held):
            weighed = near_places | {
                id(request)
                for request in held
                if request.expire_date or (barriers and request in barriers)
            }
        free = ContactDecision("allowed", date=at)
        decisions = [free] * len(requests)
        known = {}
        for index in self._get_order(requests, rules) if weighed else ():
            request = requests[index]
            if id(request) not in weighed:
                continue
            found = barriers.get(request, ()) if barriers else ()
            if id(request) in near_places:
                decision = self._weigh(request, found, book, at)
                self._take_places(request, decision, book, at, alone)
            else:
                # far from every limit: equal barriers, equal answers
                key = (
                    tuple(map(id, found)),
                    request.purpose,
                    request.expire_date,
                    bool(request.override_reason),
                )
                decision = known.get(key)
                if not decision:
                    decision = known[key] = self._weigh(request, found, None, at)
            decisions[index] = decision
        return decisions

    @api.model
    def _get_order(self, requests, rules):
        """Return the places of the requests: who matters more, chooses first."""
        if len(set(map(PURPOSE, requests))) == 1:
            return range(len(requests))
        return sorted(
            range(len(requests)),
            key=lambda index: -rules[requests[index].purpose].priority,
        )

    @api.model
    def _take_places(self, request, decision, book, at, alone):
        """Note what a decision means for the requests that come after it."""
        if alone:
            return
        if decision.state == "allowed":
            book.add(request, at, decision.yields)
        if decision.state != "blocked":
            book.add_reached(request)

    @api.model
    def _get_held(self, requests, rules):
        """Return the requests that anything can hold back at all."""
        if not self._is_used():
            # complaints have a switch of their own
            codes = {code for code, rule in rules.items() if rule.stopped_by_complaint}
            return [request for request in requests if request.purpose in codes]
        codes = {
            code
            for code, rule in rules.items()
            if rule.is_capped
            or rule.stopped_by_complaint
            or rule.keeps_quiet_hours
            or rule.needs_consent
        }
        if codes.issuperset(map(PURPOSE, requests)):
            return requests
        return [
            request
            for request in requests
            if request.purpose in codes
            or (request.expire_date and request.purpose not in NEVER_HELD)
        ]

    @api.model
    def _lock(self, requests):
        """Hold those whose contacts are counted, until the transaction ends.

        :raise psycopg2.errors.SerializationFailure: somebody booked for one of them
            since this transaction began; run it again
        """
        if not self._is_used():
            return
        rules = self.env["c360.contact.purpose"]._get_rules()
        self.env["c360.contact.lock"]._take(
            [
                key
                for request in requests
                # without a policy too: people have wishes of their own
                if rules[request.purpose].is_capped or request.campaign_key
                for key in request.subject_keys
            ]
        )

    @api.model
    def _get_limits(self, requests, barriers=None):
        """Return the limits that may concern these requests.

        :param Barriers barriers: of the same requests, where they are known
        """
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
        """Return the decision about one request, and who has to make room for it.

        :param book: the contacts that may be in its way; ``None`` where no limit is
            near
        """
        if not request.expire_date:
            expire_date = self._get_expiry(request.purpose, at)
            request = request._replace(expire_date=expire_date)
        if book is None:
            verdict, yields = find_verdict(barriers, at, request.expire_date), ()
        else:
            verdict, yields = self._weigh_places(request, barriers, book, at)
        if verdict.state == "allowed":
            return ContactDecision("allowed", date=at, yields=yields)
        decision = self._explain(verdict, at)
        if request.override_reason:
            return decision._replace(state="allowed", date=at, is_override=True)
        return decision

    @api.model
    def _weigh_places(self, request, barriers, book, at):
        """Weigh a request that takes a place others may want.

        :return: the verdict, and the ids of the ledger rows that make room
        """
        if book.is_reached(request):
            barriers = (*barriers, self._get_reached_barrier())
        contacts = book.get_contacts(request)

        def judge(without=()):
            left = [contact for contact in contacts if contact not in without]
            caps = book.get_caps(request, left)
            return find_verdict((*barriers, *caps), at, request.expire_date)

        verdict = judge()
        lesser = book.get_lesser(request, contacts)
        if (
            verdict.state == "allowed"
            or not lesser
            or find_verdict(barriers, at, request.expire_date).state != "allowed"
        ):
            return verdict, ()
        # the least important first, until there is room ...
        for number in range(1, len(lesser) + 1):
            gone = lesser[:number]
            if judge(gone).state == "allowed":
                break
        else:
            return verdict, ()
        # ... and who went in vain comes back
        for contact in gone[:-1]:
            fewer = [other for other in gone if other is not contact]
            if judge(fewer).state == "allowed":
                gone = fewer
        return judge(gone), tuple(contact.touch_id for contact in gone)

    # ----------------------------------------------------------------- barriers

    @api.model
    def _get_barriers(self, requests, at):
        """Return what stands in the way of contacts, beside the limits.

        Rooms and files below add theirs; a fixed number of queries each.

        :param list requests: :class:`ContactRequest` that may be held back
        :param datetime at: the moment of the contact, UTC
        :return: :class:`Barriers`, ``{request: [Barrier]}``
        """
        rules = self.env["c360.contact.purpose"]._get_rules()
        barriers = Barriers()
        self._add_suppressions(barriers, requests, rules, at)
        if self._is_used():
            self._add_quiet_times(barriers, requests, rules)
            self._add_campaigns(barriers, requests)
        return barriers

    @api.model
    def _add_suppressions(self, barriers, requests, rules, at):
        asked = defaultdict(list)
        for company_id, purpose, customer_id in set(map(COMPLAINANT, requests)):
            if customer_id and rules[purpose].stopped_by_complaint:
                asked[company_id, purpose].append(customer_id)
        stops = {}
        for (company_id, purpose), customer_ids in asked.items():
            customers = self.env["res.partner"].browse(customer_ids)
            for customer_id, found in (
                self.with_company(company_id)
                ._get_suppressions(customers, purpose, at)
                .items()
            ):
                stops[company_id, purpose, customer_id] = Stop(found["reason"])
        if not stops:
            return
        for request in requests:
            stop = stops.get(COMPLAINANT(request))
            if stop:
                barriers[request].append(stop)

    @api.model
    def _add_quiet_times(self, barriers, requests, rules):
        policies = self.env["c360.contact.policy"]
        if not policies._get_active_quiets():
            return
        quiets = policies._get_quiets(
            {request.partner_id for request in requests} - {None}
        )
        known = {}
        for request in requests:
            if not rules[request.purpose].keeps_quiet_hours:
                continue
            tz = self._get_tz(request.tz, request.company_id)
            for quiet in quiets:
                if quiet.concerns(request):
                    key = (quiet.policy_id, tz)
                    if key not in known:
                        known[key] = Quiet(quiet, quiet.get_clock(tz))
                    barriers[request].append(known[key])

    @api.model
    def _get_tz(self, tz, company_id):
        """Return a time zone every clock knows: a person's, else his company's."""
        zone = find_zone(tz)
        return zone.key if zone else self._get_company_tz(company_id)

    @api.model
    def _get_company_tz(self, company_id):
        company_sudo = self.env["res.company"].sudo().browse(company_id)
        return get_zone(
            company_sudo.partner_id.tz or company_sudo.resource_calendar_id.tz
        ).key

    # -------------------------------------------------------------------- words

    @api.model
    def _explain(self, verdict, at):
        """Turn what is not allowed into a decision with its sentence."""
        barrier = verdict.barrier
        if not barrier:
            return ContactDecision(
                "blocked",
                self.env._(
                    "It expired on %(date)s.",
                    date=format_datetime(self.env, verdict.date, dt_format="short"),
                ),
            )
        policy_id = barrier.policy.policy_id if barrier.policy else None
        reason = self._explain_barrier(barrier, at)
        if verdict.last:
            reason = " ".join((reason, self._explain_last(verdict)))
        if verdict.is_late and not verdict.date:
            reason = self.env._(
                "No moment of the coming year suits all policies. %(reason)s",
                reason=reason,
            )
        elif verdict.is_late:
            reason = self.env._(
                "It could leave on %(date)s only, which is too late. %(reason)s",
                date=format_datetime(self.env, verdict.date, dt_format="short"),
                reason=reason,
            )
        if verdict.state == "blocked":
            return ContactDecision("blocked", reason, policy_id)
        return ContactDecision("deferred", reason, policy_id, verdict.date)

    @api.model
    def _explain_last(self, verdict):
        """Return the short sentence of what follows the barrier that holds longest."""
        policy = verdict.last.policy
        if not policy:
            return self.env._("Then: %(reason)s", reason=verdict.last.reason)
        # the clock a quiet time is kept on, else that of who reads
        clock = getattr(verdict.last, "clock", None)
        return self.env._(
            "Then: “%(policy)s” until %(date)s.",
            policy=policy.name,
            date=format_datetime(
                self.env, verdict.date, tz=clock and clock.tz, dt_format="short"
            ),
        )

    @api.model
    def _explain_barrier(self, barrier, at):
        """Return the sentence of a barrier, for a person to read."""
        policy = barrier.policy
        if isinstance(policy, ContactLimit):
            if not policy.limit:
                return self.env._("“%(policy)s”: never.", policy=policy.name)
            words = {
                "policy": policy.name,
                "count": barrier.count_used(at),
                "limit": policy.limit,
                "period": self.env["c360.contact.policy"]._say_period(*policy.period),
            }
            if policy.period.count == 1:
                return self.env._(
                    "“%(policy)s”: %(count)s of %(limit)s used within %(period)s.",
                    **words,
                )
            return self.env._(
                "“%(policy)s”: %(count)s of %(limit)s used in the last %(period)s.",
                **words,
            )
        if isinstance(policy, ContactQuiet):
            return self.env._(
                "“%(policy)s”: it is a quiet time for the customer (%(tz)s).",
                policy=policy.name,
                tz=barrier.clock.tz,
            )
        return barrier.reason
