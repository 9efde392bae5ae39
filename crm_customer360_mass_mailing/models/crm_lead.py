from odoo import api, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _mailing_get_opt_out_list(self, mailing):
        """Return the addresses that refuse the mailing; the host asks for this."""
        return mailing._get_refusing_addresses()
