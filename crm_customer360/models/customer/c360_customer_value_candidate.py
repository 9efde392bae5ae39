from odoo import api, fields, models

from .c360_customer_value_model import KINDS


class C360CustomerValueCandidate(models.Model):
    """How one model did in the trial of a company."""

    _name = "c360.customer.value.candidate"
    _description = "Model in the Trial"
    _order = "rmse, id"
    _rec_name = "kind"
    _log_access = False

    value_model_id = fields.Many2one(
        comodel_name="c360.customer.value.model",
        required=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(selection=KINDS, string="Model", required=True)
    parameters = fields.Json(
        help="Learned from all orders, in weeks. BG/NBD: r, alpha, a, b. "
        "Pareto/NBD: r, alpha, s, beta. Plain rate: orders and weeks of all."
    )
    mae = fields.Float(
        string="Error per Customer",
        digits=(12, 3),
        aggregator=None,
        help="Mean difference between the orders foretold and those that came.",
    )
    rmse = fields.Float(
        string="Square Error",
        digits=(12, 3),
        aggregator=None,
        help="Root of the mean square of that difference: large errors count more. "
        "The smallest one wins.",
    )
    gain = fields.Float(
        string="Better Than the Plain Rate",
        aggregator=None,
        help="By how much the square error is smaller.",
    )
    foretold_count = fields.Float(
        string="Orders Foretold", digits=(12, 0), aggregator=None
    )
    total_error = fields.Float(
        string="Error of the Total",
        aggregator=None,
        help="Orders of all foretold, against those that came.",
    )
    is_used = fields.Boolean(string="Used", compute="_compute_is_used")

    @api.depends("kind", "value_model_id.used_kind")
    def _compute_is_used(self):
        for candidate in self:
            candidate.is_used = candidate.kind == candidate.value_model_id.used_kind
