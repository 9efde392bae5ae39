from odoo import api, models

from .c360_customer_timeline import TimelineSource

WRITTEN = ("comment", "email", "email_outgoing", "sms")
CHANNELS = (
    (
        "email",
        (
            "|",
            ("message_type", "in", ("email", "email_outgoing")),
            "&",
            ("message_type", "=", "comment"),
            ("subtype_id.internal", "=", False),
        ),
    ),
    ("sms", (("message_type", "=", "sms"),)),
    ("phone", (("mail_activity_type_id.category", "=", "phonecall"),)),
    ("visit", (("mail_activity_type_id.category", "=", "meeting"),)),
    (
        "note",
        (
            ("message_type", "=", "comment"),
            ("mail_activity_type_id", "=", False),
            ("subtype_id.internal", "=", True),
        ),
    ),
)


class C360CustomerPanelMessage(models.AbstractModel):
    """What was written and said on the customer's own page: messages and done calls.

    It has no card, only a place in the timeline.
    """

    _name = "c360.customer.panel.message"
    _inherit = "c360.customer.panel"
    _description = "Customer Timeline: Messages"

    _panel_key = "message"

    @api.model
    def _get_timeline_sources(self):
        domain = (
            ("model", "=", "res.partner"),
            "|",
            ("message_type", "in", WRITTEN),
            ("mail_activity_type_id", "!=", False),
        )
        return (
            *super()._get_timeline_sources(),
            # The host reads a message with the rights on its document. The contacts
            # asked for are those the user may read, and the page is for employees.
            TimelineSource(
                "mail.message",
                "date",
                "message",
                domain,
                partner="res_id",
                contact_gives_access=True,
                text=("subject", "body"),
                user="author_id",
                channels=CHANNELS,
            ),
        )

    @api.model
    def _get_timeline_kinds(self):
        return {
            **super()._get_timeline_kinds(),
            "message": self.env._("Messages and notes"),
        }

    @api.model
    def _get_timeline_entries(self, model, ids):
        if model != "mail.message":
            return super()._get_timeline_entries(model, ids)
        return {
            message.id: self._prepare_message_entry(message)
            for message in self.env[model].browse(ids)
        }

    def _prepare_message_entry(self, message):
        activity = message.mail_activity_type_id
        author = message.author_id.name or message.email_from or ""
        preview = message.preview or ""
        if activity:
            icon = activity.icon or "fa-check"
            title = activity.name
        elif message.message_type == "sms":
            icon, title = "fa-mobile", message.subject or self.env._("Text message")
        elif message.message_type == "comment" and message.subtype_id.internal:
            icon, title = "fa-sticky-note-o", message.subject or self.env._("Note")
        else:
            icon, title = "fa-envelope-o", message.subject or self.env._("Message")
        return {
            "title": title,
            "subtitle": " · ".join(filter(None, (author, preview))),
            "amount": None,
            "icon": icon,
            "tone": "info" if message.message_type == "email" else None,
            "model": message.model,
            "id": message.res_id,
        }
