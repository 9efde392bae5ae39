from odoo import api, models


class C360LeadCheck(models.Model):
    _inherit = "c360.lead.check"

    @api.model
    def _get_reachable_fields(self):
        """A visitor of the website can be written to there."""
        return super()._get_reachable_fields() | {"visitor_ids"}
