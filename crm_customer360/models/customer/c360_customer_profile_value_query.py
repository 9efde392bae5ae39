"""The statement that says what customers earn us, cost us and how they pay.

It reads ``revenue`` from the profile, which ``REFRESH`` has just written. Parameters:
the customers (``of_partner``, ``of_profile``), where to read the documents of the
contact ``partner`` (``orders``, ``invoices``), what was given back of an order
(``credits``), ``since`` (date, for payments) and ``services``, what the rooms count as
service: partner, company, cost.
"""

VALUE = """
WITH bought AS (
    -- what was sold, and whether it still counts
    SELECT partner.commercial_partner_id AS partner_id, o.company_id, o.id,
           credit.is_whole IS NOT TRUE AS counts,
           credit.amount > 0 AS is_credited
      FROM res_partner AS partner
      JOIN LATERAL (%(orders)s) AS o ON o.partner_id = partner.id AND o.state = 'sale'
 LEFT JOIN %(credits)s AS credit ON credit.order_id = o.id
     WHERE %(of_partner)s AND o.date_order < %(tomorrow)s
), cost AS (
    SELECT bought.partner_id, bought.company_id,
           SUM(COALESCE(moved.cost, 0)
               + CASE WHEN bought.counts AND price.cost <> 0
                      THEN price.cost * unit.factor / base.factor
                           -- what is still to come: neither there nor given back
                           * GREATEST(
                             line.product_uom_qty
                             - CASE WHEN moved.cost IS NULL THEN 0
                                    ELSE line.qty_delivered END
                             - CASE WHEN bought.is_credited THEN (%(given_back)s)
                                    ELSE 0 END,
                             0)
                      ELSE 0
                  END) AS amount
      FROM bought
      JOIN %(lines)s
      JOIN product_product AS product ON product.id = line.product_id
      JOIN product_template AS template ON template.id = product.product_tmpl_id
      JOIN uom_uom AS unit ON unit.id = line.product_uom_id
      JOIN uom_uom AS base ON base.id = template.uom_id
     CROSS JOIN LATERAL (
        SELECT COALESCE((product.standard_price ->> bought.company_id::text)::numeric,
                        0) AS cost
        ) AS price
 LEFT JOIN %(moves)s
  GROUP BY 1, 2
), paid AS (
    -- one row per invoice: the day its last part was paid
    SELECT partner.commercial_partner_id AS partner_id, invoice.company_id,
           invoice.invoice_date_due AS due_day, settled.day AS paid_day
      FROM res_partner AS partner
      JOIN LATERAL (%(invoices)s) AS invoice
        ON invoice.partner_id = partner.id
       AND invoice.move_type = 'out_invoice'
       AND invoice.state = 'posted'
       AND invoice.payment_state IN ('paid', 'in_payment')
       AND invoice.invoice_date_due >= %(since)s
      JOIN %(settled)s
     WHERE %(of_partner)s AND settled.day IS NOT NULL
), payment AS (
    SELECT partner_id, company_id,
           COUNT(*)::int AS paid_count,
           ROUND(AVG(paid_day - due_day), 1) AS payment_days
      FROM paid
  GROUP BY 1, 2
), service AS (
    SELECT partner_id, company_id, SUM(cost) AS cost
      FROM (%(services)s) AS source
  GROUP BY 1, 2
), fresh AS (
    SELECT profile.id,
           ROUND(profile.revenue - COALESCE(cost.amount, 0), currency.decimal_places)
               AS margin,
           ROUND(COALESCE(service.cost, 0), currency.decimal_places) AS cost_to_serve,
           payment.payment_days,
           COALESCE(payment.paid_count, 0) AS paid_count
      FROM c360_customer_profile AS profile
      JOIN res_company AS company ON company.id = profile.company_id
      JOIN res_currency AS currency ON currency.id = company.currency_id
 LEFT JOIN cost
        ON cost.partner_id = profile.partner_id AND cost.company_id = company.id
 LEFT JOIN payment
        ON payment.partner_id = profile.partner_id AND payment.company_id = company.id
 LEFT JOIN service
        ON service.partner_id = profile.partner_id AND service.company_id = company.id
     WHERE %(of_profile)s
), changed AS (
    UPDATE c360_customer_profile AS profile
       SET margin = fresh.margin,
           cost_to_serve = fresh.cost_to_serve,
           payment_days = fresh.payment_days,
           paid_count = fresh.paid_count
      FROM fresh
     WHERE fresh.id = profile.id
       AND (profile.margin, profile.cost_to_serve, profile.payment_days,
            profile.paid_count)
           IS DISTINCT FROM
           (fresh.margin, fresh.cost_to_serve, fresh.payment_days, fresh.paid_count)
 RETURNING 1
)
SELECT COUNT(*) FROM changed
"""

# The units of ``line`` that were credited, less those invoiced beyond the order. Units
# credited below their price count in part: a discount gives no goods back.
GIVEN_BACK = """
    SELECT GREATEST(
           COALESCE(SUM(part.back), 0)
           - GREATEST(COALESCE(SUM(part.billed), 0) - line.product_uom_qty, 0), 0)
      FROM (
        SELECT CASE WHEN move.move_type = 'out_invoice'
                    THEN item.quantity * own.factor / unit.factor
                END AS billed,
               CASE WHEN move.move_type = 'out_refund'
                    THEN LEAST(
                         item.quantity * own.factor / unit.factor,
                         CASE WHEN item.currency_id = line.currency_id
                                   AND line.price_subtotal > 0
                              THEN item.price_subtotal * line.product_uom_qty
                                   / line.price_subtotal
                          END)
                END AS back
          FROM sale_order_line_invoice_rel AS rel
          JOIN account_move_line AS item ON item.id = rel.invoice_line_id
          JOIN account_move AS move ON move.id = item.move_id
          JOIN uom_uom AS own
            ON own.id = COALESCE(item.product_uom_id, line.product_uom_id)
         WHERE rel.order_line_id = line.id
           AND move.state = 'posted'
           AND move.move_type IN ('out_invoice', 'out_refund')
      ) AS part
"""

# Where to read what belongs to a document. Everybody: each table once; some customers:
# by the index, document by document (OFFSET keeps the planner to it).
ALL_PARTS = {
    "lines": "sale_order_line AS line ON line.order_id = bought.id",
    # goods at the value they left the stock with, less what came back
    "moves": """(
        WITH once AS MATERIALIZED (
            SELECT move.sale_line_id,
                   SUM(CASE WHEN move.is_in THEN -move.value ELSE move.value END)
                       AS cost
              FROM stock_move AS move
             WHERE move.sale_line_id IS NOT NULL
               AND move.state = 'done'
               AND (move.is_in OR move.is_out)
          GROUP BY move.sale_line_id
        )
        SELECT * FROM once
        ) AS moved ON moved.sale_line_id = line.id""",
    "settled": """(
        WITH once AS MATERIALIZED (
            SELECT due.move_id, MAX(partial.max_date) AS day
              FROM account_partial_reconcile AS partial
              JOIN account_move_line AS due ON due.id = partial.debit_move_id
             WHERE due.display_type = 'payment_term'
          GROUP BY due.move_id
        )
        SELECT * FROM once
        ) AS settled ON settled.move_id = invoice.id""",
}
PARTS_OF_DOCUMENT = {
    "lines": """LATERAL (
        SELECT * FROM sale_order_line WHERE order_id = bought.id OFFSET 0
        ) AS line ON line.order_id = bought.id""",
    "moves": """LATERAL (
        SELECT SUM(CASE WHEN move.is_in THEN -move.value ELSE move.value END) AS cost
          FROM (SELECT * FROM stock_move WHERE sale_line_id = line.id OFFSET 0) AS move
         WHERE move.state = 'done' AND (move.is_in OR move.is_out)
        ) AS moved ON TRUE""",
    "settled": """LATERAL (
        SELECT MAX(partial.max_date) AS day
          FROM (SELECT id FROM account_move_line
                 WHERE move_id = invoice.id AND display_type = 'payment_term'
                OFFSET 0) AS due
          JOIN LATERAL (SELECT max_date FROM account_partial_reconcile
                         WHERE debit_move_id = due.id OFFSET 0) AS partial ON TRUE
        ) AS settled ON TRUE""",
}
