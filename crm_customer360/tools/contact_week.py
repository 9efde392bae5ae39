"""Do quiet times leave any moment of the week?

Plain date arithmetic: no ``odoo`` import, no database, no clock.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from .contact_quiet import QuietTime

# A Monday. Weeks without a change of the clocks are all alike.
WEEK_START = datetime(2024, 1, 1)
# Each quiet time has at most two ends a day.
ROUNDS = 100


def leaves_a_moment(clocks: Iterable[QuietTime]) -> bool:
    """Tell whether some moment of an ordinary week lies in none of the quiet times.

    Holidays do not come every week, they are left out. All clocks show the same time.

    >>> night = QuietTime("UTC", 20.0, 8.0, frozenset({6}))
    >>> leaves_a_moment([night])
    True
    >>> day = QuietTime("UTC", 8.0, 20.0)
    >>> leaves_a_moment([night, day])
    False
    >>> lunch = QuietTime("UTC", 8.0, 19.75)
    >>> leaves_a_moment([night, lunch])
    True
    >>> leaves_a_moment([lunch, QuietTime("UTC", 19.5, 8.0)])
    False
    >>> leaves_a_moment([QuietTime("UTC", weekdays=frozenset(range(7)))])
    False
    >>> leaves_a_moment([QuietTime("UTC", 0.0, 24.0)])
    False
    >>> leaves_a_moment([QuietTime("UTC", weekdays=frozenset(range(6))),
    ...                  QuietTime("UTC", 0.0, 23.0)])
    True
    """
    clocks = [
        clock._replace(tz="UTC", holidays=())
        for clock in clocks
        if clock.weekdays or (clock.hour_from != clock.hour_to)
    ]
    moment, end = WEEK_START, WEEK_START + timedelta(days=8)
    for _round in range(ROUNDS):
        before = moment
        for clock in clocks:
            later = clock.next_moment(moment)
            if later is None:
                return False
            moment = later
        if moment == before:
            return True
        if moment > end:
            return False
    return False
