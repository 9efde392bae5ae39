from odoo import api, models


class C360LeadCheck(models.Model):
    _inherit = "c360.lead.check"

    @api.model
    def _get_reachable_fields(self):
        """A chat is answered in the chat."""
        return super()._get_reachable_fields() | {"origin_channel_id"}
