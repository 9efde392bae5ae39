"""How much speaks for a customer leaving us?

Plain arithmetic: no ``odoo`` import, no database, no clock. Every sign has a weight
between 0 and 1, the share of the remaining certainty it takes away. The result ranks
customers; it is not fitted to who left.
"""

from collections.abc import Mapping

# A silence as long as the longest usual one, and how much more each such time adds
LATE, LATER, LATEST = 0.3, 0.3, 0.9
FALLING = 0.3
CERTAIN = 0.99
# Orders before, for a fall to mean something
FALLING_ORDERS = 2
# Signs that look at the same silence: the stronger one counts
SILENCE = ("overdue", "silent")


def get_overdue(silence: int, late: int) -> float:
    """Return the weight of a silence, in days, for who is late after ``late`` days.

    >>> [round(get_overdue(silence, 40), 2) for silence in (40, 41, 80, 120, 400)]
    [0.0, 0.31, 0.6, 0.9, 0.9]
    """
    if silence <= late:
        return 0.0
    return min(LATEST, LATE + LATER * (silence - late) / late)


def get_falling(orders_before: int, before: float, lately: float) -> float:
    """Return the weight of revenue that fell by half from one half year to the next.

    >>> get_falling(4, 1000, 499), get_falling(4, 1000, 500), get_falling(1, 1000, 0)
    (0.3, 0.0, 0.0)
    """
    if orders_before < FALLING_ORDERS or before <= 0:
        return 0.0
    return FALLING if lately < before / 2 else 0.0


def get_risk(signs: Mapping[str, float]) -> tuple[float, list[str]]:
    """Return the risk, in hundredths, and the codes that count, weightiest first.

    Nothing is certain: the risk stays below 1.

    >>> get_risk({"overdue": 0.6, "complaint": 0.25})
    (0.7, ['overdue', 'complaint'])
    >>> get_risk({"overdue": 0.31, "silent": 0.5, "falling": 0.0})
    (0.5, ['silent'])
    >>> get_risk({})
    (0.0, [])
    >>> get_risk({"silent": 1.0})
    (0.99, ['silent'])
    """
    weights = {
        code: min(CERTAIN, weight) for code, weight in signs.items() if weight > 0
    }
    both = [code for code in SILENCE if code in weights]
    if len(both) > 1:
        weights.pop(min(both, key=weights.get))
    stay = 1.0
    for weight in weights.values():
        stay *= 1 - weight
    codes = sorted(weights, key=lambda code: (-weights[code], code))
    return round(min(CERTAIN, 1 - stay), 2), codes
