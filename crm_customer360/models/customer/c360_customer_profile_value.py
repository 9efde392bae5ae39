from odoo import fields, models


class C360CustomerProfileValue(models.Model):
    """What the customer earns us, what he costs us and how he pays."""

    _inherit = "c360.customer.profile"

    margin = fields.Monetary(
        readonly=True,
        groups="crm_customer360.group_cost",
        help="Revenue less what the goods and services cost us: goods delivered at the "
        "value they left the stock with, what came back deducted; everything else at "
        "the cost price of the product today.",
    )
    cost_to_serve = fields.Monetary(
        readonly=True,
        groups="crm_customer360.group_cost",
        help="Tickets, visits, calls and messages, each at the cost in the settings.",
    )
    payment_days = fields.Float(
        string="Paid After Due (days)",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        groups="crm_customer360.group_finance",
        help="Mean days from the due date to the last payment of the invoices paid in "
        "the last two years; below zero, he pays early.",
    )
    paid_count = fields.Integer(
        string="Invoices Paid",
        readonly=True,
        groups="crm_customer360.group_finance",
        help="Invoices of the last two years that are paid in full.",
    )
