from odoo import api, fields, models
from odoo.tools import SQL

# Four cuts make five fifths.
CUTS = """
INSERT INTO c360_customer_cut AS cut (
       company_id, score, last_order_date, recent_count, recent_revenue)
SELECT company_id, item.score, item.day, item.number, item.revenue
  FROM (
    SELECT company_id,
           percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8])
               WITHIN GROUP (ORDER BY last_order_date) AS days,
           percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8])
               WITHIN GROUP (ORDER BY recent_count) AS numbers,
           percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8])
               WITHIN GROUP (ORDER BY recent_revenue) AS revenues
      FROM c360_customer_profile
     WHERE order_count > 0
  GROUP BY company_id
  ) AS company
 CROSS JOIN LATERAL unnest(days, numbers, revenues)
       WITH ORDINALITY AS item(day, number, revenue, score)
    ON CONFLICT (company_id, score) DO UPDATE
   SET last_order_date = EXCLUDED.last_order_date,
       recent_count = EXCLUDED.recent_count,
       recent_revenue = EXCLUDED.recent_revenue
 WHERE (cut.last_order_date, cut.recent_count, cut.recent_revenue)
       IS DISTINCT FROM
       (EXCLUDED.last_order_date, EXCLUDED.recent_count, EXCLUDED.recent_revenue)
"""


class C360CustomerCut(models.Model):
    """Where one fifth of a company's customers ends and the next begins.

    Kept, so that a single customer is scored by the same measure as all of them; taken
    anew whenever all are refreshed.
    """

    _name = "c360.customer.cut"
    _description = "Limit of a Score"
    _order = "company_id, score"
    _log_access = False

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, ondelete="cascade", readonly=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    score = fields.Integer(
        required=True,
        readonly=True,
        help="Customers up to and including these figures have at most this score.",
    )
    last_order_date = fields.Date(string="Last Order", readonly=True)
    recent_count = fields.Integer(
        string="Recent Orders", readonly=True, aggregator=None
    )
    recent_revenue = fields.Monetary(readonly=True, aggregator=None)

    _company_score_uniq = models.Constraint(
        "UNIQUE (company_id, score)", "A company has one limit for each score."
    )

    @api.model
    def _take(self):
        """Take the limits from the profiles as they are."""
        self.env["c360.customer.profile"].flush_model()
        self.env.cr.execute(SQL(CUTS))
        self.invalidate_model()
