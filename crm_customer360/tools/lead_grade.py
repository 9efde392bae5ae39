"""How good a lead is for a target profile: points and grades.

Plain arithmetic: no ``odoo`` import, no database, no clock.
"""

from typing import NamedTuple

# best first
GRADES = ("key", "normal", "unlikely")


class Fit(NamedTuple):
    """How a lead fits one profile; ``order`` is the profile's place in its list."""

    grade: str
    points: int
    order: int
    profile_id: int


def get_grade(points: int, key: int, normal: int) -> str:
    """Return the grade of that many points.

    >>> get_grade(30, key=30, normal=10), get_grade(29, 30, 10), get_grade(9, 30, 10)
    ('key', 'normal', 'unlikely')
    """
    return "key" if points >= key else "normal" if points >= normal else "unlikely"


def choose_fit(fits: list[Fit]) -> Fit | None:
    """Return the profile a lead fits best: by grade, then points, then their order.

    >>> low, high = Fit("normal", 90, 1, 7), Fit("key", 40, 2, 8)
    >>> choose_fit([low, high]).profile_id
    8
    >>> choose_fit([high, high._replace(order=1, profile_id=9)]).profile_id
    9
    >>> choose_fit([]) is None
    True
    """
    return min(
        fits,
        key=lambda fit: (GRADES.index(fit.grade), -fit.points, fit.order),
        default=None,
    )
