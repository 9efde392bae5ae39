from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _mailing_get_opt_out_list(self, mailing):
        """Return the addresses that refuse the mailing; the host asks for this."""
        return mailing._get_refusing_addresses()
