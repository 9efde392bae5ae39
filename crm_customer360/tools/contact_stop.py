"""What the ERP knows that speaks against a contact: an unpaid invoice, late goods, …

Plain values: no ``odoo`` import, no database, no clock. Moments are naive UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from .contact_limit import ContactPolicy
from .contact_zone import get_zone


class StopFact(NamedTuple):
    """Something about a customer or an address; what is not known stays empty.

    ``due`` is a day on the clock of ``tz``, ``since`` a moment, ``count`` how often,
    ``value`` a mark where little is bad.
    """

    name: str | None = None
    due: date | None = None
    tz: str = "UTC"
    since: datetime | None = None
    count: int | None = None
    value: float | None = None


def days_late(due: date, at: datetime, tz: str) -> int:
    """Return how many days after ``due`` the calendar on the wall of ``tz`` shows.

    >>> days_late(date(2026, 3, 1), datetime(2026, 3, 3, 12), "UTC")
    2
    >>> days_late(date(2026, 3, 1), datetime(2026, 3, 1, 23, 30), "Europe/Brussels")
    1
    """
    today = at.replace(tzinfo=UTC).astimezone(get_zone(tz)).date()
    return (today - due).days


@dataclass(frozen=True)
class ContactStop(ContactPolicy):
    """Nobody is contacted while something is so in the ERP."""

    kind: str = ""
    days: int = 0
    count: int = 1
    value: float | None = None

    def is_met(self, fact: StopFact, at: datetime) -> bool:
        """Tell whether a fact stops contacts at a moment.

        >>> late = ContactStop(1, "Late payers", kind="overdue", days=10)
        >>> invoice = StopFact("INV/1", due=date(2026, 3, 1))
        >>> late.is_met(invoice, datetime(2026, 3, 11, 23, 59, 59))
        False
        >>> late.is_met(invoice, datetime(2026, 3, 12))
        True
        >>> goods = ContactStop(2, "Waits for goods", kind="undelivered", days=2)
        >>> goods.is_met(StopFact(since=datetime(2026, 3, 1, 8)), datetime(2026, 3, 3))
        False
        >>> goods.is_met(StopFact(since=datetime(2026, 3, 1)), datetime(2026, 3, 3))
        True
        >>> dead = ContactStop(3, "Dead address", kind="dead_address", count=3)
        >>> [dead.is_met(StopFact(count=n), datetime(2026, 3, 3)) for n in (2, 3)]
        [False, True]

        A mark is bad up to the value of the policy, and forgotten after its days:

        >>> marks = ContactStop(4, "Unhappy", kind="satisfaction", days=30, value=2)
        >>> [marks.is_met(StopFact(value=v, since=datetime(2026, 3, 1)), at)
        ...  for v, at in ((2, datetime(2026, 3, 31)), (2.5, datetime(2026, 3, 31)),
        ...                (2, datetime(2026, 4, 1)))]
        [True, False, False]

        Of a fact that has no measure, being there is enough:

        >>> ContactStop(5, "Dispute", kind="dispute").is_met(
        ...     StopFact("INV/1"), datetime(2026, 3, 3))
        True
        """
        if fact.value is not None:
            return fact.value <= (self.value or 0) and (
                fact.since <= at <= fact.since + timedelta(days=self.days)
            )
        if fact.due:
            return days_late(fact.due, at, fact.tz) > self.days
        if fact.since:
            return at >= fact.since + timedelta(days=self.days)
        if fact.count is not None:
            return fact.count >= self.count
        return True

    def find(self, facts: Iterable[StopFact], at: datetime) -> StopFact | None:
        """Return the first fact that stops contacts at a moment."""
        return next((fact for fact in facts if self.is_met(fact, at)), None)
