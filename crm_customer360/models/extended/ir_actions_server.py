from odoo import models


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    def _run_action_sms_multi(self, eval_context=None):
        # The host presses the composer's button; nobody did, so it is no bulk SMS of a
        # person.
        action = self.with_context(
            default_contact_purpose="transactional",
            default_contact_purpose_source="system",
        )
        return super(IrActionsServer, action)._run_action_sms_multi(eval_context)
