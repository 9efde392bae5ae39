from odoo import api, models
from odoo.fields import Domain


class C360CustomerHandoverSourceQuotation(models.AbstractModel):
    """Quotations and draft orders; a confirmed order keeps who sold it."""

    _name = "c360.customer.handover.source.quotation"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Quotations"

    _source_key = "quotation"
    _source_sequence = 40
    _source_model = "sale.order"
    _source_team = "team_id"
    _source_is_load = True
    _source_groups = ("sales_team.group_sale_salesman",)

    @api.model
    def _get_label(self):
        return self.env._("Quotations")

    @api.model
    def _get_open_domain(self):
        return Domain("state", "in", ("draft", "sent"))
