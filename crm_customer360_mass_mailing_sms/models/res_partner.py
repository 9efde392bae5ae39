from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _mailing_get_opt_out_list_sms(self, mailing):
        """Return the ids of those who refuse the mailing; the host asks for this."""
        return mailing._get_refusing_ids()
