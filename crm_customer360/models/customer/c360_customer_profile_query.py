"""The statement behind ``c360.customer.profile._refresh``.

It agrees with the definition in ``tools/customer_lifecycle.py``; a test compares both
on random histories. Parameters: ``today``, ``tomorrow`` (dates), two conditions,
``of_partner`` and ``of_profile``, that keep it to some customers, ``orders`` and
``leads``, where to read the documents of ``partner``, and ``credits``, what was given
back of an order.

The expensive part runs over every order: it sorts the days once and folds them into
one row per customer (``latest``). The history of transitions is only worked out for
those who ``moved``. PostgreSQL does not use parallel workers in a statement that
writes, so for everybody ``PURCHASE`` runs first, into a temporary table.
"""

# What was given back of the orders that have a credit note, as defined by
# ``tools/customer_refund.py``. %(lines)s are order lines.
CREDIT = """
    SELECT order_id,
           is_whole,
           CASE WHEN is_whole THEN ordered
                ELSE LEAST(
                     GREATEST(credited - GREATEST(invoiced - ordered, 0), 0), ordered)
            END AS amount
      FROM (
        SELECT total.*,
               invoiced >= ordered * %(whole)s AND credited > invoiced - %(cent)s
                   AS is_whole
          FROM (
            SELECT o.id AS order_id,
                   o.amount_untaxed AS ordered,
                   COALESCE(SUM(money.amount)
                       FILTER (WHERE move.move_type = 'out_invoice'), 0) AS invoiced,
                   COALESCE(SUM(money.amount)
                       FILTER (WHERE move.move_type = 'out_refund'), 0) AS credited
              FROM %(lines)s
              JOIN sale_order_line_invoice_rel AS rel ON rel.order_line_id = line.id
              JOIN account_move_line AS item ON item.id = rel.invoice_line_id
              JOIN account_move AS move
                ON move.id = item.move_id
               AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
             CROSS JOIN LATERAL (
                -- in the currency of the order
                SELECT CASE WHEN item.currency_id = o.currency_id
                            THEN item.price_subtotal
                            ELSE item.balance * o.currency_rate
                                 * CASE move.move_type WHEN 'out_refund' THEN 1
                                   ELSE -1 END
                        END AS amount
                ) AS money
             WHERE line.is_downpayment IS NOT TRUE
               AND o.amount_untaxed > 0
          GROUP BY o.id, o.amount_untaxed
          ) AS total
         WHERE credited > 0
      ) AS credit
"""
# For everybody: begin with the credit notes, they are few
CREDITED_LINES = """(
        SELECT DISTINCT line.order_id
          FROM account_move AS refund
          JOIN account_move_line AS item ON item.move_id = refund.id
          JOIN sale_order_line_invoice_rel AS rel ON rel.invoice_line_id = item.id
          JOIN sale_order_line AS line ON line.id = rel.order_line_id
         WHERE refund.move_type = 'out_refund' AND refund.state = 'posted'
        ) AS credited
        JOIN sale_order AS o ON o.id = credited.order_id
        JOIN sale_order_line AS line ON line.order_id = o.id"""
# For some customers: begin with the order at hand. Nothing was given back while the
# invoices that still stand cover it.
LINES_OF_ORDER = """(
        SELECT *
          FROM sale_order_line
         WHERE order_id = o.id
           AND (SELECT SUM(untaxed_amount_invoiced) FROM sale_order_line
                 WHERE order_id = o.id AND is_downpayment IS NOT TRUE)
               < o.amount_untaxed
        OFFSET 0
        ) AS line"""

# One row per customer, company and day of confirmed orders; no day: any other order
PURCHASE = """
    SELECT partner.commercial_partner_id AS partner_id,
           o.company_id,
           -- an order credited in full is like a cancelled one: it never happened
           CASE WHEN o.state = 'sale' AND o.date_order < %(tomorrow)s
                     AND credit.is_whole IS NOT TRUE
                THEN o.date_order::date
            END AS day,
           MIN(o.create_date) AS trace_date,
           COUNT(*) AS orders,
           SUM((o.amount_untaxed - COALESCE(credit.amount, 0))
               / CASE WHEN o.currency_rate = 0 THEN 1
                      ELSE COALESCE(o.currency_rate, 1)
                  END) AS revenue
      FROM res_partner AS partner
      JOIN LATERAL (%(orders)s) AS o ON o.partner_id = partner.id
 LEFT JOIN %(credits)s AS credit ON credit.order_id = o.id
     WHERE %(of_partner)s
  GROUP BY 1, 2, 3
"""

# %(purchase)s is empty or brings ``c360_purchase`` as one more query
REFRESH = """
WITH %(purchase)s step AS MATERIALIZED (
    SELECT purchase.partner_id, purchase.company_id, purchase.day, orders, revenue,
           LEAD(purchase.day) OVER w AS next_day,
           COALESCE(purchase.day - LAG(purchase.day) OVER w >= company.c360_churn_days,
                    TRUE) AS begins,
           purchase.day > %(today)s - company.c360_score_days AS is_recent
      FROM c360_purchase AS purchase
      JOIN res_company AS company ON company.id = purchase.company_id
     WHERE purchase.day IS NOT NULL
    WINDOW w AS (PARTITION BY purchase.partner_id, purchase.company_id
                     ORDER BY purchase.day)
), latest AS MATERIALIZED (
    -- where each customer stands: in his last spell, an unbroken run of orders
    SELECT total.*,
           CASE WHEN spells = 1
                THEN LEAST(second_day, spell_day + company.c360_new_days)
                ELSE spell_day + company.c360_won_back_days
            END AS retained_day,
           last_day + company.c360_churn_days AS churned_day,
           recent_day + company.c360_score_days AS stale_day,
           currency.decimal_places
      FROM (
        SELECT partner_id, company_id,
               MIN(day) AS first_day,
               MAX(day) AS last_day,
               MIN(next_day) AS second_day,
               MAX(day) FILTER (WHERE begins) AS spell_day,
               COUNT(*) FILTER (WHERE begins) AS spells,
               SUM(orders)::int AS order_count,
               SUM(revenue) AS revenue,
               MIN(day) FILTER (WHERE is_recent) AS recent_day,
               SUM(orders) FILTER (WHERE is_recent)::int AS recent_count,
               SUM(revenue) FILTER (WHERE is_recent) AS recent_revenue
          FROM step
      GROUP BY partner_id, company_id
      ) AS total
      JOIN res_company AS company ON company.id = total.company_id
      JOIN res_currency AS currency ON currency.id = company.currency_id
), trace AS MATERIALIZED (
    -- what makes a prospect of somebody who is no customer (of that company, or of any
    -- when none is named)
    SELECT partner_id, company_id, MIN(trace_date)::date AS day
      FROM (
        SELECT partner_id, company_id, trace_date
          FROM c360_purchase
         WHERE day IS NULL
     UNION ALL
        SELECT partner.commercial_partner_id,
               COALESCE(lead.company_id, partner.company_id),
               lead.create_date
          FROM res_partner AS partner
          JOIN LATERAL (%(leads)s) AS lead ON lead.partner_id = partner.id
         WHERE %(of_partner)s
     UNION ALL
        SELECT partner.commercial_partner_id, partner.company_id, partner.create_date
          FROM res_partner AS partner
         WHERE partner.customer_rank > 0 AND %(of_partner)s
      ) AS source
     WHERE partner_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM latest
                        WHERE latest.partner_id = source.partner_id
                          AND (latest.company_id = source.company_id
                               OR source.company_id IS NULL))
  GROUP BY partner_id, company_id
), fresh AS (
    SELECT partner_id, company_id,
           CASE WHEN churned_day <= %(today)s THEN 'churned'
                WHEN retained_day <= %(today)s THEN 'retained'
                WHEN spells = 1 THEN 'new'
                ELSE 'won_back'
            END AS lifecycle,
           CASE WHEN churned_day <= %(today)s THEN churned_day
                WHEN retained_day <= %(today)s THEN retained_day
                ELSE spell_day
            END AS lifecycle_date,
           first_day AS first_order_date,
           last_day AS last_order_date,
           order_count,
           ROUND(COALESCE(revenue, 0), decimal_places) AS revenue,
           COALESCE(recent_count, 0) AS recent_count,
           ROUND(COALESCE(recent_revenue, 0), decimal_places) AS recent_revenue,
           -- the next day on which time alone changes this row
           LEAST(CASE WHEN retained_day > %(today)s THEN retained_day END,
                 CASE WHEN churned_day > %(today)s THEN churned_day END,
                 stale_day) AS next_date
      FROM latest
 UNION ALL
    SELECT partner_id, company_id, 'prospect', day, NULL, NULL, 0, 0, 0, 0,
           NULL
      FROM trace
     WHERE company_id IS NOT NULL
 UNION ALL
    SELECT trace.partner_id, company.id, 'prospect', day, NULL, NULL, 0, 0, 0, 0,
           NULL
      FROM trace
     CROSS JOIN res_company AS company
     WHERE trace.company_id IS NULL
       AND NOT EXISTS (SELECT FROM trace AS named
                        WHERE named.partner_id = trace.partner_id
                          AND named.company_id IS NOT NULL)
), changed AS MATERIALIZED (
    SELECT fresh.*,
           profile.id AS profile_id,
           profile.lifecycle AS old_lifecycle,
           profile.lifecycle_date AS old_date
      FROM fresh
      FULL JOIN (SELECT * FROM c360_customer_profile AS profile
                  WHERE %(of_profile)s) AS profile
        ON profile.partner_id = fresh.partner_id
       AND profile.company_id = fresh.company_id
     WHERE (profile.lifecycle, profile.lifecycle_date, profile.first_order_date,
            profile.last_order_date, profile.order_count, profile.revenue,
            profile.recent_count, profile.recent_revenue, profile.next_date)
           IS DISTINCT FROM
           (fresh.lifecycle, fresh.lifecycle_date, fresh.first_order_date,
            fresh.last_order_date, fresh.order_count, fresh.revenue,
            fresh.recent_count, fresh.recent_revenue, fresh.next_date)
), upsert AS (
    INSERT INTO c360_customer_profile AS profile (
           partner_id, company_id, lifecycle, lifecycle_date,
           first_order_date, last_order_date, order_count, revenue,
           recent_count, recent_revenue, next_date)
    SELECT partner_id, company_id, lifecycle, lifecycle_date,
           first_order_date, last_order_date, order_count, revenue,
           recent_count, recent_revenue, next_date
      FROM changed
     WHERE partner_id IS NOT NULL
  ORDER BY partner_id, company_id
        ON CONFLICT (partner_id, company_id) DO UPDATE
       SET lifecycle = EXCLUDED.lifecycle,
           lifecycle_date = EXCLUDED.lifecycle_date,
           first_order_date = EXCLUDED.first_order_date,
           last_order_date = EXCLUDED.last_order_date,
           order_count = EXCLUDED.order_count,
           revenue = EXCLUDED.revenue,
           recent_count = EXCLUDED.recent_count,
           recent_revenue = EXCLUDED.recent_revenue,
           next_date = EXCLUDED.next_date
), gone AS (
    DELETE FROM c360_customer_profile AS profile
     USING changed
     WHERE profile.id = changed.profile_id
       AND changed.partner_id IS NULL
), moved AS MATERIALIZED (
    SELECT *
      FROM changed
     WHERE partner_id IS NOT NULL
       AND (old_lifecycle, old_date) IS DISTINCT FROM (lifecycle, lifecycle_date)
       AND (lifecycle <> 'prospect' OR old_lifecycle <> 'prospect')
), spell AS (
    -- every unbroken run of orders of those who moved
    SELECT partner_id, company_id, spell,
           MIN(day) AS first_day,
           MAX(day) AS last_day,
           MIN(next_day) AS second_day
      FROM (
        SELECT step.*,
               COUNT(*) FILTER (WHERE begins)
                   OVER (PARTITION BY partner_id, company_id ORDER BY day) AS spell
          FROM step
          JOIN moved USING (partner_id, company_id)
      ) AS numbered
  GROUP BY partner_id, company_id, spell
), expected AS MATERIALIZED (
    -- the whole history of those who moved, as it should be today
    SELECT moved.partner_id, moved.company_id, moved.profile_id,
           event.day, event.state, 3 * spell.spell + event.rank AS rank,
           LAG(event.state, 1, 'prospect') OVER w AS old_state,
           -- the place where the ledger stopped
           MAX(3 * spell.spell + event.rank)
               FILTER (WHERE event.day = moved.old_date
                         AND event.state = moved.old_lifecycle)
               OVER (PARTITION BY moved.partner_id, moved.company_id) AS known_rank,
           COALESCE(moved.old_lifecycle, 'prospect') = 'prospect' AS from_start
      FROM moved
      JOIN spell USING (partner_id, company_id)
      JOIN res_company AS company ON company.id = moved.company_id
     CROSS JOIN LATERAL (VALUES
           (0, spell.first_day,
            CASE WHEN spell.spell = 1 THEN 'new' ELSE 'won_back' END),
           (1,
            CASE WHEN spell.spell = 1
                 THEN LEAST(spell.second_day,
                            spell.first_day + company.c360_new_days)
                 ELSE spell.first_day + company.c360_won_back_days
             END, 'retained'),
           (2, spell.last_day + company.c360_churn_days, 'churned')
           ) AS event(rank, day, state)
     WHERE event.day <= %(today)s
       AND (event.state <> 'retained'
            OR event.day < spell.last_day + company.c360_churn_days)
    WINDOW w AS (PARTITION BY moved.partner_id, moved.company_id
                     ORDER BY 3 * spell.spell + event.rank)
), told AS MATERIALIZED (
    -- a prospect again who is none after all (a credit note was withdrawn): the ledger
    -- tells of these days already, and of the way back
    SELECT moved.partner_id, moved.company_id, moved.lifecycle, last.state
      FROM moved
      JOIN (SELECT partner_id, company_id, MIN(day) AS day
              FROM expected
             WHERE from_start AND profile_id IS NOT NULL
          GROUP BY partner_id, company_id
           ) AS start USING (partner_id, company_id)
     CROSS JOIN LATERAL (
           SELECT known.date AS day, known.new AS state
             FROM c360_customer_lifecycle AS known
            WHERE known.partner_id = moved.partner_id
              AND known.company_id = moved.company_id
         ORDER BY known.date DESC, known.id DESC
            LIMIT 1
           ) AS last
     WHERE last.day >= start.day
), appended AS (
    SELECT partner_id, company_id, day, old_state, state, rank
      FROM expected
     WHERE rank > known_rank
        OR (from_start
            AND NOT EXISTS (SELECT FROM told
                             WHERE told.partner_id = expected.partner_id
                               AND told.company_id = expected.company_id)
            -- a row that went away and came back: its history is known already
            AND NOT EXISTS (SELECT FROM c360_customer_lifecycle AS known
                             WHERE known.partner_id = expected.partner_id
                               AND known.company_id = expected.company_id
                               AND known.date = expected.day
                               AND known.new = expected.state))
 UNION ALL
    SELECT partner_id, company_id, %(today)s, state, lifecycle, 0
      FROM told
     WHERE state <> lifecycle
 UNION ALL
    -- history itself has changed: a correction, as of today
    SELECT partner_id, company_id, %(today)s, old_lifecycle, lifecycle, 0
      FROM moved
     WHERE old_lifecycle <> 'prospect'
       AND old_lifecycle <> lifecycle
       AND NOT EXISTS (SELECT FROM expected
                        WHERE expected.partner_id = moved.partner_id
                          AND expected.company_id = moved.company_id
                          AND expected.known_rank IS NOT NULL)
), ledger AS (
    INSERT INTO c360_customer_lifecycle (
           partner_id, partner_name, company_id, date, old, new)
    SELECT appended.partner_id, partner.name, appended.company_id, day,
           old_state, state
      FROM appended
      JOIN res_partner AS partner ON partner.id = appended.partner_id
  ORDER BY day, appended.partner_id, appended.company_id, rank
)
SELECT COUNT(*) FROM changed
"""
