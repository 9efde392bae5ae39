"""Quiet hours and days: when the clock on the customer's wall forbids to call on him.

Moments are naive UTC datetimes; wall clocks come from the time zone database.
"""

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .contact_zone import get_zone

HORIZON = timedelta(days=366)


class QuietTime(NamedTuple):
    """When nobody is contacted, on the wall clock of ``tz``.

    ``hour_from`` to ``hour_to`` may span midnight; ``None`` for both: no quiet hours.
    ``weekdays`` are quiet all day (Monday is 0). ``holidays`` are spans in UTC.
    """

    tz: str
    hour_from: float | None = None
    hour_to: float | None = None
    weekdays: frozenset = frozenset()
    holidays: tuple = ()

    def next_moment(self, at: datetime) -> datetime | None:
        """Return the first moment from ``at`` on that is not quiet; ``None``: never.

        >>> night = QuietTime("Europe/Brussels", 20.0, 8.0, frozenset({6}))
        >>> night.next_moment(datetime(2026, 1, 16, 12))  # a Friday, 13:00 on the wall
        datetime.datetime(2026, 1, 16, 12, 0)
        >>> night.next_moment(datetime(2026, 1, 16, 19))
        datetime.datetime(2026, 1, 17, 7, 0)
        >>> night.next_moment(datetime(2026, 1, 17, 19))  # Saturday night, Sunday off
        datetime.datetime(2026, 1, 19, 7, 0)
        >>> new_year = (datetime(2025, 12, 31, 23), datetime(2026, 1, 1, 23))
        >>> QuietTime("Europe/Brussels", holidays=(new_year,)).next_moment(
        ...     datetime(2026, 1, 1, 9))
        datetime.datetime(2026, 1, 1, 23, 0)
        >>> QuietTime("UTC", 0.0, 12.0, frozenset(range(7))).next_moment(
        ...     datetime(2026, 1, 1)) is None
        True
        """
        zone = get_zone(self.tz)
        moment = at
        while moment - at <= HORIZON:
            later = self._leave_quiet(moment, zone)
            if later is None:
                return moment
            moment = later
        return None

    def _leave_quiet(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Return when the quiet time around ``moment`` ends, ``None`` outside one."""
        for begin, end in self.holidays:
            if begin <= moment < end:
                return end
        wall = moment.replace(tzinfo=UTC).astimezone(zone)
        tomorrow = datetime.combine(wall.date() + timedelta(days=1), time.min)
        if wall.weekday() in self.weekdays:
            return first_moment_of(tomorrow, zone, moment)
        if self.hour_from is None or self.hour_to is None:
            return None
        clock = timedelta(
            hours=wall.hour,
            minutes=wall.minute,
            seconds=wall.second,
            microseconds=wall.microsecond,
        )
        begin, end = timedelta(hours=self.hour_from), timedelta(hours=self.hour_to)
        today = datetime.combine(wall.date(), time.min)
        if begin < end:
            return (
                first_moment_of(today + end, zone, moment)
                if begin <= clock < end
                else None
            )
        if clock < end:
            return first_moment_of(today + end, zone, moment)
        if clock >= begin:
            return first_moment_of(tomorrow + end, zone, moment)
        return None


def first_moment_of(wall: datetime, zone: ZoneInfo, after: datetime) -> datetime:
    """Return the first moment (UTC) after ``after`` at which a clock shows ``wall``.

    A time the clocks skip in spring means the moment they are put forward; of a time
    they show twice in autumn, the earlier one that is later than ``after``.

    >>> brussels = ZoneInfo("Europe/Brussels")
    >>> first_moment_of(datetime(2026, 3, 29, 2, 30), brussels, datetime(2026, 3, 28))
    datetime.datetime(2026, 3, 29, 1, 0)
    >>> first_moment_of(datetime(2026, 10, 25, 2, 30), brussels, datetime(2026, 10, 24))
    datetime.datetime(2026, 10, 25, 0, 30)
    >>> first_moment_of(datetime(2026, 10, 25, 2, 30), brussels,
    ...     datetime(2026, 10, 25, 0, 30))
    datetime.datetime(2026, 10, 25, 1, 30)
    """
    early, late = sorted(
        wall.replace(tzinfo=zone, fold=fold).astimezone(UTC).replace(tzinfo=None)
        for fold in (0, 1)
    )
    if early == late:
        return early

    def shown(moment: datetime) -> datetime:
        return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)

    if shown(early) == wall:
        return early if early > after else late
    # skipped: the clocks jump somewhere between the two readings
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if shown(middle) < wall:
            early = middle
        else:
            late = middle
    return late
