"""When should a customer order again, and when is he late?

Plain arithmetic over days: no ``odoo`` import, no database, no clock.
"""

from typing import NamedTuple

# From the third day with an order on there is a rhythm; two orders are one gap.
GAPS = 2
# So many of the latest gaps tell how he orders nowadays.
LATEST = 12
# Nobody is late as long as his silence is not a quarter longer than usual.
PATIENCE = 1.25


class Rhythm(NamedTuple):
    """In days."""

    gap: int
    late: int


def get_rhythm(gaps: list[int]) -> Rhythm | None:
    """Return the median gap and the silence from which on he is late.

    Late is who is silent for longer than nine in ten of his gaps, so who orders
    irregularly gets more patience.

    :param gaps: days between days with an order, any order
    :return: None when it cannot be known yet

    >>> get_rhythm([30]) is None
    True
    >>> get_rhythm([30, 30, 30])
    Rhythm(gap=30, late=38)
    >>> get_rhythm([10, 90, 20, 30, 40])
    Rhythm(gap=30, late=70)
    """
    if len(gaps) < GAPS:
        return None
    ordered = sorted(gaps)
    middle = quantile(ordered, 0.5)
    late = max(quantile(ordered, 0.9), PATIENCE * middle)
    return Rhythm(max(1, round_half_up(middle)), max(2, round_half_up(late)))


def quantile(ordered: list[int], share: float) -> float:
    """Return the value below which that share lies, between neighbours by distance.

    >>> quantile([1, 2, 3, 4], 0.5), quantile([5], 0.9)
    (2.5, 5.0)
    """
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * float(ordered[above] - ordered[below])


def round_half_up(value: float) -> int:
    """Return the nearest whole number, halves up.

    >>> round_half_up(2.5), round_half_up(37.5), round_half_up(2.4)
    (3, 38, 2)
    """
    return int(value + 0.5)
