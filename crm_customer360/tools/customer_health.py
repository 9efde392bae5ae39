"""How a relationship stands, in one word, from the reasons for and against it.

A word that nobody can explain is worth nothing, so the sum is one that a reader can
do in his head: what speaks against the customer weighs in full when it is poor and
half when it is only fair; 50 make him poor, 20 fair. What speaks for him is shown but
makes up for nothing: loyal buyers with an open complaint still have a complaint.
"""

POOR_FROM = 50
FAIR_FROM = 20
SHARES = {"poor": 1.0, "fair": 0.5, "good": 0.0}
ORDER = ("poor", "fair", "good")


def rate_health(signals):
    """Return the word of a customer, None when nothing is known about him.

    :param signals: ``{"tone": poor|fair|good, "weight": 1..100}``, any number of them
    :return: ``"poor"``, ``"fair"``, ``"good"`` or None

    >>> rate_health([])
    >>> rate_health([{"tone": "good", "weight": 10}])
    'good'
    >>> rate_health([{"tone": "fair", "weight": 30}])
    'good'
    >>> rate_health([{"tone": "fair", "weight": 40}])
    'fair'
    >>> rate_health([{"tone": "poor", "weight": 30}, {"tone": "fair", "weight": 40}])
    'poor'
    >>> rate_health([{"tone": "poor", "weight": 50}, {"tone": "good", "weight": 90}])
    'poor'
    """
    if not signals:
        return None
    burden = sum(SHARES[signal["tone"]] * signal["weight"] for signal in signals)
    if burden >= POOR_FROM:
        return "poor"
    return "fair" if burden >= FAIR_FROM else "good"


def sort_signals(signals):
    """Return the signals, the heaviest against the customer first, then those for him.

    >>> [signal["weight"] for signal in sort_signals([
    ...     {"tone": "good", "weight": 90},
    ...     {"tone": "fair", "weight": 40},
    ...     {"tone": "poor", "weight": 30},
    ... ])]
    [30, 40, 90]
    """
    return sorted(
        signals,
        key=lambda signal: (
            -SHARES[signal["tone"]] * signal["weight"],
            ORDER.index(signal["tone"]),
            -signal["weight"],
        ),
    )
