"""From the days somebody ordered to what the models want to know of him.

Plain arithmetic: no ``odoo`` import, no database, no clock. A customer is the days he
ordered on, ascending, and what each day was worth.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from .customer_churn import get_falling, get_overdue
from .customer_rhythm import LATEST, get_rhythm
from .customer_value import WEEK

HALF_YEAR = timedelta(days=182)


class Summary(NamedTuple):
    """One customer as of a day, in weeks; ``mean`` leaves out the first day."""

    frequency: int
    recency: float
    age: float
    mean: float


class Outlook(NamedTuple):
    """What his own rhythm says."""

    gap: int
    late: int
    next_day: date | None
    signs: dict[str, float]


def summarise(days: Sequence[date], values: Sequence[float], today: date) -> Summary:
    """Return a customer as of ``today``; what comes later is not looked at.

    :raise ValueError: when he had not ordered by then

    >>> days = [date(2026, 1, 1), date(2026, 1, 15), date(2026, 3, 1)]
    >>> summarise(days, [50.0, 10.0, 99.0], date(2026, 1, 29))
    Summary(frequency=1, recency=2.0, age=4.0, mean=10.0)
    """
    known = bisect_right(days, today)
    if not known:
        raise ValueError(f"no order until {today}")
    return Summary(
        known - 1,
        (days[known - 1] - days[0]).days / WEEK,
        (today - days[0]).days / WEEK,
        float(sum(values[1:known])) / max(1, known - 1),
    )


def count_after(days: Sequence[date], ends: Sequence[date]) -> list[int]:
    """Return how many of the days lie after the first end, until each of the others.

    >>> days = [date(2026, 1, 1), date(2026, 1, 15), date(2026, 3, 1)]
    >>> count_after(days, [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)])
    [1, 2]
    """
    begin = bisect_right(days, ends[0])
    return [bisect_right(days, end) - begin for end in ends[1:]]


def look_ahead(days: Sequence[date], values: Sequence[float], today: date) -> Outlook:
    """Return the next order by his own rhythm, and what speaks for his leaving.

    >>> days = [date(2026, 1, 1), date(2026, 1, 31), date(2026, 3, 2)]
    >>> look_ahead(days, [1, 1, 1], date(2026, 3, 20))
    Outlook(gap=30, late=38, next_day=datetime.date(2026, 4, 1), signs={})
    >>> look_ahead(days, [1, 1, 1], date(2026, 5, 17)).signs
    {'overdue': 0.6}
    >>> look_ahead(days[:2], [1, 1], date(2026, 5, 17)).next_day is None
    True
    """
    latest = days[-LATEST - 1 :]
    gaps = [(day - before).days for before, day in zip(latest, latest[1:])]  # noqa: B905
    rhythm, signs = get_rhythm(gaps), {}
    if rhythm:
        overdue = get_overdue((today - days[-1]).days, rhythm.late)
        if overdue:
            signs["overdue"] = overdue
    falling = _get_fall(days, values, today)
    if falling:
        signs["falling"] = falling
    if not rhythm:
        return Outlook(0, 0, None, signs)
    next_day = days[-1] + timedelta(days=rhythm.gap)
    return Outlook(rhythm.gap, rhythm.late, next_day, signs)


def _get_fall(days: Sequence[date], values: Sequence[float], today: date) -> float:
    """Return the weight of the last half year against the one before.

    >>> days = [date(2025, 6, 1), date(2025, 7, 1), date(2026, 2, 1)]
    >>> _get_fall(days, [100, 100, 10], date(2026, 5, 1))
    0.3
    """
    middle = bisect_right(days, today - HALF_YEAR)
    begin = bisect_right(days, today - 2 * HALF_YEAR)
    end = bisect_right(days, today)
    return get_falling(
        middle - begin, float(sum(values[begin:middle])), float(sum(values[middle:end]))
    )
