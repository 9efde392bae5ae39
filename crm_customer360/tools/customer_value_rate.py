"""The plain rate: who ordered so often until now will go on like that.

The naive guess every model has to beat, and the better one where customers neither
leave nor order at random: subscriptions, seasons. Times are in weeks.
"""

from .customer_value import Fit, Histories

NAMES = ("orders", "weeks")


def fit(histories: Histories, start: tuple | None = None) -> Fit:
    """Return orders and weeks of all customers: what is said of somebody of today.

    :param start: not needed here

    >>> from .customer_value import get_histories
    >>> fit(get_histories([0, 3], [0, 20], [10, 30])).parameters
    (3.0, 40.0)
    """
    orders = float((histories.count * histories.frequency).sum())
    return Fit((orders, float((histories.count * histories.age).sum())), 0.0)


def get_expected(parameters, frequency, recency, age, weeks):
    """Return ``weeks`` at his own rate; the mean of all for who came this very day.

    >>> from numpy import array
    >>> get_expected((3.0, 40.0), array([6, 0, 0]), array([9.0, 0, 0]),
    ...              array([12.0, 12.0, 0.0]), 4).tolist()
    [2.0, 0.0, 0.3]
    """
    import numpy as np

    orders, total = parameters
    x, age = np.asarray(frequency, dtype=float), np.asarray(age, dtype=float)
    mean = orders / total if total else 0.0
    return weeks * np.where(age > 0, x / np.where(age > 0, age, 1.0), mean)
