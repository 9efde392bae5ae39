from odoo import fields, models

from ..contact.c360_contact_purpose import PURPOSE_SOURCES, PURPOSES, SELLING_MODELS


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    contact_purpose = fields.Selection(
        selection=PURPOSES,
        string="Purpose",
        help="Decides which contact limits the messages count against.",
    )
    contact_purpose_source = fields.Selection(selection=PURPOSE_SOURCES)

    def action_send_mail(self):
        # Only the button says “sales” for bulk mail that names no purpose: code that
        # shares the inner method sends messages of the system.
        for composer in self:
            if (
                composer.composition_mode == "mass_mail"
                and composer.model in SELLING_MODELS
                and not composer.contact_purpose
            ):
                composer.contact_purpose = "sales"
                composer.contact_purpose_source = "bulk"
        return super().action_send_mail()

    def _prepare_mail_values_static(self):
        values = super()._prepare_mail_values_static()
        if self.contact_purpose:
            values["contact_purpose"] = self.contact_purpose
            values["contact_purpose_source"] = self.contact_purpose_source or "sender"
        return values
