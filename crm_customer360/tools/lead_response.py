"""How many working hours lie between a lead and its answer?

Plain time arithmetic on spans of working time: the caller says when people work.
"""

from datetime import datetime, timedelta

Span = tuple[datetime, datetime]


def add_hours(spans: list[Span], start: datetime, hours: float) -> datetime | None:
    """Return the moment at which so much working time has passed since ``start``.

    :param spans: working time, in order and without overlaps
    :param start: from when on; outside of working time the count waits for it
    :param hours: working hours
    :return: the moment; ``None`` if the spans end before

    A lead of Friday 16:00, eight hours, work from 9 to 17 on weekdays:

    >>> friday = (datetime(2026, 3, 27, 9), datetime(2026, 3, 27, 17))
    >>> monday = (datetime(2026, 3, 30, 9), datetime(2026, 3, 30, 17))
    >>> add_hours([friday, monday], datetime(2026, 3, 27, 16), 8)
    datetime.datetime(2026, 3, 30, 16, 0)

    On Saturday the clock waits for Monday morning:

    >>> add_hours([friday, monday], datetime(2026, 3, 28, 12), 0.5)
    datetime.datetime(2026, 3, 30, 9, 30)
    >>> add_hours([friday, monday], datetime(2026, 3, 27, 9), 8)
    datetime.datetime(2026, 3, 27, 17, 0)
    >>> add_hours([friday, monday], datetime(2026, 3, 27, 9), 17) is None
    True
    >>> add_hours([friday], datetime(2026, 3, 27, 9), 0)
    Traceback (most recent call last):
    ValueError: an answer needs some time, got 0 hours
    """
    if hours <= 0:
        raise ValueError(f"an answer needs some time, got {hours} hours")
    left = timedelta(hours=hours)
    for begin, end in spans:
        begin = max(begin, start)
        if end <= begin:
            continue
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return None


def count_hours(spans: list[Span], start: datetime, end: datetime) -> float:
    """Return the working hours between two moments; none if they are reversed.

    >>> friday = (datetime(2026, 3, 27, 9), datetime(2026, 3, 27, 17))
    >>> monday = (datetime(2026, 3, 30, 9), datetime(2026, 3, 30, 17))
    >>> count_hours([friday, monday], datetime(2026, 3, 27, 16),
    ...             datetime(2026, 3, 30, 9, 45))
    1.75
    >>> count_hours([friday, monday], datetime(2026, 3, 27, 18),
    ...             datetime(2026, 3, 28, 18))
    0.0
    >>> count_hours([friday], datetime(2026, 3, 27, 12), datetime(2026, 3, 27, 11))
    0.0
    """
    worked = sum(
        (max(min(stop, end) - max(begin, start), timedelta()) for begin, stop in spans),
        timedelta(),
    )
    return worked.total_seconds() / 3600
