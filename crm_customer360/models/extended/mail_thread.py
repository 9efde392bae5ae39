from odoo import models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _get_message_create_valid_field_names(self):
        return super()._get_message_create_valid_field_names() | {
            "contact_purpose",
            "contact_purpose_source",
            "contact_override_reason",
            "contact_expire_date",
            "contact_topic_id",
        }
