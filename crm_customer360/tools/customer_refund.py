"""What is left of an order once invoices were credited?

Plain arithmetic: no ``odoo`` import, no database, no clock. This is the definition;
the set-based statement of ``c360.customer.profile`` has to agree with it, and a test
compares the two.

An order that was invoiced and credited in full never happened. A credit in part takes
its amount off. What was invoiced beyond the order takes credits away again: whoever
corrects an invoice credits it and invoices anew.
"""

from typing import NamedTuple

# Invoices round line by line: this share of the order is "all of it".
WHOLE = 0.99
CENT = 0.005


class Refund(NamedTuple):
    """What a customer got back of an order."""

    amount: float
    is_whole: bool


def refund_of(ordered: float, invoiced: float, credited: float) -> Refund:
    """Return what was given back of an order.

    All amounts untaxed, in the currency of the order, without down payments.

    :param ordered: total of the order
    :param invoiced: total of its posted invoices
    :param credited: total of its posted credit notes, above zero
    :return: the amount to take off, and whether the order never happened

    >>> refund_of(100, 100, 0)
    Refund(amount=0, is_whole=False)

    In part, and in full (with a cent lost by rounding):

    >>> refund_of(100, 100, 30)
    Refund(amount=30, is_whole=False)
    >>> refund_of(100, 99.99, 99.99)
    Refund(amount=100, is_whole=True)

    Corrected: credited and invoiced anew:

    >>> refund_of(100, 200, 100)
    Refund(amount=0, is_whole=False)
    >>> refund_of(100, 180, 100)
    Refund(amount=20, is_whole=False)

    A first part, credited; the rest is still to come:

    >>> refund_of(100, 40, 40)
    Refund(amount=40, is_whole=False)

    A credit beyond the invoice takes no more than the order:

    >>> refund_of(100, 100, 150)
    Refund(amount=100, is_whole=True)

    Nothing to give back of an order without an amount:

    >>> refund_of(0, 10, 10)
    Refund(amount=0, is_whole=False)
    """
    if ordered <= 0 or credited <= 0:
        return Refund(0, False)
    if invoiced >= ordered * WHOLE and credited > invoiced - CENT:
        return Refund(ordered, True)
    again = max(invoiced - ordered, 0)
    return Refund(min(max(credited - again, 0), ordered), False)
