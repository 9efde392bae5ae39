from odoo import api, fields, models
from odoo.tools import SQL

from .c360_customer_scope import CustomerScope

TIERS = [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")]

# Those with the same figure have the same score: one more than the limits it exceeds.
SCORE = """
WITH cut AS MATERIALIZED (
    SELECT company_id,
           array_agg(last_order_date ORDER BY score) AS days,
           array_agg(recent_count ORDER BY score) AS numbers,
           array_agg(recent_revenue ORDER BY score) AS revenues
      FROM c360_customer_cut
  GROUP BY company_id
), scored AS (
    SELECT profile.id,
           profile.company_id, profile.order_count, profile.revenue, profile.margin,
           1 + (last_order_date > days[1])::int + (last_order_date > days[2])::int
             + (last_order_date > days[3])::int + (last_order_date > days[4])::int
               AS recency,
           1 + (recent_count > numbers[1])::int + (recent_count > numbers[2])::int
             + (recent_count > numbers[3])::int + (recent_count > numbers[4])::int
               AS frequency,
           1 + (recent_revenue > revenues[1])::int + (recent_revenue > revenues[2])::int
             + (recent_revenue > revenues[3])::int + (recent_revenue > revenues[4])::int
               AS monetary
      FROM c360_customer_profile AS profile
 LEFT JOIN cut ON cut.company_id = profile.company_id AND profile.order_count > 0
     WHERE %(of_profile)s
), fresh AS (
    SELECT scored.id,
           COALESCE(recency, 0) AS recency,
           COALESCE(frequency, 0) AS frequency,
           COALESCE(monetary, 0) AS monetary,
           total.score,
           CASE WHEN order_count > 0 THEN %(tier)s END AS tier
      FROM scored
     CROSS JOIN LATERAL (
        SELECT COALESCE(recency + frequency + monetary, 0) AS score
        ) AS total
), changed AS (
    UPDATE c360_customer_profile AS profile
       SET rfm_recency = fresh.recency,
           rfm_frequency = fresh.frequency,
           rfm_monetary = fresh.monetary,
           rfm_score = fresh.score,
           tier = fresh.tier
      FROM fresh
     WHERE fresh.id = profile.id
       AND (profile.rfm_recency, profile.rfm_frequency, profile.rfm_monetary,
            profile.rfm_score, profile.tier)
           IS DISTINCT FROM
           (fresh.recency, fresh.frequency, fresh.monetary, fresh.score, fresh.tier)
 RETURNING 1
)
SELECT COUNT(*) FROM changed
"""


class C360CustomerProfileScore(models.Model):
    """How the customer compares with the other customers of the company."""

    _inherit = "c360.customer.profile"

    recent_count = fields.Integer(
        string="Recent Orders",
        readonly=True,
        help="Confirmed orders within the days that scores look back, a year if nobody "
        "changed it.",
    )
    recent_revenue = fields.Monetary(
        readonly=True,
        help="Revenue of the orders within the days that scores look back.",
    )
    rfm_recency = fields.Integer(
        string="Recency",
        readonly=True,
        aggregator="avg",
        help="1 to 5, a fifth of the customers each: 5 ordered last. 0: no order yet. "
        "Customers with the same figure share a score.",
    )
    rfm_frequency = fields.Integer(
        string="Frequency",
        readonly=True,
        aggregator="avg",
        help="1 to 5, a fifth of the customers each: 5 has the most recent orders. "
        "0: no order yet. Customers with the same figure share a score.",
    )
    rfm_monetary = fields.Integer(
        string="Money",
        readonly=True,
        aggregator="avg",
        help="1 to 5, a fifth of the customers each: 5 has the highest recent revenue. "
        "0: no order yet. Customers with the same figure share a score.",
    )
    rfm_score = fields.Integer(
        string="Score",
        readonly=True,
        aggregator="avg",
        help="Recency, frequency and money together: 3 to 15, 0 without an order.",
    )
    tier = fields.Selection(
        selection=TIERS,
        readonly=True,
        help="By the first rule for tiers that the customer meets.",
    )

    # The filter "A customers", best first.
    _tier_idx = models.Index("(tier, rfm_score DESC) WHERE tier IS NOT NULL")

    @api.model
    def _get_definition_fields(self):
        return [*super()._get_definition_fields(), "c360_score_days"]

    @api.model
    def _refresh_comparison(self):
        result = super()._refresh_comparison()
        if self._is_value_used():
            self.env["c360.customer.cut"]._take()
            if self._refresh_scores(CustomerScope()):
                self.invalidate_model()
        return result

    @api.model
    def _refresh_scope(self, scope):
        written = super()._refresh_scope(scope)
        if not self._is_value_used():
            return written
        if scope.is_all:
            self.env["c360.customer.cut"]._take()
        return max(written, self._refresh_scores(scope))

    @api.model
    def _refresh_scores(self, scope):
        """Score these customers by the limits that are kept, and give them tiers.

        :param CustomerScope scope: whom
        :return: number of rows written
        """
        statement = SQL(
            SCORE,
            of_profile=scope.only("profile.partner_id"),
            tier=self.env["c360.customer.tier"]._get_case(),
        )
        [(written,)] = self.env.execute_query(statement)
        return written
