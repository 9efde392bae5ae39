from odoo import api, models


class MailScheduledMessage(models.Model):
    _inherit = "mail.scheduled.message"

    @api.model
    def _notification_parameters_whitelist(self):
        # else a message sent later forgets what it is for, and nothing holds it
        return super()._notification_parameters_whitelist() | {
            "contact_purpose",
            "contact_purpose_source",
            "contact_override_reason",
            "contact_expire_date",
            "contact_topic_id",
        }
