"""What a policy would have done to contacts of the past: the ledger played again.

Plain values: no ``odoo`` import, no database, no clock. Moments are naive UTC.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush

from .contact_book import ContactBook
from .contact_limit import (
    ContactLimit,
    ContactPolicy,
    ContactQuiet,
    ContactRequest,
    Quiet,
    Stop,
    find_verdict,
)
from .contact_stop import ContactStop

# Pages of the book are tidied when they are longer than this, and twice the limit.
PAGE_LENGTH = 10


@dataclass
class Tally:
    """What became of contacts: how many left at once, waited, were stopped.

    ``seconds``: how long those who waited did so, together.

    >>> Tally(left=1, waited=2, seconds=7200.0).total, Tally().average_wait
    (3, 0.0)
    >>> Tally(left=1, waited=2, seconds=7200.0).average_wait
    3600.0
    """

    left: int = 0
    waited: int = 0
    stopped: int = 0
    seconds: float = 0.0

    @property
    def total(self) -> int:
        return self.left + self.waited + self.stopped

    @property
    def average_wait(self) -> float:
        return self.seconds / self.waited if self.waited else 0.0


class Replay:
    """Contacts of the past wanted to leave once more, under one policy alone.

    Hand them over in the order of their moments. Those that wait try again when the
    policy said they could, among those that come then; the purpose of more weight
    first. What is still waiting at ``end`` has waited as long as it was told to.

    :param policy: the policy to try; its dates do not matter
    :param rules: what follows from each purpose, by its code
    :param end: the last moment that is played
    :param get_tz: returns the time zone of a request
    :param get_facts: returns the ``StopFact`` of a request, for a policy that stops

    >>> from types import SimpleNamespace
    >>> from .contact_cap import Period
    >>> care = SimpleNamespace(
    ...     is_capped=True, is_counted=True, keeps_quiet_hours=True, priority=1,
    ...     expiry_days=0)
    >>> weekly = ContactLimit(1, "1 a week", limit=1, period=Period(7, "day"))
    >>> replay = Replay(weekly, {"care": care}, datetime(2026, 3, 31))
    >>> ann = ContactRequest("email", "care", 1, partner_id=7, customer_id=7)
    >>> for day in (1, 3, 20, 30):
    ...     replay.feed(ann, datetime(2026, 3, day))
    >>> replay.finish()
    >>> tally = replay.by_purpose["care"]
    >>> tally.left, tally.waited, tally.stopped, tally.average_wait / 86400
    (3, 1, 0, 5.0)
    >>> night = ContactQuiet(2, "Night", hour_from=20.0, hour_to=8.0)
    >>> replay = Replay(night, {"care": care}, datetime(2026, 3, 31))
    >>> replay.feed(ann, datetime(2026, 3, 1, 23))
    >>> replay.finish()
    >>> replay.by_customer[7, 1].average_wait / 3600
    9.0
    >>> never = ContactLimit(3, "Never", limit=0)
    >>> replay = Replay(never, {"care": care}, datetime(2026, 3, 31))
    >>> replay.feed(ann, datetime(2026, 3, 1, 23))
    >>> replay.finish()
    >>> replay.by_purpose["care"].stopped
    1
    """

    def __init__(
        self,
        policy: ContactPolicy,
        rules: Mapping,
        end: datetime,
        get_tz: Callable = lambda request: request.tz or "UTC",
        get_facts: Callable = lambda request: (),
    ) -> None:
        self.by_purpose = defaultdict(Tally)
        self.by_customer = defaultdict(Tally)
        self._policy = policy
        self._rules = rules
        self._end = end
        self._get_tz = get_tz
        self._get_facts = get_facts
        self._is_limit = isinstance(policy, ContactLimit)
        self._book = ContactBook([policy] if self._is_limit else [], rules)
        self._queue = []
        self._turn = 0
        self._clocks = {}
        # The book only fills: who is alike need not ask before the date one was told.
        self._told = {}

    def concerns(self, request: ContactRequest) -> bool:
        """Tell whether the policy can hold back a contact."""
        rule = self._rules[request.purpose]
        if isinstance(self._policy, ContactQuiet):
            flag = rule.keeps_quiet_hours
        elif isinstance(self._policy, ContactStop):
            flag = bool(self._policy.codes) or rule.is_capped
        else:
            flag = rule.is_capped
        return flag and self._policy.concerns(request)

    def remember(self, request: ContactRequest, moment: datetime) -> None:
        """Note a contact that was made, whatever the policy says.

        :param moment: not before that of the contact handed over last
        """
        self._play(lambda date: date < moment)
        self._book.add(request, moment)

    def feed(self, request: ContactRequest, moment: datetime) -> None:
        """Let a contact that the policy concerns want to leave.

        :param moment: not before that of the contact handed over last
        """
        self._push(moment, request, moment)
        self._play(lambda date: date < moment)

    def finish(self) -> None:
        """Play to the end."""
        self._play(lambda date: date <= self._end)
        for _moment, _weight, _turn, request, wanted, until in self._queue:
            self._count(request, wanted, until)
        self._queue.clear()

    def _push(self, moment, request, wanted):
        self._turn += 1
        weight = -self._rules[request.purpose].priority
        heappush(self._queue, (moment, weight, self._turn, request, wanted, moment))

    def _play(self, is_due):
        while self._queue and is_due(self._queue[0][0]):
            moment, _weight, _turn, request, wanted, _until = heappop(self._queue)
            self._try(request, wanted, moment)

    def _try(self, request, wanted, moment):
        days = self._rules[request.purpose].expiry_days
        expire_date = wanted + timedelta(days=days) if days else None
        told = self._told.get(request)
        if told and moment < told and not (expire_date and expire_date < told):
            self._push(told, request, wanted)
            return
        verdict = find_verdict(self._get_barriers(request, moment), moment, expire_date)
        if verdict.state == "deferred":
            if self._is_limit:
                self._told[request] = verdict.date
            self._push(verdict.date, request, wanted)
            return
        if verdict.state == "allowed":
            if self._is_limit:
                self._book.add(request, moment)
            self._count(request, wanted, moment)
        else:
            for tally in self._get_tallies(request):
                tally.stopped += 1

    def _get_barriers(self, request, moment):
        policy = self._policy
        if self._is_limit:
            contacts = self._book.get_contacts(request)
            if len(contacts) > max(PAGE_LENGTH, 2 * policy.limit):
                self._book.forget(request, policy.period, moment)
                contacts = self._book.get_contacts(request)
            return list(self._book.get_caps(request, contacts))
        if isinstance(policy, ContactQuiet):
            tz = self._get_tz(request)
            if tz not in self._clocks:
                self._clocks[tz] = Quiet(policy, policy.get_clock(tz))
            return [self._clocks[tz]]
        fact = policy.find(self._get_facts(request), moment)
        return [Stop("", policy)] if fact else []

    def _count(self, request, wanted, moment):
        for tally in self._get_tallies(request):
            if moment == wanted:
                tally.left += 1
            else:
                tally.waited += 1
                tally.seconds += (moment - wanted).total_seconds()

    def _get_tallies(self, request):
        return (
            self.by_purpose[request.purpose],
            self.by_customer[request.customer_id, request.company_id],
        )
