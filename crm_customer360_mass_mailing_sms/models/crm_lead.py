from odoo import api, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _mailing_get_opt_out_list_sms(self, mailing):
        """Return the ids of those who refuse the mailing; the host asks for this."""
        return mailing._get_refusing_ids()
