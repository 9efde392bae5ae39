"""Orders with all that follows: lines, deliveries, invoices, payments.

A chunk of orders is drawn once into two temporary tables; everything else copies from
them, so that amounts, quantities and states agree from the quotation to the payment.
"""

from . import books
from .books import LINES, ORDERS, document_name
from .skew import quote, shuffle


def trade(fill, start, stop):
    """Everything about the orders with the numbers start .. stop - 1."""
    _draw_orders(fill, start, stop)
    _draw_lines(fill)
    _sale_orders(fill)
    _sale_order_lines(fill)
    _pickings(fill)
    books.reconciliations(fill)
    books.invoices(fill)
    books.payments(fill)


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


def _sale_orders(fill):
    users = fill.pattern["salespeople"]
    fill.copy(
        "sale_order",
        "order",
        f"(SELECT * FROM {ORDERS} ORDER BY k) AS o",
        id=f"{fill.ids['sale_order']} + o.k",
        name=document_name("SB"),
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
    name, origin = document_name("WH/OUT/B"), document_name("SB")
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
