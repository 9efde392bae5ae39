from odoo import models

from ..models.c360_privacy_erasure import PERSONAL_COLUMNS


class PrivacyLookupWizardLine(models.TransientModel):
    _inherit = "privacy.lookup.wizard.line"

    def action_unlink(self):
        """Anonymize rows of the ledgers, which nobody deletes."""
        self.ensure_one()
        if self.res_model not in PERSONAL_COLUMNS or self.is_unlinked:
            return super().action_unlink()
        # Like the host, which deletes whatever the lookup has found.
        erasure_sudo = self.env["c360.privacy.erasure"].sudo()
        erasure_sudo._anonymize(self.res_model, [self.res_id])
        self.execution_details = self.env._(
            "Anonymized %(model)s #%(number)s",
            model=self.res_model_id.name,
            number=self.res_id,
        )
        self.is_unlinked = True
        return None
