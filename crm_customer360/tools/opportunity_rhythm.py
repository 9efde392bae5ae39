"""When a customer will want a product again, from the days he bought it.

The usual gap is the median: one pallet forgotten and ordered late must not double the
rhythm. A rhythm needs three purchases (two gaps), and gaps that resemble each other:
where the middle half of them spreads wider than the median itself, nothing can be said.
"""

from datetime import timedelta
from statistics import median
from typing import NamedTuple

MIN_PURCHASES = 3
# Beyond so many usual gaps he has stopped buying it; that is no reorder any more.
STOPPED_GAPS = 3


class Rhythm(NamedTuple):
    """How often something is bought.

    :param gap: usual days between two purchases
    :param due: the day the next one is expected
    :param stopped: the first day on which we call it given up
    """

    gap: int
    due: object
    stopped: object

    def get_state(self, today, ahead=0):
        """Return ``"later"``, ``"due"`` or ``"stopped"``.

        :param int ahead: days before the due day from which we call it due
        """
        if today >= self.stopped:
            return "stopped"
        return "due" if today + timedelta(days=ahead) >= self.due else "later"


def find_rhythm(days):
    """Return the ``Rhythm`` of purchases, None when they have none.

    :param days: dates of the purchases, in any order, a day may occur twice

    >>> from datetime import date
    >>> rhythm = find_rhythm([date(2026, 1, 1), date(2026, 1, 31), date(2026, 3, 2)])
    >>> rhythm.gap, str(rhythm.due), str(rhythm.stopped)
    (30, '2026-04-01', '2026-05-31')
    >>> [rhythm.get_state(date(2026, *day)) for day in ((3, 31), (4, 1), (5, 31))]
    ['later', 'due', 'stopped']
    >>> rhythm.get_state(date(2026, 3, 28), ahead=4)
    'due'

    Twice is no rhythm, and three times on two days is twice:

    >>> find_rhythm([date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 31)])

    One late order does not change the rhythm; chance has none:

    >>> from datetime import timedelta
    >>> def after(*gaps):
    ...     days = [date(2026, 1, 1)]
    ...     for gap in gaps:
    ...         days.append(days[-1] + timedelta(days=gap))
    ...     return days
    >>> find_rhythm(after(30, 31, 29, 120, 30)).gap
    30
    >>> find_rhythm(after(2, 90, 5, 200, 1, 60))
    """
    days = sorted(set(days))
    if len(days) < MIN_PURCHASES:
        return None
    gaps = sorted(
        (later - earlier).days for earlier, later in zip(days, days[1:], strict=False)
    )
    usual = median(gaps)
    quarter = len(gaps) // 4
    middle = gaps[quarter : len(gaps) - quarter]
    if middle[-1] - middle[0] > usual:
        return None
    gap = round(usual)
    last = days[-1]
    return Rhythm(
        gap, last + timedelta(days=gap), last + timedelta(days=STOPPED_GAPS * gap)
    )
