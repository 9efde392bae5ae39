"""The books of a chunk of orders: invoices, payments, and what ties them."""

# drawn by trade.py, one row per order and per order line
ORDERS, LINES = "c360_bench_order", "c360_bench_line"


def document_name(prefix, of="o.k") -> str:
    return f"'{prefix}' || lpad(({of})::text, 7, '0')"


def reconciliations(fill):
    """What ties an invoice to its payment; both refer to it."""
    fill.copy(
        "account_full_reconcile",
        "full",
        f"(SELECT * FROM {ORDERS} WHERE paid ORDER BY k) AS o",
        id=f"{fill.ids['account_full_reconcile']} + o.k",
    )


def invoices(fill):
    """One posted invoice per invoiced order: an income line per order line, one due."""
    move = f"{fill.ids['account_move']} + o.k"
    day, due = "(o.at + interval '3 days')::date", "(o.at + interval '33 days')::date"
    prefix = f"'INVB/' || to_char({day}, 'YYYY') || '/'"
    name = f"{prefix} || lpad(o.k::text, 7, '0')"
    owed = "CASE WHEN o.paid THEN 0 ELSE o.amount END"
    stamps = {"create_date": day, "write_date": day, "date": day, "invoice_date": day}
    amounts = {
        f"amount_{kind}{suffix}": "o.amount"
        for kind in ("untaxed", "total")
        for suffix in ("", "_signed", "_in_currency_signed")
    }
    fill.copy(
        "account_move",
        "invoice",
        f"(SELECT * FROM {ORDERS} WHERE invoiced ORDER BY k) AS o"
        " JOIN res_partner AS partner ON partner.id = o.partner",
        id=move,
        name=name,
        sequence_prefix=prefix,
        sequence_number="o.k",
        payment_reference=name,
        ref=document_name("SB"),
        invoice_origin=document_name("SB"),
        partner_id="o.partner",
        partner_shipping_id="o.partner",
        commercial_partner_id="o.customer",
        invoice_partner_display_name="partner.complete_name",
        invoice_user_id=fill.draw.one_of("o.k", "seller", fill.pattern["salespeople"]),
        delivery_date="(o.at + interval '2 days')::date",
        payment_state="CASE WHEN o.paid THEN 'paid' ELSE 'not_paid' END",
        invoice_date_due=due,
        amount_residual=owed,
        amount_residual_signed=owed,
        access_token="NULL",
        **amounts,
        **stamps,
    )
    _invoice_lines(fill, move, name, due, stamps)


def _invoice_lines(fill, move, name, due, stamps):
    common = {
        "move_id": move,
        "move_name": name,
        "ref": document_name("SB"),
        "partner_id": "o.customer",
        **stamps,
    }
    cr = fill.cr
    cr.execute(f"ALTER TABLE {LINES} ADD COLUMN income int")
    cr.execute(f"UPDATE {LINES} SET income = nextval('account_move_line_id_seq')")
    fill.copy(
        "account_move_line",
        "income_line",
        f"{LINES} AS l JOIN {ORDERS} AS o ON o.k = l.k AND o.invoiced",
        id="l.income",
        name="l.label",
        sequence="10 + l.i",
        product_id="l.product",
        quantity="l.qty",
        price_unit="l.price",
        price_subtotal="l.amount",
        price_total="l.amount",
        debit="0",
        credit="l.amount",
        balance="-l.amount",
        amount_currency="-l.amount",
        **common,
    )
    cr.execute(
        f"""
        INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)
        SELECT l.income, l.id FROM {LINES} AS l JOIN {ORDERS} AS o ON o.k = l.k
         WHERE o.invoiced
        """
    )
    owed = "CASE WHEN o.paid THEN 0 ELSE o.amount END"
    cr.execute(f"ALTER TABLE {ORDERS} ADD COLUMN due int, ADD COLUMN credit int")
    cr.execute(
        f"""
        UPDATE {ORDERS} SET due = nextval('account_move_line_id_seq'),
                            credit = nextval('account_move_line_id_seq')
         WHERE invoiced
        """
    )
    fill.copy(
        "account_move_line",
        "due_line",
        f"(SELECT * FROM {ORDERS} WHERE invoiced ORDER BY k) AS o",
        id="o.due",
        name=name,
        date_maturity=due,
        debit="o.amount",
        credit="0",
        balance="o.amount",
        amount_currency="o.amount",
        amount_residual=owed,
        amount_residual_currency=owed,
        reconciled="o.paid",
        **_reconciled(fill),
        **common,
    )


def _reconciled(fill) -> dict:
    full = f"{fill.ids['account_full_reconcile']} + o.k"
    return {
        "full_reconcile_id": f"CASE WHEN o.paid THEN {full} END",
        "matching_number": f"CASE WHEN o.paid THEN ({full})::text END",
    }


def payments(fill):
    """One payment per paid invoice, reconciled with it."""
    ids, paid = fill.ids, f"(SELECT * FROM {ORDERS} WHERE paid ORDER BY k) AS o"
    move = f"{ids['account_move']} + {fill.sizes.all_orders} + o.k"
    payment = f"{ids['account_payment']} + o.k"
    full = f"{ids['account_full_reconcile']} + o.k"
    day = "(o.at + interval '25 days')::date"
    prefix = f"'PBB/' || to_char({day}, 'YYYY') || '/'"
    name = f"{prefix} || lpad(o.k::text, 7, '0')"
    stamps = {"create_date": day, "write_date": day, "date": day}
    fill.copy(
        "account_move",
        "payment_move",
        paid,
        id=move,
        name=name,
        sequence_prefix=prefix,
        sequence_number="o.k",
        ref=document_name("SB"),
        partner_id="o.customer",
        commercial_partner_id="o.customer",
        origin_payment_id="NULL",
        invoice_partner_display_name="NULL",
        invoice_date_due=day,
        amount_total="o.amount",
        amount_total_signed="o.amount",
        amount_total_in_currency_signed="o.amount",
        **stamps,
    )
    fill.copy(
        "account_payment",
        "payment",
        paid,
        id=payment,
        move_id=move,
        name=name,
        memo=document_name("SB"),
        partner_id="o.customer",
        amount="o.amount",
        amount_company_currency_signed="o.amount",
        **stamps,
    )
    common = {
        "move_id": move,
        "move_name": name,
        "payment_id": payment,
        "ref": document_name("SB"),
        "name": document_name("SB"),
        "partner_id": "o.customer",
        "date_maturity": day,
        **stamps,
    }
    money = dict.fromkeys(("debit", "balance", "amount_currency"), "o.amount")
    fill.copy(
        "account_move_line",
        "bank_line",
        paid,
        amount_residual="o.amount",
        amount_residual_currency="o.amount",
        price_subtotal="o.amount",
        **money,
        **common,
    )
    fill.copy(
        "account_move_line",
        "paid_line",
        paid,
        id="o.credit",
        credit="o.amount",
        balance="-o.amount",
        amount_currency="-o.amount",
        price_subtotal="-o.amount",
        **_reconciled(fill),
        **common,
    )
    fill.copy(
        "account_partial_reconcile",
        "partial",
        paid,
        debit_move_id="o.due",
        credit_move_id="o.credit",
        full_reconcile_id=full,
        amount="o.amount",
        debit_amount_currency="o.amount",
        credit_amount_currency="o.amount",
        max_date=day,
        create_date=day,
        write_date=day,
    )
    fill.cr.execute(
        f"""
        UPDATE account_move AS move SET origin_payment_id = {payment}
          FROM {ORDERS} AS o WHERE o.paid AND move.id = {move}
        """
    )
    fill.cr.execute(
        f"""
        INSERT INTO account_move__account_payment (invoice_id, payment_id)
        SELECT {ids["account_move"]} + o.k, {payment} FROM {ORDERS} AS o WHERE o.paid
        """
    )
