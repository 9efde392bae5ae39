"""May one more lead be taken? Limits of a person in a pool, and what is used up.

Plain counting: the caller tells what was claimed today and what is held, and asks lead
by lead; each lead that is taken uses the limits up.
"""

from collections import Counter
from typing import NamedTuple


class Limits(NamedTuple):
    """Leads a person may claim in a day and hold at a time; 0: no limit.

    ``grades`` has the same two numbers for leads of a grade: ``{grade: (day, hold)}``.
    """

    day: int = 0
    hold: int = 0
    grades: dict = {}


class Refusal(NamedTuple):
    """Which limit stops a lead: ``kind`` is day or hold; of one grade or of all."""

    kind: str
    limit: int
    grade: str | None = None


class Meter:
    """What one person used up in one pool.

    :param Limits limits: what he may
    :param claimed: ``{grade: leads claimed today}``; the grade None for those without
    :param held: ``{grade: leads held}``

    >>> meter = Meter(Limits(day=2, grades={"key": (0, 1)}), {None: 1}, {})
    >>> meter.take("normal")
    >>> meter.take("normal")
    Refusal(kind='day', limit=2, grade=None)

    Leads of a grade count in both limits; a refused lead uses nothing up.

    >>> meter = Meter(Limits(hold=3, grades={"key": (0, 1)}), {}, {"key": 1})
    >>> meter.take("key")
    Refusal(kind='hold', limit=1, grade='key')
    >>> meter.take("normal"), meter.take(None), meter.room()
    (None, None, 0)
    >>> meter.take("normal")
    Refusal(kind='hold', limit=3, grade=None)

    Without limits there is room for any number.

    >>> Meter(Limits(), {None: 900}, {}).room() is None
    True
    """

    def __init__(self, limits, claimed, held):
        self.limits = limits
        self.claimed = Counter(claimed)
        self.held = Counter(held)

    def refuse(self, grade=None):
        """Return why no (more) lead of this grade can be taken, or None."""
        limits = self.limits
        if 0 < limits.day <= self.claimed.total():
            return Refusal("day", limits.day)
        if 0 < limits.hold <= self.held.total():
            return Refusal("hold", limits.hold)
        day, hold = limits.grades.get(grade, (0, 0))
        if 0 < day <= self.claimed[grade]:
            return Refusal("day", day, grade)
        if 0 < hold <= self.held[grade]:
            return Refusal("hold", hold, grade)
        return None

    def find_excess(self, grade=None):
        """Return which hold limit is passed already, or None.

        >>> meter = Meter(Limits(hold=2, grades={"key": (0, 1)}), {}, {"key": 2})
        >>> meter.find_excess("normal"), meter.find_excess("key")
        (None, Refusal(kind='hold', limit=1, grade='key'))
        """
        limit = self.limits.hold
        if 0 < limit < self.held.total():
            return Refusal("hold", limit)
        _day, limit = self.limits.grades.get(grade, (0, 0))
        if 0 < limit < self.held[grade]:
            return Refusal("hold", limit, grade)
        return None

    def take(self, grade=None):
        """Use the limits up by one lead, unless one of them stops it: say which."""
        refusal = self.refuse(grade)
        if refusal is None:
            self.claimed[grade] += 1
            self.held[grade] += 1
        return refusal

    def room(self):
        """Return how many leads may still be taken whatever their grade, or None."""
        rooms = [
            limit - used.total()
            for limit, used in (
                (self.limits.day, self.claimed),
                (self.limits.hold, self.held),
            )
            if limit
        ]
        return max(min(rooms), 0) if rooms else None
