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


def fit(histories: Histories) -> Fit:
    """Return the most likely parameters.

    >>> from .customer_value import get_histories
    >>> some = get_histories([0] * 60 + [1] * 20 + [4] * 10, [0] * 60 + [10] * 20
    ...                      + [30] * 10, [39] * 90)
    >>> len(fit(some).parameters)
    4
    """
    starts = [(0.5, 10.0, 0.5, 10.0), (1.5, 20.0, 0.3, 30.0)]
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
    gone = np.log(s) - np.log(r + s + x) + _log_a0(parameters, x, recency, age)
    return float(np.sum(count * (common + np.logaddexp(alive, gone))))


def _log_a0(parameters, x, recency, age):
    """Return the logarithm of A0 of the note: he left between last order and now.

    The hypergeometric function is transformed (Euler), or it overflows for those who
    order a lot.
    """
    import numpy as np
    from scipy.special import hyp2f1

    r, alpha, s, beta = parameters
    larger, smaller = max(alpha, beta), min(alpha, beta)
    second, power = (r + x, -s) if alpha >= beta else (s + 1, 1 - r - x)
    total = r + s + x

    def log_term(when):
        apart = (larger - smaller) / (larger + when)
        value = np.log(hyp2f1(1.0, second, total + 1, apart))
        near = np.log(smaller + when) - np.log(larger + when)
        return value + power * near - total * np.log(larger + when)

    after_last, after_now = log_term(recency), log_term(age)
    # equal when he ordered just now: then he cannot have left
    with np.errstate(divide="ignore"):
        return after_last + np.log(-np.expm1(np.minimum(after_now - after_last, 0.0)))


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
        np.log(s / (r + s + x))
        + (r + x) * np.log(alpha + age)
        + s * np.log(beta + age)
        + _log_a0(parameters, x, np.asarray(recency, float), np.asarray(age, float))
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
