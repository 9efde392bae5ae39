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
on ledger rows of deleted customers). Nothing is sorted twice: everybody's transitions
once, then all is counted in one pass.
"""

STAY = """
step AS (
    SELECT customer.id, customer.partner_id, customer.company_id, customer.again,
           customer.lifecycle,
           CASE WHEN row.id IS NULL THEN customer.lifecycle ELSE row.new END AS class,
           COALESCE(row.date, customer.lifecycle_date, customer.create_date) AS begins,
           LEAD(row.date) OVER w AS ends,
           LEAD(row.id) OVER w IS NULL AS is_last,
           CASE WHEN row.id IS NOT NULL AND ROW_NUMBER() OVER w = 1
                THEN customer.create_date END AS known
      FROM (%(customer)s) AS customer
      LEFT JOIN c360_customer_lifecycle AS row
        ON row.partner_id = customer.partner_id
       AND row.company_id = customer.company_id
    WINDOW w AS (PARTITION BY customer.id ORDER BY row.date, row.id)
), stay AS MATERIALIZED (
    SELECT step.id, step.partner_id, step.company_id, step.again, part.class,
           part.begins, part.ends
      FROM step
     CROSS JOIN LATERAL (VALUES
           (CASE WHEN is_last THEN lifecycle ELSE class END, begins, ends),
           -- before the first transition
           ('prospect', known, begins)) AS part(class, begins, ends)
     WHERE part.begins IS NOT NULL
       AND (part.ends IS NULL OR part.begins < part.ends)
 UNION ALL
    -- deleted: negative, as no profile is
    SELECT -DENSE_RANK() OVER (ORDER BY row.company_id, row.former_id, CASE
               WHEN row.former_id IS NULL THEN row.partner_name END),
           NULL, row.company_id, FALSE, row.new, row.date,
           COALESCE(LEAD(row.date) OVER w, row.former_date)
      FROM c360_customer_lifecycle AS row
     WHERE row.partner_id IS NULL AND %(former)s
    WINDOW w AS (
           PARTITION BY row.company_id, row.former_id, CASE
               WHEN row.former_id IS NULL THEN row.partner_name END
               ORDER BY row.date, row.id)
)"""

# Where everybody was on a day: the class of the stay that holds it
AT_START = """
    MAX(class) FILTER (WHERE begins < %(day)s AND (ends IS NULL OR ends >= %(day)s))
"""
AT_END = """
    MAX(class) FILTER (WHERE begins <= %(day)s AND (ends IS NULL OR ends > %(day)s))
"""

# Of everybody: where before a period, and on its last day; the same for the one it is
# compared with; since when he has been a customer, and whether he bought again since.
PLACE = """
    SELECT id, partner_id, company_id, again,
           %(before)s AS before,
           %(after)s AS after,
           %(before_then)s AS before_then,
           %(after_then)s AS after_then,
           COALESCE(MAX(ends) FILTER (WHERE class = 'prospect' AND ends <= %(end)s),
                    MIN(begins) FILTER (WHERE class <> 'prospect')) AS since
      FROM stay
     WHERE begins <= %(end)s
  GROUP BY id, partner_id, company_id, again
"""

# section, value of the dimension, month, class before, class after, how many, how many
# of them bought again, how many were deleted since
FIGURES = """
WITH %(stay)s, place AS MATERIALIZED (%(place)s)
SELECT 'total', NULL::int, NULL::date, before, after,
       COUNT(*), COUNT(*) FILTER (WHERE again), COUNT(*) FILTER (WHERE id < 0)
  FROM place
 WHERE before IS NOT NULL OR after IS NOT NULL
 GROUP BY before, after
UNION ALL
SELECT 'before', NULL, NULL, before_then, after_then,
       COUNT(*), COUNT(*) FILTER (WHERE again), 0
  FROM place
 WHERE before_then IS NOT NULL OR after_then IS NOT NULL
 GROUP BY before_then, after_then
UNION ALL
SELECT 'dimension', dimension.value, NULL, before, after,
       COUNT(*), COUNT(*) FILTER (WHERE again), 0
  FROM place
  LEFT JOIN (%(dimension)s) AS dimension
    ON dimension.partner_id = place.partner_id
   -- what he is in one company he need not be in the other
   AND COALESCE(dimension.company_id, place.company_id) = place.company_id
 WHERE before IS NOT NULL OR after IS NOT NULL
 GROUP BY dimension.value, before, after
UNION ALL
SELECT 'entered', NULL, date_trunc('month', since)::date, NULL, NULL,
       COUNT(*), COUNT(*) FILTER (WHERE again), 0
  FROM place
 WHERE after <> 'prospect' AND since >= %(first)s
 GROUP BY 3
UNION ALL
-- who came and who went in a month; all that came before are the first stock
SELECT 'stock', NULL, date_trunc('month', day)::date, NULL, class,
       SUM(number * change)::bigint, 0, 0
  FROM (SELECT GREATEST(begins, %(first)s) AS day, class, 1 AS change,
               COUNT(*) AS number
          FROM stay
         WHERE begins <= %(end)s AND (ends IS NULL OR ends >= %(first)s)
      GROUP BY 1, 2
     UNION ALL
        SELECT ends, class, -1, COUNT(*)
          FROM stay
         WHERE ends BETWEEN %(first)s AND %(end)s
      GROUP BY 1, 2) AS move
 GROUP BY 3, class
"""

# The profiles behind one figure
ROWS = """
WITH %(stay)s, place AS (%(place)s)
SELECT id
  FROM place
 WHERE %(condition)s
"""
