"""Which stage of his life with us is a customer in?

Plain date arithmetic: no ``odoo`` import, no database, no clock. This is the
definition; the set-based statement of ``c360.customer.profile`` has to agree with
it, and a test compares the two.

A customer's orders fall into *spells*: a spell ends when ``churn_days`` pass
without an order. Within the life of a customer:

* ``prospect``: no order yet (never a transition, the state everybody starts from);
* ``new``: on the day of the first order;
* ``churned``: at the start of the day ``churn_days`` after the last order; an order
  later on that same day therefore already wins him back;
* ``won_back``: on the day of the first order after a churn;
* ``retained``: a new customer on the day of his second order, or when ``new_days``
  have passed since the first one; a customer won back when ``won_back_days`` have
  passed since he came back, however often he orders meanwhile. Whoever churns before
  or on that day does not become retained.

Several orders on one day are one purchase. An order never changes a transition
before its own day, so a ledger of transitions only grows at its end.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple


class Windows(NamedTuple):
    """The windows of a company, in days."""

    new_days: int = 90
    won_back_days: int = 90
    churn_days: int = 180


def lifecycle_transitions(
    order_days: Iterable[date], windows: Windows, today: date
) -> list[tuple[date, str]]:
    """Return the transitions of one customer up to and including ``today``.

    :param order_days: days of confirmed orders, in any order; those after ``today``
        are ignored
    :param windows: lengths in days, each at least 1
    :param today: the last day to look at
    :return: ``(day, state)`` in the order they happened; empty for a prospect
    :raise ValueError: when a window is shorter than a day

    >>> windows = Windows(new_days=90, won_back_days=90, churn_days=180)
    >>> def show(*days, today):
    ...     for day, state in lifecycle_transitions(days, windows, today):
    ...         print(day, state)

    Nothing ordered:

    >>> show(today=date(2026, 6, 1))

    The second order retains, silence loses, the next order wins back:

    >>> show(date(2025, 1, 1), date(2025, 1, 20), date(2026, 2, 1),
    ...      today=date(2026, 6, 1))
    2025-01-01 new
    2025-01-20 retained
    2025-07-19 churned
    2026-02-01 won_back
    2026-05-02 retained

    Without a second order the window passes:

    >>> show(date(2026, 1, 1), today=date(2026, 4, 1))
    2026-01-01 new
    2026-04-01 retained

    An order on the very day of the churn wins him back:

    >>> show(date(2026, 1, 1), date(2026, 6, 30), today=date(2026, 6, 30))
    2026-01-01 new
    2026-04-01 retained
    2026-06-30 churned
    2026-06-30 won_back

    >>> lifecycle_transitions([], Windows(churn_days=0), date(2026, 1, 1))
    Traceback (most recent call last):
    ...
    ValueError: every window must be at least 1 day, got Windows(new_days=90, \
won_back_days=90, churn_days=0)
    """
    if min(windows) < 1:
        raise ValueError(f"every window must be at least 1 day, got {windows}")
    transitions = []
    for spell in _spells(order_days, windows.churn_days, today):
        start, churn = spell[0], spell[-1] + timedelta(days=windows.churn_days)
        if transitions:
            state = "won_back"
            retained = start + timedelta(days=windows.won_back_days)
        else:
            state = "new"
            retained = min([start + timedelta(days=windows.new_days), *spell[1:2]])
        transitions.append((start, state))
        if retained <= today and retained < churn:
            transitions.append((retained, "retained"))
        if churn <= today:
            transitions.append((churn, "churned"))
    return transitions


def _spells(
    order_days: Iterable[date], churn_days: int, today: date
) -> list[list[date]]:
    """Return the order days grouped into spells without a churn in between.

    >>> days = [date(2026, 1, 1), date(2026, 1, 10), date(2026, 1, 5)]
    >>> [len(spell) for spell in _spells(days, 5, date(2026, 2, 1))]
    [2, 1]
    """
    spells = []
    for day in sorted({day for day in order_days if day <= today}):
        if spells and (day - spells[-1][-1]).days < churn_days:
            spells[-1].append(day)
        else:
            spells.append([day])
    return spells
