"""When has a lead waited for too long?

Working days come as chunks prepared from a calendar: a chunk is a pair of sorted
tuples, when the working days of its stretch of time begin and when they end. Plain time
arithmetic: the caller says what time it is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta

# A chunk is so many days long; chunk 0 begins with the first day of the calendar.
CHUNK_DAYS = 91
# Whoever does not work for two years is counted by the days of the calendar.
MAX_CHUNKS = 8
DAY = timedelta(days=1)

Chunk = tuple[tuple[datetime, ...], tuple[datetime, ...]]
GetChunk = Callable[[int], Chunk]


def get_chunk_number(moment: datetime) -> int:
    """Return the chunk a moment is in.

    >>> get_chunk_number(datetime(1, 4, 1))
    0
    >>> get_chunk_number(datetime(1, 4, 2))
    1
    """
    return (moment.toordinal() - 1) // CHUNK_DAYS


def get_chunk_start(number: int) -> datetime:
    """Return the moment a chunk begins.

    >>> get_chunk_start(1)
    datetime.datetime(1, 4, 2, 0, 0)
    """
    return datetime.fromordinal(number * CHUNK_DAYS + 1)


def add_days(moment: datetime, days: int, get_chunk: GetChunk) -> datetime:
    """Return the end of the last of so many whole working days after a moment.

    The day something happens on does not count, unless it happens before work begins.

    :param moment: from when on, naive UTC
    :param days: working days; 0 returns the moment itself
    :param get_chunk: the working days of a chunk, by its number
    :return: when time is up, naive UTC

    Work from 9 to 17 o'clock on every day but the weekend:

    >>> def week(number):
    ...     days = [get_chunk_start(number) + day * DAY for day in range(CHUNK_DAYS)]
    ...     days = [day for day in days if day.weekday() < 5]
    ...     return (
    ...         tuple(day.replace(hour=9) for day in days),
    ...         tuple(day.replace(hour=17) for day in days),
    ...     )

    Thursday 29 January 2026 at ten: Friday, Monday and Tuesday count.

    >>> add_days(datetime(2026, 1, 29, 10), 3, week)
    datetime.datetime(2026, 2, 3, 17, 0)
    >>> add_days(datetime(2026, 1, 29, 7), 3, week)
    datetime.datetime(2026, 2, 2, 17, 0)
    >>> add_days(datetime(2026, 1, 31, 12), 1, week)
    datetime.datetime(2026, 2, 2, 17, 0)
    >>> add_days(datetime(2026, 1, 29, 10), 0, week)
    datetime.datetime(2026, 1, 29, 10, 0)
    >>> add_days(datetime(2026, 1, 29, 10), 200, week)
    datetime.datetime(2026, 11, 5, 17, 0)

    Without working days the days of the calendar count:

    >>> add_days(datetime(2026, 1, 29, 10), 3, lambda number: ((), ()))
    datetime.datetime(2026, 2, 1, 10, 0)
    """
    if days <= 0:
        return moment
    first, left = get_chunk_number(moment), days
    for number in range(first, first + MAX_CHUNKS):
        starts, ends = get_chunk(number)
        place = bisect_left(starts, moment)
        if left <= len(starts) - place:
            return ends[place + left - 1]
        left -= len(starts) - place
    return moment + days * DAY


def subtract_days(moment: datetime, days: int, get_chunk: GetChunk) -> datetime:
    """Return when work begins so many working days before the day of a moment.

    :param moment: naive UTC
    :param days: working days; 0 returns the moment itself
    :param get_chunk: the working days of a chunk, by its number
    :return: naive UTC

    >>> def week(number):
    ...     days = [get_chunk_start(number) + day * DAY for day in range(CHUNK_DAYS)]
    ...     days = [day for day in days if day.weekday() < 5]
    ...     return (
    ...         tuple(day.replace(hour=9) for day in days),
    ...         tuple(day.replace(hour=17) for day in days),
    ...     )
    >>> subtract_days(datetime(2026, 2, 3, 17), 2, week)
    datetime.datetime(2026, 1, 30, 9, 0)
    >>> subtract_days(datetime(2026, 2, 1, 12), 1, week)
    datetime.datetime(2026, 1, 29, 9, 0)
    >>> subtract_days(datetime(2026, 2, 3, 17), 0, week)
    datetime.datetime(2026, 2, 3, 17, 0)
    >>> subtract_days(datetime(2026, 11, 5, 17), 200, week)
    datetime.datetime(2026, 1, 29, 9, 0)
    >>> subtract_days(datetime(2026, 2, 3, 17), 2, lambda number: ((), ()))
    datetime.datetime(2026, 2, 1, 17, 0)
    """
    if days <= 0:
        return moment
    last, left = get_chunk_number(moment), days + 1
    for number in range(last, last - MAX_CHUNKS, -1):
        starts, _ends = get_chunk(number)
        place = bisect_right(starts, moment)
        if left <= place:
            return starts[place - left]
        left -= place
    return moment - days * DAY


def find_absence(
    spans: list[tuple[datetime, datetime]], days: int, after: datetime
) -> datetime | None:
    """Return when the first absence longer than so many days begins.

    Absences with a weekend between them are one.

    :param spans: from and to, naive UTC, in order
    :param days: days of the calendar
    :param after: absences that began before this moment do not count

    >>> june = [
    ...     (datetime(2026, 6, 1), datetime(2026, 6, 5)),
    ...     (datetime(2026, 6, 8), datetime(2026, 6, 19)),
    ... ]
    >>> find_absence(june, 14, datetime(2026, 5, 1))
    datetime.datetime(2026, 6, 1, 0, 0)
    >>> find_absence(june, 18, datetime(2026, 5, 1)) is None
    True

    Who got the lead while away was meant to have it:

    >>> find_absence(june, 14, datetime(2026, 6, 2)) is None
    True
    >>> find_absence([], 14, datetime(2026, 6, 2)) is None
    True
    """
    begin = end = None
    for start, stop in spans:
        if end is None or start - end > 3 * DAY:
            begin, end = start, stop
        else:
            end = max(end, stop)
        if end - begin > days * DAY and begin > after:
            return begin
    return None
