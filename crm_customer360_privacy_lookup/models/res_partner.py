from odoo import models
from odoo.exceptions import AccessError

EXPORT_GROUPS = ("crm_customer360.group_manager", "base.group_allow_export")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_export_personal_data(self):
        """Download what the product holds about the contact.

        :raise AccessError: only managers who may export
        """
        self.ensure_one()
        self._check_personal_export()
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm_customer360/personal_data/{self.id}",
            "target": "download",
        }

    def _check_personal_export(self):
        if not all(self.env.user.has_group(group) for group in EXPORT_GROUPS):
            raise AccessError(
                self.env._("Only managers who may export can hand out personal data.")
            )
        self.check_access("read")
