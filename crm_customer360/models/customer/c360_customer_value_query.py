"""The statements behind the forecasts of customers.

Orders are read exactly as the profiles read them (``PURCHASE``): what never happened
for the profile never happened here.
"""

from odoo.tools import SQL

from .c360_customer_profile_query import PURCHASE
from .c360_customer_scope import CustomerScope

# One row per customer: the days he ordered on, ascending, and what each was worth
HISTORIES = """
    WITH c360_purchase AS MATERIALIZED (%(purchase)s)
  SELECT partner_id,
         ARRAY_AGG(day ORDER BY day) AS days,
         ARRAY_AGG(revenue::float8 ORDER BY day) AS revenues
    FROM c360_purchase
   WHERE day IS NOT NULL
     AND company_id = %(company_id)s
GROUP BY partner_id
"""

# Customers of a company who ordered, the same ones each time: a sample that does not
# change from week to week keeps the figures of two weeks comparable.
SAMPLE = """
  SELECT partner_id
    FROM c360_customer_profile
   WHERE company_id = %(company_id)s
     AND order_count > 0
ORDER BY md5(partner_id::text)
   LIMIT %(limit)s
"""

# The next customers of a company, for the daily round
SLICE = """
  SELECT partner_id
    FROM c360_customer_profile
   WHERE company_id = %(company_id)s
     AND partner_id > %(after)s
     -- who became a prospect loses what was expected of him
     AND (order_count > 0 OR order_gap > 0 OR churn_risk > 0
          OR value_basis IS NOT NULL)
ORDER BY partner_id
   LIMIT %(limit)s
"""

# What changed, and nothing else
WRITE = """
WITH fresh AS (
    SELECT *
      FROM UNNEST(%(partner_id)s::int[], %(value_basis)s::varchar[],
                  %(alive_probability)s::float8[], %(expected_orders)s::numeric[],
                  %(lifetime_value)s::numeric[], %(order_gap)s::int[],
                  %(order_gap_late)s::int[], %(next_order_date)s::date[],
                  %(churn_risk)s::float8[], %(churn_reasons)s::varchar[])
           AS fresh(partner_id, value_basis, alive_probability, expected_orders,
                    lifetime_value, order_gap, order_gap_late, next_order_date,
                    churn_risk, churn_reasons)
), written AS (
    UPDATE c360_customer_profile AS profile
       SET value_basis = fresh.value_basis,
           alive_probability = fresh.alive_probability,
           expected_orders = fresh.expected_orders,
           lifetime_value = fresh.lifetime_value,
           order_gap = fresh.order_gap,
           order_gap_late = fresh.order_gap_late,
           next_order_date = fresh.next_order_date,
           churn_risk = fresh.churn_risk,
           churn_reasons = fresh.churn_reasons
      FROM fresh
     WHERE profile.partner_id = fresh.partner_id
       AND profile.company_id = %(company_id)s
       AND (profile.value_basis, profile.alive_probability, profile.expected_orders,
            profile.lifetime_value, profile.order_gap, profile.order_gap_late,
            profile.next_order_date, profile.churn_risk, profile.churn_reasons)
           IS DISTINCT FROM
           (fresh.value_basis, fresh.alive_probability, fresh.expected_orders,
            fresh.lifetime_value, fresh.order_gap, fresh.order_gap_late,
            fresh.next_order_date, fresh.churn_risk, fresh.churn_reasons)
 RETURNING 1
)
SELECT COUNT(*) FROM written
"""


def get_histories_query(env, partner_ids, company, tomorrow):
    """Return the SQL of the histories of some customers in one company.

    :param partner_ids: commercial partners
    :param date tomorrow: the first day that does not count
    """
    scope = CustomerScope(ids=partner_ids)
    purchase = SQL(
        PURCHASE,
        orders=scope.rows("sale_order"),
        credits=env["c360.customer.profile"]._get_credits(scope),
        tomorrow=tomorrow,
        of_partner=scope.only("partner.commercial_partner_id"),
    )
    return SQL(HISTORIES, purchase=purchase, company_id=company.id)
