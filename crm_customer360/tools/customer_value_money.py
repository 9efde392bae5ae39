"""Gamma-gamma: what an order of a customer is worth, once chance is taken out of it.

P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary Value" (2013). The values of a
customer's orders are gamma distributed (shape ``p``) around his own mean, the means are
gamma distributed (``q``, ``gamma``) again. A single large order of a new customer moves
his expected value little, ten of them a lot.
"""

from .customer_value import Fit, maximise

NAMES = ("p", "q", "gamma")
# Fewer customers who ordered again say little about how values spread.
CUSTOMERS = 30


def fit(frequency, mean) -> Fit | None:
    """Return the most likely parameters (formula 3), None when there is too little.

    :param frequency: number of values behind each mean, 0 for who has none
    :param mean: mean value per customer; those not above zero are left out

    >>> fit([2, 3], [10.0, 20.0]) is None
    True
    >>> values = [10.0 + i % 7 for i in range(90)]
    >>> fitted = fit([1 + i % 4 for i in range(90)], values)
    >>> round(float(get_value(fitted.parameters, [0], [0.0])[0]))
    13
    """
    import numpy as np
    from scipy.special import gammaln

    x, mean = np.asarray(frequency, dtype=float), np.asarray(mean, dtype=float)
    kept = (x > 0) & (mean > 0)
    x, mean = x[kept], mean[kept]
    if len(x) < CUSTOMERS:
        return None
    # in units of the mean, so that a currency of small coins starts at the same place
    unit = float(mean.mean())
    mean = mean / unit

    def log_likelihood(parameters):
        p, q, gamma = parameters
        return np.sum(
            gammaln(p * x + q)
            - gammaln(p * x)
            - gammaln(q)
            + q * np.log(gamma)
            + (p * x - 1) * np.log(mean)
            + p * x * np.log(x)
            - (p * x + q) * np.log(gamma + mean * x)
        )

    starts = [(5.0, 4.0, 0.5), (1.0, 2.0, 1.0)]
    (p, q, gamma), value = maximise(log_likelihood, starts, len(x))
    # below 1 the mean of all would be infinite; the histories do not say that
    value -= len(x) * float(np.log(unit))
    return Fit((p, max(q, 1.05), gamma * unit), value)


def get_value(parameters, frequency, mean):
    """Return the expected value of an order of each customer (formula 5).

    >>> from numpy import array
    >>> cdnow = (6.25, 3.74, 15.44)
    >>> get_value(cdnow, array([0, 2, 7]), array([0.0, 30.0, 30.0])).round(2).tolist()
    [35.22, 30.94, 30.31]
    """
    import numpy as np

    p, q, gamma = parameters
    x, mean = np.asarray(frequency, dtype=float), np.asarray(mean, dtype=float)
    return p * (gamma + mean * x) / (p * x + q - 1)
