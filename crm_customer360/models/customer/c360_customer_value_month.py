from odoo import fields, models

from .c360_customer_value_model import KINDS


class C360CustomerValueMonth(models.Model):
    """One point of the graph: orders until the end of a month of the trial."""

    _name = "c360.customer.value.month"
    _description = "Orders Foretold and Come"
    _order = "date, series, id"
    _rec_name = "date"
    _log_access = False

    value_model_id = fields.Many2one(
        comodel_name="c360.customer.value.model",
        required=True,
        index=True,
        ondelete="cascade",
    )
    date = fields.Date(string="Until", required=True)
    series = fields.Selection(
        selection=[("actual", "What came"), *KINDS], string="Model", required=True
    )
    orders = fields.Float(string="Orders Since the Cut", digits=(12, 0))
