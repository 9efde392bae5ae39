"""Which model of purchases is the best for these customers? The past decides.

The models learn from all but the last months and foretell those; the one nearest to
what happened is used, the plain rate unless another is clearly nearer. A model that is
wrong about a shop (seasons, subscriptions) loses against the plain rate here.
"""

from types import MappingProxyType
from typing import NamedTuple

from . import customer_value_bgnbd, customer_value_pareto, customer_value_rate
from .customer_value import get_histories

MODELS = MappingProxyType(
    {
        "bgnbd": customer_value_bgnbd,
        "pareto": customer_value_pareto,
        "rate": customer_value_rate,
    }
)
PLAIN = "rate"
# How much nearer than the plain rate a model has to be: less may be chance.
CLEARLY = 0.01
# What a trial needs to say anything; below, the answer is words and no figures.
CUSTOMERS = 200
REPEATS = 100
WEEKS = 39
# At least a month to foretell, at most a year, else a third of the history.
SHARE = 3
MONTH = 365.25 / 12 / 7


class Trial(NamedTuple):
    """How one model did."""

    parameters: tuple
    # weeks held out: mean error and root mean square error per customer, in orders
    mae: float
    rmse: float
    # orders of all foretold, cumulative, at the end of each month
    foretold: tuple


def get_months(weeks: float) -> int:
    """Return how many months at the end of a history of ``weeks`` are held out.

    >>> [get_months(weeks) for weeks in (39, 78, 104, 300)]
    [2, 5, 7, 12]
    """
    return max(1, min(12, int(weeks / MONTH / SHARE)))


def get_lack(customers: int, repeats: float, weeks: float) -> str | None:
    """Return what a trial lacks: ``weeks``, ``customers``, ``repeats`` or None.

    :param customers: who had ordered before the months held out
    :param repeats: their days with an order after the first one, before those months
    :param weeks: from the first order of all until the day of looking

    >>> get_lack(1000, 500, 100), get_lack(1000, 500, 20), get_lack(1000, 5, 100)
    (None, 'weeks', 'repeats')
    """
    if weeks < WEEKS:
        return "weeks"
    if customers < CUSTOMERS:
        return "customers"
    if repeats < REPEATS:
        return "repeats"
    return None


def run(frequency, recency, age, actual, months) -> dict[str, Trial]:
    """Let every model foretell what is known already.

    :param frequency: per customer, as of the day the held-out months begin; with
        ``recency`` and ``age`` in weeks as in :mod:`customer_value`
    :param actual: days with an order of each customer in the held-out months
    :param months: how many were held out
    :return: a trial by kind; without those that cannot be fitted

    >>> from numpy import array, tile
    >>> trials = run(tile([0, 1, 6], 50), tile([0.0, 9, 30], 50), tile([39.0], 150),
    ...              tile([0, 0, 2], 50), 3)
    >>> sorted(trials), len(trials["rate"].foretold)
    (['bgnbd', 'pareto', 'rate'], 3)
    """
    import numpy as np

    histories = get_histories(frequency, recency, age)
    trials = {}
    for kind, model in MODELS.items():
        try:
            parameters = model.fit(histories).parameters
        except ValueError:
            continue
        foretold = [
            model.get_expected(parameters, frequency, recency, age, month * MONTH)
            for month in range(1, months + 1)
        ]
        error = foretold[-1] - np.asarray(actual, dtype=float)
        if not np.isfinite(error).all():
            continue
        trials[kind] = Trial(
            parameters,
            float(np.abs(error).mean()),
            float(np.sqrt((error**2).mean())),
            tuple(float(month.sum()) for month in foretold),
        )
    return trials


def choose(trials: dict[str, Trial]) -> str:
    """Return the kind whose root mean square error is the smallest.

    The square and not the error itself: the expected value is what makes it smallest;
    the mean error would reward saying nobody will come.

    >>> def trial(rmse):
    ...     return Trial((), 0.0, rmse, ())
    >>> choose({"rate": trial(1.0), "bgnbd": trial(0.9), "pareto": trial(0.95)})
    'bgnbd'
    >>> choose({"rate": trial(1.0), "bgnbd": trial(0.995)})
    'rate'
    """
    best = min(trials, key=lambda kind: trials[kind].rmse)
    plain = trials[PLAIN].rmse
    return best if trials[best].rmse < plain * (1 - CLEARLY) else PLAIN
