"""Orders with all that follows: lines, deliveries, invoices, payments.

A chunk of orders is drawn once into two temporary tables; everything else copies from
them, so that amounts, quantities and states agree from the quotation to the payment.
"""

from .skew import quote, shuffle

ORDERS, LINES = "c360_bench_order", "c360_bench_line"


def trade(fill, start, stop):
    """Everything about the orders with the numbers start .. stop - 1."""
    _draw_orders(fill, start, stop)
    _draw_lines(fill)
    _sale_orders(fill)
    _sale_order_lines(fill)
    _pickings(fill)
    _reconciliations(fill)
    _invoices(fill)
    _payments(fill)


def buyer(fill, key) -> str:
    """SQL for the number of the customer: the probes first, then few buy much."""
    place = shuffle(key, fill.sizes.all_orders)
    branches, upto = [], 0
    for number, count in enumerate(fill.sizes.probes):
        upto += count
        branches.append(f"WHEN {place} < {upto} THEN {number}")
    probes = len(branches)
    rest = fill.draw.skewed(key, "buyer", fill.sizes.customers - probes)
    if not branches:
        return rest
    return f"CASE {' '.join(branches)} ELSE {probes} + {rest} END"


def _sample(fill, key) -> str:
    """SQL: 0, 1 or 2 for three orders of each probe, else -1.

    They end unpaid, paid and undelivered: every probe has documents of every kind, so
    that what is asked about one is asked about all.
    """
    place, start, branches = shuffle(key, fill.sizes.all_orders), 0, []
    for count in fill.sizes.probes:
        branches.append(f"WHEN {place} BETWEEN {start} AND {start + 2}")
        branches.append(f"THEN {place} - {start}")
        start += count
    return f"CASE {' '.join(branches)} ELSE -1 END" if branches else "-1"


def _draw_orders(fill, start, stop):
    draw, ids, sizes = fill.draw, fill.ids, fill.sizes
    days = (sizes.last_day - sizes.first_day).days
    first, last = (quote(day.isoformat()) for day in (sizes.first_day, sizes.last_day))
    of_probe = f"{shuffle('k', sizes.all_orders)} < {sum(sizes.probes)}"
    sample = _sample(fill, "k")
    fill.cr.execute(
        f"""
        CREATE TEMP TABLE {ORDERS} ON COMMIT DROP AS
        SELECT o.*, delivered AND invoice_it AS invoiced,
               delivered AND invoice_it AND pay_it AS paid,
               COALESCE(contact.id, customer) AS partner,
               0::numeric AS amount
          FROM (
            SELECT drawn.*,
                   state = 'sale' AND at < {last}::timestamp - interval '30 days'
                       AND ({sample} IN (0, 1) OR {sample} < 0
                            AND {draw.chance("k", "delivered", 0.85)}) AS delivered,
                   {sample} >= 0 OR {draw.chance("k", "invoiced", 0.9)}
                       AS invoice_it,
                   {sample} = 1 OR {sample} < 0
                       AND {draw.chance("k", "paid", 0.8)} AS pay_it
              FROM (
            SELECT k,
                   {ids["res_partner"]} + {buyer(fill, "k")} AS customer,
                   date_trunc('second', {first}::timestamp + interval '1 day' * {days}
                       * ((k + {draw.unit("k", "moment")}) / {sizes.all_orders})
                   ) AS at,
                   CASE WHEN {of_probe} OR {draw.chance("k", "sold", 0.92)} THEN 'sale'
                        WHEN {draw.chance("k", "open", 0.6)} THEN 'draft'
                        ELSE 'cancel' END AS state,
                   1 + {draw.whole("k", "lines", 2 * sizes.lines_per_order - 1)} AS size
              FROM generate_series({start}, {stop - 1}) AS k
              ) AS drawn
          ) AS o
     LEFT JOIN LATERAL (
            SELECT child.id FROM res_partner AS child
             WHERE child.parent_id = o.customer
               AND {draw.chance("o.k", "by contact", 0.3)}
          ORDER BY child.id LIMIT 1
          ) AS contact ON TRUE
        """
    )
    fill.cr.execute(f"ANALYZE {ORDERS}")


def _draw_lines(fill):
    draw, products = fill.draw, fill.pattern["products"]
    key = "(k * 1000 + i)"
    which = f"1 + {draw.skewed(key, 'product', len(products), 2)}"
    product_ids = ", ".join(str(product) for product, _price in products)
    prices = ", ".join(str(price) for _product, price in products)
    fill.cr.execute(
        f"""
        CREATE TEMP TABLE {LINES} ON COMMIT DROP AS
        SELECT nextval('sale_order_line_id_seq')::int AS id, k, i, product, price, qty,
               qty * price AS amount, 'Item ' || (nr - 1) AS label
          FROM (
            SELECT k, i, nr, (ARRAY[{product_ids}])[nr] AS product,
                   (ARRAY[{prices}])[nr]::numeric AS price,
                   1 + {draw.whole(key, "quantity", 9)} AS qty
              FROM (
                SELECT k, i, {which} AS nr
                  FROM {ORDERS}, generate_series(1, size) AS i
              ORDER BY k, i
              ) AS drawn
          ) AS priced
        """
    )
    fill.cr.execute(f"ANALYZE {LINES}")
    fill.cr.execute(
        f"""
        UPDATE {ORDERS} AS o SET amount = total.amount
          FROM (SELECT k, SUM(amount) AS amount FROM {LINES} GROUP BY k) AS total
         WHERE total.k = o.k
        """
    )


def _name(prefix, of="o.k") -> str:
    return f"'{prefix}' || lpad(({of})::text, 7, '0')"


def _sale_orders(fill):
    users = fill.pattern["salespeople"]
    fill.copy(
        "sale_order",
        "order",
        f"(SELECT * FROM {ORDERS} ORDER BY k) AS o",
        id=f"{fill.ids['sale_order']} + o.k",
        name=_name("SB"),
        partner_id="o.partner",
        partner_invoice_id="o.partner",
        partner_shipping_id="o.partner",
        state="o.state",
        date_order="o.at",
        create_date="o.at",
        write_date="o.at",
        validity_date="(o.at + interval '30 days')::date",
        user_id=fill.draw.one_of("o.k", "seller", users),
        amount_untaxed="o.amount",
        amount_total="o.amount",
        amount_tax="0",
        invoice_status="CASE WHEN o.state != 'sale' THEN 'no'"
        " WHEN o.invoiced THEN 'invoiced' ELSE 'to invoice' END",
        # those still to come have no delivery order either
        delivery_status="CASE WHEN o.delivered THEN 'full' END",
        effective_date="CASE WHEN o.delivered THEN o.at + interval '2 days' END",
        access_token="NULL",
        opportunity_id="NULL",
    )


def _sale_order_lines(fill):
    sold, invoiced = "o.state = 'sale'", "o.invoiced"
    fill.copy(
        "sale_order_line",
        "order_line",
        f"(SELECT * FROM {LINES} ORDER BY id) AS l JOIN {ORDERS} AS o ON o.k = l.k",
        id="l.id",
        order_id=f"{fill.ids['sale_order']} + o.k",
        order_partner_id="o.partner",
        salesman_id=fill.draw.one_of("o.k", "seller", fill.pattern["salespeople"]),
        sequence="10 + l.i",
        product_id="l.product",
        name="l.label",
        product_uom_qty="l.qty",
        price_unit="l.price",
        technical_price_unit="l.price",
        price_subtotal="l.amount",
        price_total="l.amount",
        price_reduce_taxexcl="l.price",
        price_reduce_taxinc="l.price",
        price_tax="0",
        state="o.state",
        qty_delivered="CASE WHEN o.delivered THEN l.qty ELSE 0 END",
        qty_invoiced=f"CASE WHEN {invoiced} THEN l.qty ELSE 0 END",
        qty_to_invoice=f"CASE WHEN {sold} AND NOT {invoiced} THEN l.qty ELSE 0 END",
        untaxed_amount_invoiced=f"CASE WHEN {invoiced} THEN l.amount ELSE 0 END",
        untaxed_amount_to_invoice=(
            f"CASE WHEN {sold} AND NOT {invoiced} THEN l.amount ELSE 0 END"
        ),
        invoice_status=f"CASE WHEN NOT {sold} THEN 'no'"
        f" WHEN {invoiced} THEN 'invoiced' ELSE 'to invoice' END",
        create_date="o.at",
        write_date="o.at",
    )


def _pickings(fill):
    """One delivery per delivered order, done two days later, a move per line."""
    done = "o.at + interval '2 days'"
    name, origin = _name("WH/OUT/B"), _name("SB")
    dates = {"create_date": "o.at", "write_date": done, "date_deadline": done}
    fill.copy(
        "stock_picking",
        "picking",
        f"(SELECT * FROM {ORDERS} WHERE delivered ORDER BY k) AS o",
        id=f"{fill.ids['stock_picking']} + o.k",
        name=name,
        origin=origin,
        partner_id="o.partner",
        sale_id=f"{fill.ids['sale_order']} + o.k",
        scheduled_date=done,
        date_done=done,
        **dates,
    )
    _stock_moves(fill, done, {"reference": name, "origin": origin, **dates})


def _stock_moves(fill, done, common):
    """A move per order line, and the one line that says how much was moved."""
    fill.cr.execute(f"ALTER TABLE {LINES} ADD COLUMN move int")
    fill.cr.execute(f"UPDATE {LINES} SET move = nextval('stock_move_id_seq')")
    lines = f"{LINES} AS l JOIN {ORDERS} AS o ON o.k = l.k AND o.delivered"
    picking = f"{fill.ids['stock_picking']} + o.k"
    quantities = ("product_qty", "product_uom_qty", "quantity", "packaging_uom_qty")
    fill.copy(
        "stock_move",
        "stock_move",
        lines,
        id="l.move",
        picking_id=picking,
        sale_line_id="l.id",
        partner_id="o.partner",
        product_id="l.product",
        sequence="10 + l.i",
        date=done,
        reservation_date=f"({done})::date",
        **dict.fromkeys(quantities, "l.qty"),
        **common,
    )
    fill.copy(
        "stock_move_line",
        "stock_move_line",
        lines,
        picking_id=picking,
        move_id="l.move",
        product_id="l.product",
        quantity="l.qty",
        quantity_product_uom="l.qty",
        date=done,
        create_date=common["create_date"],
        write_date=common["write_date"],
    )


def _reconciliations(fill):
    """What ties an invoice to its payment; both refer to it."""
    fill.copy(
        "account_full_reconcile",
        "full",
        f"(SELECT * FROM {ORDERS} WHERE paid ORDER BY k) AS o",
        id=f"{fill.ids['account_full_reconcile']} + o.k",
    )


def _invoices(fill):
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
        ref=_name("SB"),
        invoice_origin=_name("SB"),
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
        "ref": _name("SB"),
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


def _payments(fill):
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
        ref=_name("SB"),
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
        memo=_name("SB"),
        partner_id="o.customer",
        amount="o.amount",
        amount_company_currency_signed="o.amount",
        **stamps,
    )
    common = {
        "move_id": move,
        "move_name": name,
        "payment_id": payment,
        "ref": _name("SB"),
        "name": _name("SB"),
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
