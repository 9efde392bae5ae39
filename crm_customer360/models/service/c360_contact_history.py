from odoo import api, models


class C360ContactHistoryHost(models.AbstractModel):
    _inherit = "c360.contact.history.host"

    @api.model
    def _get_call_tables(self):
        return {
            **super()._get_call_tables(),
            "helpdesk.ticket": ("helpdesk_ticket", "partner_id"),
        }
