"""Pareto/NBD: orders come at a rate of his own, and he may leave at any moment.

D. Schmittlein, D. Morrison, R. Colombo, "Counting Your Customers: Who Are They and What
Will They Do Next?", Management Science 33 (1987); formulas as in P. Fader, B. Hardie,
"A Note on Deriving the Pareto/NBD Model and Related Expressions" (2005). The rate of
orders is gamma distributed (``r``, ``alpha``) among the customers, the rate of leaving
as well (``s``, ``beta``). Times are in weeks.
"""

from .customer_value import Fit, Histories, maximise

NAMES = ("r", "alpha", "s", "beta")
ASIDE = 1e-6
# The integral over the moment of leaving: points, and where e^-x is as good as nothing
NODES = 24
NEGLIGIBLE = 36.0


def fit(histories: Histories, start: tuple | None = None) -> Fit:
    """Return the most likely parameters.

    :param start: where to begin, such as those of part of the same histories

    >>> from .customer_value import get_histories
    >>> some = get_histories([0] * 60 + [1] * 20 + [4] * 10, [0] * 60 + [10] * 20
    ...                      + [30] * 10, [39] * 90)
    >>> len(fit(some).parameters)
    4
    """
    starts = [start] if start else [(0.5, 10.0, 0.5, 10.0), (1.5, 20.0, 0.3, 30.0)]
    return maximise(
        lambda parameters: _log_likelihood(parameters, histories),
        starts,
        histories.count.sum(),
    )


def _log_likelihood(parameters, histories: Histories) -> float:
    import numpy as np
    from scipy.special import gammaln

    r, alpha, s, beta = parameters
    x, recency, age, count = histories
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    gone = _log_gone(parameters, x, recency, age)
    return float(np.sum(count * (common + np.logaddexp(alive, gone))))


def _log_gone(parameters, x, recency, age):
    """Return the logarithm of what speaks for having left since the last order.

    That is the integral, over the moment ``y`` of leaving between ``recency`` and
    ``age``, of ``s (alpha + y)^-(r + x) (beta + y)^-(s + 1)``. The paper writes it with
    hypergeometric functions, which overflow for those who order a lot and take a
    hundred times as long for large ``beta``. Gauss and Legendre do it to ten digits,
    over the logarithm of the smaller sum, as far as the integrand is not negligible.
    """
    import numpy as np

    r, alpha, s, beta = parameters
    if alpha <= beta:
        small, large, power, other = alpha, beta, r + x, np.full_like(x, s + 1)
    else:
        small, large, power, other = beta, alpha, np.full_like(x, s + 1), r + x
    near = (small + recency) / (large + recency)
    fall = np.maximum(power - 1, 0) + other * near
    reach = np.minimum(np.log((small + age) / (small + recency)), NEGLIGIBLE / fall)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    # one column per node; relative to the integrand at the last order, the largest
    u = np.multiply.outer(reach, (nodes + 1) / 2)
    relative = np.exp(
        (1 - power)[:, None] * u
        - other[:, None] * np.log1p(near[:, None] * np.expm1(u))
    )
    with np.errstate(divide="ignore"):
        # nothing when he ordered just now: then he cannot have left
        integral = np.log(relative @ (weights / 2)) + np.log(reach)
    first = (1 - power) * np.log(small + recency) - other * np.log(large + recency)
    return np.log(s) + first + integral


def get_alive(parameters, frequency, recency, age):
    """Return the probability that each customer is still one.

    >>> from numpy import array
    >>> cdnow = (0.5534, 10.5802, 0.6061, 11.6562)
    >>> get_alive(cdnow, array([2.0, 2.0]), array([30.43, 5.0]), array([38.86] * 2)
    ...           ).round(3).tolist()
    [0.869, 0.13]
    """
    import numpy as np

    r, alpha, s, beta = parameters
    x = np.asarray(frequency, dtype=float)
    log_odds = (
        _log_gone(parameters, x, np.asarray(recency, float), np.asarray(age, float))
        + (r + x) * np.log(alpha + age)
        + s * np.log(beta + age)
    )
    return 1 / (1 + np.exp(np.minimum(log_odds, 700.0)))


def get_expected(parameters, frequency, recency, age, weeks):
    """Return the expected days with an order within the next ``weeks``.

    >>> from numpy import array
    >>> cdnow = (0.5534, 10.5802, 0.6061, 11.6562)
    >>> get_expected(cdnow, array([2.0]), array([30.43]), array([38.86]), 39
    ...              ).round(2).tolist()
    [1.46]
    """
    import numpy as np

    r, alpha, s, beta = parameters
    x = np.asarray(frequency, dtype=float)
    if abs(s - 1) < ASIDE:
        s = 1 + ASIDE
    stay = -np.expm1((s - 1) * (np.log(beta + age) - np.log(beta + age + weeks)))
    rate = (r + x) * (beta + age) / ((alpha + age) * (s - 1))
    return rate * stay * get_alive((r, alpha, s, beta), x, recency, age)
