from odoo import models


class MailNotification(models.Model):
    _inherit = "mail.notification"

    def _cancel_for(self, reason):
        """End notifications whose mail was stopped, with the reason people read."""
        self.write(
            {
                "notification_status": "canceled",
                "failure_type": "mail_optout",
                "failure_reason": reason,
            }
        )
