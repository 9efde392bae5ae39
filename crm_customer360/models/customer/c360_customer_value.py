from odoo import api, fields, models

from ...tools.customer_churn import SILENCE


class C360CustomerValue(models.Model):
    """What is to be expected of a customer: columns of his profile.

    They are written by ``c360.customer.value.score`` with a statement of its own; the
    refresh of the profile neither reads nor touches them. Everything is rounded to
    what an estimate can bear, so that a day without news writes little.
    """

    _inherit = "c360.customer.profile"

    value_basis = fields.Selection(
        selection=[
            ("model", "Forecast by a model"),
            ("rate", "His own rate so far"),
        ],
        string="Forecast Based On",
        readonly=True,
        help="Empty: nothing can be expected yet, because the customer has not ordered "
        "or the company has too little history. The zeros beside it mean “not known”.",
    )
    alive_probability = fields.Float(
        string="Still a Customer",
        aggregator="avg",
        readonly=True,
        help="Probability that the customer will order again some day, from how often "
        "and how recently he ordered. Only known when the forecast is by a model.",
    )
    expected_orders = fields.Float(
        string="Orders Expected",
        digits=(12, 1),
        readonly=True,
        help="Days with an order that are expected within the next 12 months.",
    )
    lifetime_value = fields.Monetary(
        string="Expected Value",
        groups="crm_customer360.group_cost",
        readonly=True,
        help="Expected orders of the months chosen in the settings, times the expected "
        "value of an order (margin or revenue), discounted to today. Rounded to two "
        "digits: it is an estimate.",
    )
    order_gap = fields.Integer(
        string="Days Between Orders",
        aggregator="avg",
        readonly=True,
        help="Median of the days between the latest orders (up to twelve). Known from "
        "the third day with an order on.",
    )
    order_gap_late = fields.Integer(
        string="Late After (days)",
        aggregator=None,
        readonly=True,
        help="A silence longer than nine in ten of his gaps between orders.",
    )
    next_order_date = fields.Date(
        string="Next Order",
        readonly=True,
        help="When the customer should order again by his own rhythm: last order plus "
        "the median of his gaps. Empty with fewer than three days with an order: then "
        "it cannot be known yet.",
    )
    churn_risk = fields.Float(
        string="Risk of Leaving",
        aggregator="avg",
        readonly=True,
        help="From 0 (nothing speaks for it) to 100 %. Each reason takes its share of "
        "what the others left of certainty; a ranking, not a promise.",
    )
    # codes, weightiest first, as ",overdue,complaint,": a domain may look for one
    churn_reasons = fields.Char(string="Reason Codes", readonly=True)
    churn_reason_text = fields.Char(string="Why", compute="_compute_churn_reason_text")

    # customers at risk: those in most danger first, the largest among them
    _churn_risk_idx = models.Index(
        "(churn_risk DESC, revenue DESC, id) WHERE churn_risk > 0"
    )
    # "who should have ordered by now"
    _next_order_idx = models.Index(
        "(next_order_date) WHERE next_order_date IS NOT NULL"
    )

    @api.depends(
        "churn_reasons", "order_gap", "order_gap_late", "last_order_date", "order_count"
    )
    @api.depends_context("lang", "tz")
    def _compute_churn_reason_text(self):
        words = self.env["c360.customer.churn"]._get_words()
        today = fields.Date.context_today(self)
        for profile in self:
            profile.churn_reason_text = " · ".join(
                profile._get_churn_sentence(code, words, today)
                for code in (profile.churn_reasons or "").strip(",").split(",")
                if code in words
            )

    def _get_churn_sentence(self, code, words, today):
        """Return one reason in words; a silence is told against his rhythm."""
        if code in SILENCE and self.order_gap and self.last_order_date:
            return self.env._(
                "orders every %(gap)s days, silent for %(silence)s",
                gap=self.order_gap,
                silence=(today - self.last_order_date).days,
            )
        return words[code]
