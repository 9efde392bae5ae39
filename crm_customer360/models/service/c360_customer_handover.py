from odoo import api, models
from odoo.fields import Domain


class C360CustomerHandoverSourceTicket(models.AbstractModel):
    _name = "c360.customer.handover.source.ticket"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Tickets"

    _source_key = "ticket"
    _source_sequence = 50
    _source_model = "helpdesk.ticket"
    _source_is_load = True
    _source_groups = (
        "helpdesk_mgmt.group_helpdesk_user_own",
        "helpdesk_mgmt.group_helpdesk_user",
    )

    @api.model
    def _get_label(self):
        return self.env._("Tickets")

    @api.model
    def _get_open_domain(self):
        return Domain("stage_id.closed", "!=", True)
