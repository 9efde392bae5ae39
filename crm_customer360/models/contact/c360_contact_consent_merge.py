from odoo import api, models


class C360CustomerMergeMixin(models.AbstractModel):
    _inherit = "c360.customer.merge.mixin"

    @api.model
    def _c360_refresh_merged(self, partners):
        """Of what merged people said, only the newest is what they say today.

        The host has moved the rows by then: no unique key is in their way.
        """
        result = super()._c360_refresh_merged(partners)
        for model_name in ("c360.contact.consent", "c360.contact.preference"):
            # Rows of every customer a merge touches, whoever merges.
            rows_sudo = self.env[model_name].sudo()
            rows_sudo.invalidate_model()
            rows_sudo.search(
                [("partner_id", "in", partners.exists().ids), ("is_current", "=", True)]
            )._keep_newest_current()
        return result
