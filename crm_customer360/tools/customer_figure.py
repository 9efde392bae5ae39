"""What share of the customers is new, stays, leaves, comes again?

Plain arithmetic over a matrix: how many were in which class before a period, and in
which at its end. The classes are ``prospect`` and the four of customers; None stands
for "not there": not yet before, no more after.

* conversion = new / prospects
* retention = retained / all customers
* churn = churned / all customers
* repurchase = new who bought again / new

*New* is who was no customer before the period and is one at its end; the *prospects* of
the period are the new ones and those who are still prospects at its end. The other two
figures are those at the end of the period.
"""

from collections.abc import Collection, Mapping

PROSPECTS = ("prospect",)
CUSTOMERS = ("new", "retained", "won_back", "churned")
CLASSES = (*PROSPECTS, *CUSTOMERS)


class Figures:
    """The figures of one matrix.

    :param cells: (class before, class after) -> (how many, how many of them bought
        again)

    >>> figures = Figures({
    ...     ("prospect", "new"): (2, 1), (None, "retained"): (1, 1),
    ...     ("prospect", "prospect"): (7, 0), ("retained", "retained"): (5, 5),
    ...     ("retained", "churned"): (2, 2), ("new", None): (1, 0)})
    >>> figures.new, figures.prospects, figures.again, figures.customers
    (3, 10, 2, 10)
    >>> figures.rates == {"conversion": 0.3, "retention": 0.6, "churn": 0.2,
    ...                   "repurchase": 2 / 3}
    True
    >>> figures.count(before={"retained"})
    7

    Where there is nobody there is no rate:

    >>> Figures({}).rates["churn"] is None
    True
    """

    def __init__(
        self, cells: Mapping[tuple[str | None, str | None], tuple[int, int]]
    ) -> None:
        self.cells = dict(cells)
        outside = {None, *PROSPECTS}
        self.new = self.count(before=outside, after=CUSTOMERS)
        self.again = sum(
            again
            for (before, after), (_count, again) in self.cells.items()
            if before in outside and after in CUSTOMERS
        )
        self.prospects = self.new + self.count(after=PROSPECTS)
        self.retained = self.count(after={"retained"})
        self.churned = self.count(after={"churned"})
        self.customers = self.count(after=CUSTOMERS)
        self.rates = {
            "conversion": share(self.new, self.prospects),
            "retention": share(self.retained, self.customers),
            "churn": share(self.churned, self.customers),
            "repurchase": share(self.again, self.new),
        }

    def count(
        self,
        before: Collection[str | None] | None = None,
        after: Collection[str | None] | None = None,
    ) -> int:
        """Return how many were in one of these classes before, and after."""
        return sum(
            count
            for (old, new), (count, _again) in self.cells.items()
            if (before is None or old in before) and (after is None or new in after)
        )


def share(part: int, whole: int) -> float | None:
    """Return a quotient, None of nothing.

    >>> share(1, 4), share(0, 4), share(0, 0)
    (0.25, 0.0, None)
    """
    return part / whole if whole else None
