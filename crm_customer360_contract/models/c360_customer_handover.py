from odoo import api, fields, models
from odoo.fields import Domain


class C360CustomerHandoverSourceContract(models.AbstractModel):
    """Contracts that run; one that ended keeps who had it."""

    _name = "c360.customer.handover.source.contract"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Contracts"

    _source_key = "contract"
    _source_sequence = 55
    _source_model = "contract.contract"
    _source_is_load = True

    @api.model
    def _get_label(self):
        return self.env._("Contracts")

    @api.model
    def _get_open_domain(self):
        today = fields.Date.context_today(self)
        return Domain("date_end", "=", False) | Domain("date_end", ">=", today)
