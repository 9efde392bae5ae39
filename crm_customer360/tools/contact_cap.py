"""Rolling contact limits: how many contacts a period still holds, and when it frees up.

Plain date arithmetic: no ``odoo`` import, no database, no clock. Moments are naive
UTC datetimes; the caller says what time it is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

# More than months differ in length.
SLACK = timedelta(days=4)
UNITS = ("hour", "day", "week", "month", "year")
# Units that are always as long: adding them is ten times faster than months.
FIXED = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


@cache
def get_delta(count: int, unit: str) -> timedelta | relativedelta:
    """Return how long a period is, to be added to a moment."""
    if unit not in UNITS:
        raise ValueError(f"unit must be one of {UNITS}, got {unit!r}")
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    if unit in FIXED:
        return count * FIXED[unit]
    return relativedelta(**{f"{unit}s": count})


class Period(NamedTuple):
    """A rolling period: ``count`` times ``unit``.

    >>> Period(7, "day").after(datetime(2026, 3, 1, 9))
    datetime.datetime(2026, 3, 8, 9, 0)
    >>> Period(1, "month").after(datetime(2026, 1, 31))
    datetime.datetime(2026, 2, 28, 0, 0)
    """

    count: int
    unit: str

    def _delta(self) -> timedelta | relativedelta:
        return get_delta(self.count, self.unit)

    def after(self, moment: datetime) -> datetime:
        """Return the first moment at which a contact of ``moment`` counts no more."""
        return moment + self._delta()

    @property
    def is_even(self) -> bool:
        """Whether it is as long wherever it begins."""
        return self.unit not in ("month", "year")

    def edge(self, moment: datetime) -> datetime:
        """Return the moment one period earlier, on the calendar."""
        return moment - self._delta()

    def before(self, moment: datetime) -> datetime:
        """Return a moment before which no contact can count at ``moment``.

        Months differ in length, so stepping back is not the inverse of stepping
        forward; three days of slack make this a safe bound for a database query.

        >>> Period(1, "month").before(datetime(2026, 3, 31))
        datetime.datetime(2026, 2, 25, 0, 0)
        """
        return self.edge(moment) - timedelta(days=3)


def counted(past: Iterable[datetime], period: Period, at: datetime) -> list[datetime]:
    """Return the contacts of ``past`` that count at the moment ``at``, oldest first.

    A contact counts from its moment on, up to but not including the moment one
    period later.

    >>> week = Period(7, "day")
    >>> past = [datetime(2026, 3, 1), datetime(2026, 3, 5)]
    >>> counted(past, week, datetime(2026, 3, 8))
    [datetime.datetime(2026, 3, 5, 0, 0)]

    The 28th of January at noon leaves its month after the 29th in the morning:

    >>> past = [datetime(2026, 1, 28, 12), datetime(2026, 1, 29, 9)]
    >>> counted(past, Period(1, "month"), datetime(2026, 2, 28, 10))
    [datetime.datetime(2026, 1, 28, 12, 0)]
    """
    moments = sorted(past)
    if period.is_even:
        return moments[bisect_right(moments, period.edge(at)) :]
    # only around the edge does it depend on the months
    first = bisect_right(moments, period.edge(at) - SLACK)
    sure = bisect_right(moments, period.edge(at) + SLACK)
    near = [moment for moment in moments[first:sure] if period.after(moment) > at]
    return near + moments[sure:]


def first_free_moment(
    booked: Iterable[datetime], limit: int, period: Period, at: datetime
) -> datetime | None:
    """Return the first moment from ``at`` on at which one more contact fits.

    Whenever a contact is made, no more than ``limit`` of them may then count, itself
    included. ``None`` means never: a limit of zero forbids the contact.

    :param booked: contacts so far, also those planned for later

    >>> week = Period(7, "day")
    >>> past = [datetime(2026, 3, 1), datetime(2026, 3, 3), datetime(2026, 3, 5)]
    >>> first_free_moment(past, 4, week, datetime(2026, 3, 6))
    datetime.datetime(2026, 3, 6, 0, 0)
    >>> first_free_moment(past, 3, week, datetime(2026, 3, 6))
    datetime.datetime(2026, 3, 8, 0, 0)
    >>> first_free_moment(past, 2, week, datetime(2026, 3, 6))
    datetime.datetime(2026, 3, 10, 0, 0)
    >>> first_free_moment([], 0, week, datetime(2026, 3, 6)) is None
    True

    A contact planned for later takes its place too, but only within one period of it:

    >>> planned = [datetime(2026, 3, 20)]
    >>> first_free_moment(planned, 1, week, datetime(2026, 3, 6))
    datetime.datetime(2026, 3, 6, 0, 0)
    >>> first_free_moment(planned, 1, week, datetime(2026, 3, 14))
    datetime.datetime(2026, 3, 27, 0, 0)
    """
    if limit <= 0:
        return None
    active = counted(booked, period, at)
    if not active or active[-1] <= at:
        if len(active) < limit:
            return at
        # all but ``limit - 1`` of them have to leave the period first
        place = len(active) - limit
        if period.is_even:
            return period.after(active[place])
        # those of the same days may leave in another order than they came
        first = bisect_left(active, active[place] - 2 * SLACK)
        last = bisect_right(active, active[place] + 2 * SLACK)
        return sorted(map(period.after, active[first:last]))[place - first]
    ends = sorted(map(period.after, active))
    for moment in (at, *ends):
        if _fits(active, ends, limit, period, moment):
            return moment
    raise AssertionError("after the last contact there is room")  # pragma: no cover


def _fits(
    booked: list[datetime],
    ends: list[datetime],
    limit: int,
    period: Period,
    moment: datetime,
) -> bool:
    """Tell whether there is room at ``moment``, and at those planned within a period.

    :param booked: sorted contacts
    :param ends: when they count no more, sorted
    """

    def count(at: datetime) -> int:
        return bisect_right(booked, at) - bisect_right(ends, at)

    first = bisect_right(booked, moment)
    last = bisect_left(booked, period.after(moment))
    return count(moment) < limit and all(
        count(planned) < limit for planned in booked[first:last]
    )
