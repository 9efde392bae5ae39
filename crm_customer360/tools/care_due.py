"""When is a care task due, and until when should it be done?

Plain date arithmetic: the caller says when things happened.
"""

from datetime import date, datetime, timedelta


def due_moment(happened: datetime, delay_days: int) -> datetime:
    """Return the moment a task becomes due: so many days after what happened.

    >>> due_moment(datetime(2026, 2, 26, 14, 30), 5)
    datetime.datetime(2026, 3, 3, 14, 30)
    >>> due_moment(datetime(2026, 2, 26, 14, 30), 0)
    datetime.datetime(2026, 2, 26, 14, 30)
    >>> due_moment(datetime(2026, 2, 26), -1)
    Traceback (most recent call last):
    ValueError: a task cannot be due before its cause (-1 days)
    """
    if delay_days < 0:
        raise ValueError(f"a task cannot be due before its cause ({delay_days} days)")
    return happened + timedelta(days=delay_days)


def deadline_day(due: datetime, days_to_act: int) -> date:
    """Return the last day on which the task is in time; the due day counts as day 0.

    >>> deadline_day(datetime(2026, 3, 3, 14, 30), 2)
    datetime.date(2026, 3, 5)
    """
    return due.date() + timedelta(days=days_to_act)


def is_fully_returned(delivered: dict[int, float], returned: dict[int, float]) -> bool:
    """Tell whether everything that was delivered has come back.

    :param delivered: quantity per move, in the unit of the product
    :param returned: what came back of each of these moves, same unit

    >>> is_fully_returned({1: 3.0, 2: 1.0}, {1: 3.0, 2: 1.0})
    True
    >>> is_fully_returned({1: 3.0, 2: 1.0}, {1: 3.0})
    False
    >>> is_fully_returned({}, {})
    False
    """
    return bool(delivered) and all(
        returned.get(move, 0.0) >= quantity - 1e-6
        for move, quantity in delivered.items()
    )
