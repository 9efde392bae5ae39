from odoo import api, models
from odoo.fields import Domain


class C360CustomerHandoverSourceMailing(models.AbstractModel):
    """Mailings being written or waiting for their day; what left keeps its sender."""

    _name = "c360.customer.handover.source.mailing"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Mailings"

    _source_key = "mailing"
    _source_sequence = 87
    _source_model = "mailing.mailing"
    _source_partner = None
    _source_company = None
    _source_groups = ("mass_mailing.group_mass_mailing_user",)

    @api.model
    def _get_label(self):
        return self.env._("Mailings not sent yet")

    @api.model
    def _get_open_domain(self):
        return Domain("state", "in", ("draft", "in_queue"))
