"""What every model of purchases needs: the histories and the search for parameters.

No ``odoo`` import, no database, no clock; numpy and scipy are only imported when a
model is fitted or asked, because they take a while and most workers never need them.

A history is told by three numbers (Fader, Hardie and Lee 2005): ``frequency``, the
days with an order after the first one; ``recency``, the time from the first to the
last of them; ``age``, the time from the first to the day of looking. Time is in weeks.
"""

from typing import NamedTuple

WEEK = 7.0


class Histories(NamedTuple):
    """Arrays of equal length: equal histories are told once, with their number."""

    frequency: "numpy.ndarray"  # noqa: F821
    recency: "numpy.ndarray"  # noqa: F821
    age: "numpy.ndarray"  # noqa: F821
    count: "numpy.ndarray"  # noqa: F821


class Fit(NamedTuple):
    """Parameters in the order of the model, and how likely they make the histories."""

    parameters: tuple
    log_likelihood: float


def get_histories(frequency, recency, age) -> Histories:
    """Return the histories as arrays, equal ones folded into one.

    :param frequency: days with an order after the first, per customer
    :param recency: weeks from first to last order
    :param age: weeks from the first order to the day of looking
    :raise ValueError: when a history is impossible

    >>> one = get_histories([0, 2, 0], [0, 5, 0], [9, 9, 9])
    >>> one.count.tolist(), one.frequency.tolist()
    ([2.0, 1.0], [0.0, 2.0])
    >>> get_histories([1], [10], [9])
    Traceback (most recent call last):
    ...
    ValueError: a last order after the day of looking
    """
    import numpy as np

    rows = np.column_stack(
        [np.asarray(column, dtype=float) for column in (frequency, recency, age)]
    )
    if len(rows) and (rows[:, 1] > rows[:, 2]).any():
        raise ValueError("a last order after the day of looking")
    if len(rows) and (rows < 0).any():
        raise ValueError("a negative number or time")
    rows, count = np.unique(rows.reshape(-1, 3), axis=0, return_counts=True)
    return Histories(rows[:, 0], rows[:, 1], rows[:, 2], count.astype(float))


def maximise(log_likelihood, starts, total) -> Fit:
    """Return the positive parameters that make the histories most likely.

    The logarithms of the parameters are searched (L-BFGS-B), from each start in turn,
    and the best end is polished without derivatives (Nelder and Mead): the ridge of
    these likelihoods is flat.

    :param log_likelihood: function of the parameters; the sum over all customers
    :param starts: tuples of parameters
    :param total: number of customers; the mean is what is searched
    :raise ValueError: when no start leads anywhere

    >>> fit = maximise(lambda p: -(p[0] - 2) ** 2 - (p[1] - 5) ** 2, [(1, 1)], 1)
    >>> [round(parameter, 3) for parameter in fit.parameters]
    [2.0, 5.0]
    """
    import numpy as np
    from scipy.optimize import minimize

    def loss(logs):
        with np.errstate(all="ignore"):
            value = -log_likelihood(np.exp(logs)) / total
        return value if np.isfinite(value) else 1e10

    bounds = [(-7.0, 10.0)] * len(starts[0])
    ends = [
        minimize(loss, np.log(start), method="L-BFGS-B", bounds=bounds)
        for start in starts
    ]
    best = min(ends, key=lambda end: end.fun)
    if best.fun >= 1e10:
        raise ValueError("no parameters fit these histories")
    polished = minimize(
        loss,
        best.x,
        method="Nelder-Mead",
        bounds=bounds,
        options={"xatol": 1e-4, "fatol": 1e-9, "maxiter": 300},
    )
    best = min(best, polished, key=lambda end: end.fun)
    parameters = tuple(float(parameter) for parameter in np.exp(best.x))
    return Fit(parameters, float(-best.fun * total))
