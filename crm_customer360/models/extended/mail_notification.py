from odoo import fields, models


class MailNotification(models.Model):
    _inherit = "mail.notification"

    # what an SMS that was stopped says, as its trace in a mailing does
    failure_type = fields.Selection(
        selection_add=[("sms_optout", "Opted Out")],
        ondelete={"sms_optout": "set null"},
    )

    def _cancel_for(self, reason):
        """End notifications whose mail was stopped, with the reason people read."""
        self.write(
            {
                "notification_status": "canceled",
                "failure_type": "mail_optout",
                "failure_reason": reason,
            }
        )
