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

    def _message_post_after_hook(self, message, msg_values):
        touches = self.env["c360.contact.touch"]
        # Conversations between colleagues and visitors of the website are no contact
        # about a document.
        if self._name != "discuss.channel" and touches._is_from_outside(
            msg_values.get("author_id"), msg_values.get("message_type")
        ):
            touches._log_received(message, msg_values)
        return super()._message_post_after_hook(message, msg_values)

    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        self.env["c360.contact.touch"]._log_bounce(
            message_dict["bounced_message"],
            message_dict["bounced_email"],
            message_dict["bounced_partner"],
            message_dict.get("body"),
        )
        return result

    def message_mail_with_source(self, source_ref, **kwargs):
        # The host drops what its own code sends about a document (the stage of a
        # ticket) to people on the e-mail blacklist; they need it all the same.
        if self.env["c360.contact.gate"]._is_needed(
            kwargs.get("contact_purpose"), self._name
        ):
            kwargs.setdefault("use_exclusion_list", False)
        return super().message_mail_with_source(source_ref, **kwargs)
