"""What do the states of several orders say about the deal as a whole?

Plain values in, one word out.
"""


def overall_delivery(states) -> str:
    """Sum up the delivery states of confirmed orders.

    :param states: one of ``pending started partial full`` or a false value for an order
        with nothing to deliver, each
    :return: ``pending started partial full``, or ``none`` with nothing to deliver

    >>> overall_delivery(["full", "full"])
    'full'
    >>> overall_delivery(["full", "pending"])
    'partial'
    >>> overall_delivery(["started", "pending"])
    'started'
    >>> overall_delivery(["pending", False])
    'pending'
    >>> overall_delivery([False])
    'none'
    """
    known = {state for state in states if state}
    if not known:
        return "none"
    if len(known) == 1:
        return known.pop()
    return "partial" if known & {"partial", "full"} else "started"


def overall_invoice(states) -> str:
    """Sum up the invoice states of confirmed orders.

    :param states: the host's ``invoiced``, ``upselling``, ``to invoice``, ``no``
    :return: ``to_invoice``, ``invoiced``, or ``no`` with nothing to invoice now

    >>> overall_invoice(["invoiced", "upselling"])
    'invoiced'
    >>> overall_invoice(["invoiced", "to invoice"])
    'to_invoice'

    Something is still to come, nothing can be invoiced now:

    >>> overall_invoice(["invoiced", "no"])
    'no'
    >>> overall_invoice([])
    'no'
    """
    known = set(states)
    if "to invoice" in known:
        return "to_invoice"
    return "invoiced" if known and known <= {"invoiced", "upselling"} else "no"


def overall_payment(total: float, residual: float, overdue: bool) -> str:
    """Sum up what was paid of the posted invoices.

    :param total: invoiced, in any one currency
    :param residual: still owed, in the same currency
    :param overdue: something owed is past its date

    >>> overall_payment(100, 0, False)
    'paid'
    >>> overall_payment(100, 40, False)
    'partial'
    >>> overall_payment(100, 100, False)
    'none'
    >>> overall_payment(100, 40, True)
    'overdue'

    Nothing invoiced, or all of it credited:

    >>> overall_payment(0, 0, False)
    'none'
    """
    if overdue:
        return "overdue"
    if abs(total) < 0.005:
        return "none"
    if abs(residual) < 0.005:
        return "paid"
    return "partial" if abs(residual) < abs(total) else "none"
