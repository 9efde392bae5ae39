from odoo import fields, models

TIERS = [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")]


class C360CustomerProfileScore(models.Model):
    """How the customer compares with the other customers of the company."""

    _inherit = "c360.customer.profile"

    recent_count = fields.Integer(
        string="Recent Orders",
        readonly=True,
        help="Confirmed orders within the window for scores of the settings (a year "
        "if nobody changed it).",
    )
    recent_revenue = fields.Monetary(
        readonly=True,
        help="Revenue of the orders within the window for scores of the settings.",
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

    # The filters and columns "A customers", best first.
    _tier_idx = models.Index("(tier, rfm_score DESC) WHERE tier IS NOT NULL")
