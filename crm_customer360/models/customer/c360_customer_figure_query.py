"""The statement behind ``c360.customer.figure``.

Every customer's life is cut into *stays*: from a day on (``begins``) he is in one
class, until the day another one begins (``ends``, none for the last). The stays of a
customer follow each other without a gap, so on every day he is in exactly one class,
and the classes add up, whatever corrections the ledger holds: it is read in the order
of its days, of one day in the order it was written. The last stay says what the
profile says.

A customer has been a prospect since his contact was created, or since the first trace
of him when he never bought. Who was deleted had his last stay end on that day.

Parameters: ``customer`` (a query of the profiles that count), ``former`` (a condition
on ledger rows of deleted customers).
"""

STAY = """
step AS (
    SELECT customer.id, customer.partner_id, customer.first_order_date,
           customer.last_order_date,
           row.new, row.date AS begins,
           LEAD(row.date) OVER w AS ends,
           ROW_NUMBER() OVER w AS number,
           LEAD(row.id) OVER w IS NULL AS is_last,
           customer.lifecycle, customer.create_date
      FROM customer
      JOIN c360_customer_lifecycle AS row
        ON row.partner_id = customer.partner_id
       AND row.company_id = customer.company_id
    WINDOW w AS (PARTITION BY customer.id ORDER BY row.date, row.id)
), stay AS MATERIALIZED (
    SELECT id, partner_id, first_order_date, last_order_date,
           CASE WHEN is_last THEN lifecycle ELSE new END AS class, begins, ends
      FROM step
     WHERE ends IS NULL OR begins < ends
 UNION ALL
    -- before the first transition
    SELECT id, partner_id, first_order_date, last_order_date,
           'prospect', create_date, begins
      FROM step
     WHERE number = 1 AND create_date < begins
 UNION ALL
    -- no transition at all
    SELECT id, partner_id, first_order_date, last_order_date, lifecycle,
           COALESCE(lifecycle_date, create_date), NULL
      FROM customer
     WHERE NOT EXISTS (
           SELECT
             FROM c360_customer_lifecycle AS row
            WHERE row.partner_id = customer.partner_id
              AND row.company_id = customer.company_id)
 UNION ALL
    -- deleted: negative, as no profile is
    SELECT -DENSE_RANK() OVER (ORDER BY row.company_id, row.former_id, CASE
               WHEN row.former_id IS NULL THEN row.partner_name END),
           NULL, NULL, NULL, row.new, row.date,
           COALESCE(LEAD(row.date) OVER w, row.former_date)
      FROM c360_customer_lifecycle AS row
     WHERE row.partner_id IS NULL AND %(former)s
    WINDOW w AS (
           PARTITION BY row.company_id, row.former_id, CASE
               WHEN row.former_id IS NULL THEN row.partner_name END
               ORDER BY row.date, row.id)
)"""

# Where everybody was on the day before a period, and on its last day; since when he has
# been a customer, and whether he bought again since.
PLACE = """
    SELECT id, partner_id,
           MAX(class) FILTER (
               WHERE begins < %(start)s AND (ends IS NULL OR ends >= %(start)s)
           ) AS before,
           MAX(class) FILTER (
               WHERE begins <= %(end)s AND (ends IS NULL OR ends > %(end)s)
           ) AS after,
           COALESCE(MAX(ends) FILTER (WHERE class = 'prospect' AND ends <= %(end)s),
                    MIN(begins) FILTER (WHERE class <> 'prospect')) AS since,
           COALESCE(MAX(last_order_date) > MAX(first_order_date), FALSE) AS again
      FROM stay
     WHERE begins <= %(end)s
  GROUP BY id, partner_id
"""

# section, value of the dimension, month, class before, class after, how many, how many
# of them bought again
FIGURES = """
WITH customer AS (%(customer)s), %(stay)s,
place AS MATERIALIZED (%(place)s),
place_before AS (%(place_before)s)
SELECT 'total', NULL::int, NULL::date, before, after,
       COUNT(*), COUNT(*) FILTER (WHERE again), COUNT(*) FILTER (WHERE id < 0)
  FROM place
 WHERE before IS NOT NULL OR after IS NOT NULL
 GROUP BY before, after
UNION ALL
SELECT 'before', NULL, NULL, before, after,
       COUNT(*), COUNT(*) FILTER (WHERE again), 0
  FROM place_before
 WHERE before IS NOT NULL OR after IS NOT NULL
 GROUP BY before, after
UNION ALL
SELECT 'dimension', dimension.value, NULL, before, after,
       COUNT(*), COUNT(*) FILTER (WHERE again), 0
  FROM place
  LEFT JOIN (%(dimension)s) AS dimension ON dimension.partner_id = place.partner_id
 WHERE before IS NOT NULL OR after IS NOT NULL
 GROUP BY dimension.value, before, after
UNION ALL
SELECT 'entered', NULL, date_trunc('month', since)::date, NULL, NULL,
       COUNT(*), COUNT(*) FILTER (WHERE again), 0
  FROM place
 WHERE after <> 'prospect' AND since >= %(first)s
 GROUP BY 3
UNION ALL
SELECT 'stock', NULL, GREATEST(date_trunc('month', day)::date, %(first)s), NULL, class,
       SUM(change), 0, 0
  FROM (SELECT begins AS day, class, 1 AS change FROM stay
     UNION ALL
        SELECT ends, class, -1 FROM stay WHERE ends IS NOT NULL) AS move
 WHERE day <= %(end)s
 GROUP BY 3, class
"""

# The profiles behind one figure
ROWS = """
WITH customer AS (%(customer)s), %(stay)s, place AS (%(place)s)
SELECT id
  FROM place
 WHERE %(condition)s
"""
