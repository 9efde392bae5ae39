"""What policies mean for one contact: which concern it, what stands in its way.

Plain values: no ``odoo`` import, no database, no clock. Moments are naive UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from .contact_cap import Period, counted, first_free_moment
from .contact_quiet import QuietTime

# Whoever would have to wait longer than this is told so instead of being kept waiting.
HORIZON = timedelta(days=400)
# Barriers push each other forward; more rounds than this and they never agree.
ROUNDS = 200


class ContactRequest(NamedTuple):
    """One person somebody wants to contact."""

    channel: str
    purpose: str
    company_id: int
    partner_id: int | None = None
    customer_id: int | None = None
    partner_name: str | None = None
    address: str | None = None
    subject: str | None = None
    source_model: str | None = None
    source_id: int | None = None
    message_id: int | None = None
    user_id: int | None = None
    # the customer's time zone, where it is known
    tz: str | None = None
    # how the purpose came about, see c360.contact.touch
    purpose_source: str = "sender"
    # what must reach a person once only, however many jobs try
    campaign_key: str | None = None
    # topic of a newsletter or the like, for the customer's consent
    topic_id: int | None = None
    # after this moment the contact has no sense any more
    expire_date: datetime | None = None
    # why a colleague goes on against the limits
    override_reason: str | None = None
    # the ledger row that is decided again
    touch_id: int | None = None

    @property
    def subject_keys(self) -> tuple[str, ...]:
        """Who is counted, and locked: the customer and the address that is used."""
        keys = []
        if self.customer_id:
            keys.append(f"customer:{self.customer_id}")
        if self.address:
            keys.append(f"address:{self.channel}:{self.address}")
        if self.campaign_key and self.address:
            keys.append(f"campaign:{self.campaign_key}:{self.address}")
        return tuple(keys)

    @property
    def campaign_places(self) -> tuple:
        """Where a campaign reaches him: as a person, and at his address."""
        if not self.campaign_key:
            return ()
        return tuple(
            (self.campaign_key, self.company_id, who)
            for who in (self.partner_id, self.address)
            if who
        )


class PastContact(NamedTuple):
    """A contact that takes a place: it was made, is booked, or has precedence."""

    partner_id: int | None
    channel: str
    purpose: str
    date: datetime
    address: str | None = None
    customer_id: int | None = None
    touch_id: int | None = None
    # it waits for the same place and takes it only from purposes of less weight
    is_waiting: bool = False
    # booked, but nothing leaves yet: a purpose of more weight may take the place
    can_yield: bool = False


@dataclass(frozen=True)
class ContactPolicy:
    """For which contacts a policy is, made ready to be asked a thousand times."""

    policy_id: int | None
    name: str
    channel: str | None = None
    codes: frozenset = frozenset()
    company_id: int | None = None
    partner_domain: str | None = None
    partner_ids: frozenset | None = None
    date_from: datetime | None = None
    date_to: datetime | None = None

    def concerns(self, request: ContactRequest) -> bool:
        """Tell whether the policy is for this contact."""
        if self.company_id not in (None, request.company_id):
            return False
        if self.channel not in (None, request.channel):
            return False
        if self.codes and request.purpose not in self.codes:
            return False
        # an address without a contact matches no filter
        return self.partner_ids is None or request.partner_id in self.partner_ids

    def is_active(self, at: datetime) -> bool:
        """Tell whether the policy holds at a moment."""
        if self.date_from and at < self.date_from:
            return False
        return not self.date_to or at < self.date_to


@dataclass(frozen=True)
class ContactLimit(ContactPolicy):
    """At most so many contacts in a rolling period."""

    scope: str = "contact"
    limit: int = 0
    period: Period = Period(1, "week")

    def counts(
        self, contact: PastContact, request: ContactRequest, counted_codes: frozenset
    ) -> bool:
        """Tell whether a contact uses up a place of the policy."""
        if self.channel not in (None, contact.channel):
            return False
        if self.scope == "contact" and not is_same_person(contact, request):
            return False
        if self.codes:
            return contact.purpose in self.codes
        return contact.purpose in counted_codes


def is_same_person(contact: PastContact, request: ContactRequest) -> bool:
    """Tell whether a contact reached who is asked for: by name, or at his address."""
    if contact.partner_id and contact.partner_id == request.partner_id:
        return True
    return bool(
        request.address
        and contact.channel == request.channel
        and contact.address == request.address
    )


@dataclass(frozen=True)
class ContactQuiet(ContactPolicy):
    """Hours and days at which nobody is contacted, on the customer's wall clock."""

    hour_from: float | None = None
    hour_to: float | None = None
    weekdays: frozenset = frozenset()
    holidays: tuple = ()

    def get_clock(self, tz: str) -> QuietTime:
        """Return the quiet time as the clock in a time zone shows it."""
        return QuietTime(tz, self.hour_from, self.hour_to, self.weekdays, self.holidays)


class Barrier:
    """What may stand in the way of one contact.

    ``next_moment(at)`` returns ``at`` where it does not, a later moment where it does
    until then, ``None`` where it does for good. ``policy`` is the policy behind it, if
    there is one.
    """

    policy: ContactPolicy | None

    def next_moment(self, at: datetime) -> datetime | None:
        raise NotImplementedError


@dataclass(frozen=True)
class Stop(Barrier):
    """Nothing gets through, as long as the policy behind it holds."""

    reason: str
    policy: ContactPolicy | None = None

    def next_moment(self, at):
        if self.policy and not self.policy.is_active(at):
            return at
        return self.policy.date_to if self.policy else None


@dataclass(frozen=True)
class NotBefore(Barrier):
    """Nothing gets through before a moment."""

    reason: str
    until: datetime
    policy: ContactPolicy | None = None

    def next_moment(self, at):
        return max(at, self.until)


@dataclass(frozen=True)
class Cap(Barrier):
    """A limit, and the contacts that use it up."""

    policy: ContactLimit
    booked: tuple

    def next_moment(self, at):
        if not self.policy.is_active(at):
            return at
        until = first_free_moment(
            self.booked, self.policy.limit, self.policy.period, at
        )
        return earliest(until, self.policy.date_to)

    def count_used(self, at: datetime) -> int:
        """Return how many contacts count against the limit at a moment."""
        return len(counted(self.booked, self.policy.period, at))


@dataclass(frozen=True)
class Quiet(Barrier):
    """A quiet time on the wall clock of the customer."""

    policy: ContactQuiet
    clock: QuietTime

    def next_moment(self, at):
        if not self.policy.is_active(at):
            return at
        return earliest(self.clock.next_moment(at), self.policy.date_to)


def earliest(moment: datetime | None, end: datetime | None) -> datetime | None:
    """Return the earlier moment; ``None`` means never.

    >>> earliest(None, datetime(2026, 3, 1))
    datetime.datetime(2026, 3, 1, 0, 0)
    >>> earliest(datetime(2026, 2, 1), datetime(2026, 3, 1))
    datetime.datetime(2026, 2, 1, 0, 0)
    """
    if moment is None or end is None:
        return moment or end
    return min(moment, end)


class Verdict(NamedTuple):
    """``allowed`` at ``date``, ``deferred`` until it, or ``blocked``; and by what.

    ``barrier`` is the one it waits for longest, ``last`` another one that follows.
    ``is_late``: it could leave, but only after its expiry or in the distant future.
    ``date`` is then that moment, the expiry where it has passed already, and ``None``
    where no moment is in sight.
    """

    state: str
    date: datetime | None = None
    barrier: Barrier | None = None
    is_late: bool = False
    last: Barrier | None = None


def find_verdict(
    barriers: Iterable[Barrier], at: datetime, expire_date: datetime | None = None
) -> Verdict:
    """Return the first moment no barrier is in the way of a contact.

    All barriers are asked about the same moment, the one that holds longest moves it.
    Named is the barrier of the longest move, whatever the order they come in: a night
    at the end of a used up week explains nothing. A contact that could not leave
    before its expiry is blocked.

    :param barriers: what may stand in the way of the contact
    :param at: the moment it wants to leave
    :param expire_date: after this it has no sense any more

    >>> weekly = ContactLimit(1, "1 a week", limit=1, period=Period(7, "day"))
    >>> cap = Cap(weekly, (datetime(2026, 3, 2, 21),))
    >>> night = ContactQuiet(2, "Night", hour_from=20.0, hour_to=8.0)
    >>> quiet = Quiet(night, night.get_clock("UTC"))
    >>> verdict = find_verdict([quiet, cap], datetime(2026, 3, 5, 12))
    >>> verdict.state, verdict.date, verdict.barrier.policy.name
    ('deferred', datetime.datetime(2026, 3, 10, 8, 0), '1 a week')
    >>> verdict.last.policy.name
    'Night'
    >>> find_verdict([quiet], datetime(2026, 3, 5, 12)).state
    'allowed'
    >>> find_verdict([quiet, Stop("Complaint")], datetime(2026, 3, 5, 12)).state
    'blocked'
    >>> find_verdict([cap], datetime(2026, 3, 5), datetime(2026, 3, 6))[::3]
    ('blocked', True)
    >>> find_verdict([], datetime(2026, 3, 7), datetime(2026, 3, 6))[::3]
    ('blocked', True)
    """
    if expire_date and at > expire_date:
        return Verdict("blocked", expire_date, None, is_late=True)
    barriers = tuple(barriers)
    moment, longest, main, last = at, timedelta(), None, None
    for _round in range(ROUNDS):
        farthest, found = moment, None
        for barrier in barriers:
            later = barrier.next_moment(moment)
            if later is None:
                return Verdict("blocked", None, barrier)
            if later > farthest:
                farthest, found = later, barrier
        if found is None:
            break
        if farthest - moment > longest:
            longest, main = farthest - moment, found
        moment, last = farthest, found
        if moment - at > HORIZON:
            return Verdict("blocked", None, main, is_late=True)
    else:
        return Verdict("blocked", None, main, is_late=True)
    last = last if last is not main else None
    if expire_date and moment > expire_date:
        return Verdict("blocked", moment, main, is_late=True, last=last)
    if moment == at:
        return Verdict("allowed", at)
    return Verdict("deferred", moment, main, last=last)
