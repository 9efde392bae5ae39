"""BG/NBD: orders come at random at a rate of his own until, after one, he is gone.

P. Fader, B. Hardie, K. Lee, "Counting Your Customers the Easy Way: An Alternative to
the Pareto/NBD Model", Marketing Science 24 (2005). The rate is gamma distributed
(``r``, ``alpha`` in weeks) among the customers, the probability to leave after an order
beta distributed (``a``, ``b``). Times are in weeks.
"""

from .customer_value import Fit, Histories, maximise

NAMES = ("r", "alpha", "a", "b")
# The formulas divide by a - 1, and by a + b + x - 1: step aside from their zeros.
ASIDE = 1e-6


def fit(histories: Histories, start: tuple | None = None) -> Fit:
    """Return the most likely parameters (formula 6 of the paper).

    :param start: where to begin, such as those of part of the same histories

    >>> from .customer_value import get_histories
    >>> some = get_histories([0] * 60 + [1] * 20 + [4] * 10, [0] * 60 + [10] * 20
    ...                      + [30] * 10, [39] * 90)
    >>> len(fit(some).parameters)
    4
    """
    starts = [start] if start else [(0.5, 8.0, 0.5, 2.0), (1.5, 20.0, 0.2, 5.0)]
    return maximise(
        lambda parameters: _log_likelihood(parameters, histories),
        starts,
        histories.count.sum(),
    )


def _log_likelihood(parameters, histories: Histories) -> float:
    import numpy as np
    from scipy.special import betaln, gammaln

    r, alpha, a, b = parameters
    x, recency, age, count = histories
    repeated = x > 0
    # ``b + x - 1`` is only asked where there was a second order
    before = np.where(repeated, b + x - 1, 1.0)
    rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stay = betaln(a, b + x) - betaln(a, b)
    alive = -(r + x) * np.log(alpha + age)
    gone = np.where(
        repeated,
        np.log(a) - np.log(before) - (r + x) * np.log(alpha + recency),
        -np.inf,
    )
    return float(np.sum(count * (rate + stay + np.logaddexp(alive, gone))))


def get_alive(parameters, frequency, recency, age):
    """Return the probability that each customer is still one.

    D. McCarthy's and Fader and Hardie's note "Computing P(alive) Using the BG/NBD
    Model" (2008). Who ordered once is alive: in this model nobody leaves before his
    second order.

    >>> from numpy import array
    >>> cdnow = (0.243, 4.414, 0.793, 2.426)
    >>> get_alive(cdnow, array([0, 2, 2]), array([0, 30.43, 5]), array([38.86] * 3)
    ...           ).round(3).tolist()
    [1.0, 0.727, 0.124]
    """
    import numpy as np

    r, alpha, a, b = parameters
    x = np.asarray(frequency, dtype=float)
    before = np.where(x > 0, b + x - 1, 1.0)
    odds = (
        a / before * np.exp((r + x) * (np.log(alpha + age) - np.log(alpha + recency)))
    )
    return np.where(x > 0, 1 / (1 + odds), 1.0)


def get_expected(parameters, frequency, recency, age, weeks):
    """Return the expected days with an order within the next ``weeks`` (formula 10).

    The hypergeometric function is transformed (Euler): as the paper has it, its value
    overflows for those who order a lot.

    >>> from numpy import array
    >>> get_expected((0.243, 4.414, 0.793, 2.426), array([2.0]), array([30.43]),
    ...              array([38.86]), 39).round(3).tolist()
    [1.226]
    """
    import numpy as np
    from scipy.special import hyp2f1

    r, alpha, a, b = parameters
    x = np.asarray(frequency, dtype=float)
    if abs(a - 1) < ASIDE:
        a = 1 + ASIDE
    total = a + b + x - 1
    total = np.where(np.abs(total) < ASIDE, ASIDE, total)
    share = weeks / (alpha + age + weeks)
    with np.errstate(all="ignore"):
        gone = (1 - share) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, total, share)
        # for extreme ``a``, who orders little, it is the other way round
        plain = (1 - share) ** (r + x) * hyp2f1(r + x, b + x, total, share)
    gone = np.where(np.isfinite(gone), gone, plain)
    alive = get_alive((r, alpha, a, b), x, recency, age)
    return np.maximum(total / (a - 1) * (1 - gone) * alive, 0.0)
