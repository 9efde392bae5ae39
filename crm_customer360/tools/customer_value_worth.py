"""What expected orders are worth today, and how precisely that can be said.

Plain arithmetic over arrays: no ``odoo`` import, no database, no clock.
"""

YEAR_WEEKS = 365.25 / 7


def get_years(months: int) -> list[float]:
    """Return the ends of the steps of a horizon, in years: every year, and the rest.

    >>> get_years(30), get_years(6), get_years(24)
    ([1.0, 2.0, 2.5], [0.5], [1.0, 2.0])
    """
    years = [float(year) for year in range(1, months // 12 + 1)]
    return years + [months / 12] if months % 12 else years


def get_discounted(expected, years, rate):
    """Return the expected orders, each counted less the later it comes.

    The orders of a step are discounted from its middle, which is as good as month by
    month as long as they do not fall by half within a year.

    :param expected: arrays of orders expected from now to the end of each step
    :param years: the ends of the steps
    :param rate: discount a year, 0.1 for 10 %

    >>> from numpy import array
    >>> get_discounted([array([10.0]), array([15.0])], [1.0, 2.0], 0.0).tolist()
    [15.0]
    >>> orders = [array([10.0]), array([15.0])]
    >>> get_discounted(orders, [1.0, 2.0], 0.1).round(2).tolist()
    [13.87]
    """
    total, begin, before = 0.0, 0.0, 0.0
    for orders, end in zip(expected, years, strict=True):
        total = total + (orders - before) * (1 + rate) ** (-(begin + end) / 2)
        begin, before = end, orders
    return total


def round_digits(values, digits=2):
    """Return the values with so many digits that count; what is no number becomes 0.

    >>> from numpy import array
    >>> round_digits(array([12345.0, 0.0, 0.0678, -99.6])).tolist()
    [12000.0, 0.0, 0.068, -100.0]
    """
    import numpy as np

    values = np.nan_to_num(np.asarray(values, dtype=float), posinf=0.0, neginf=0.0)
    size = np.floor(np.log10(np.abs(np.where(values, values, 1.0))))
    unit = 10.0 ** np.clip(size - digits + 1, -12, 18)
    # divided when below 1, so that 0.068 stays 0.068
    return np.round(np.where(values, np.round(values / unit) * unit, 0.0), 12)
