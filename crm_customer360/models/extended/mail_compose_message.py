from odoo import fields, models

from ..contact.c360_contact_purpose import PURPOSES

# Writing to many of these is selling; writing to many orders, invoices or tickets is
# answering for them, and the host itself does it with the same composer.
SELLING_MODELS = ("res.partner", "crm.lead", "mailing.contact", "mailing.list")


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    contact_purpose = fields.Selection(
        selection=PURPOSES,
        string="Purpose",
        help="Decides which contact limits the messages count against.",
    )

    def action_send_mail(self):
        # Only the button says “sales” for bulk mail that names no purpose: code that
        # shares the inner method sends messages of the system.
        for composer in self:
            if (
                composer.composition_mode == "mass_mail"
                and composer.model in SELLING_MODELS
            ):
                composer.contact_purpose = composer.contact_purpose or "sales"
        return super().action_send_mail()

    def _prepare_mail_values_static(self):
        values = super()._prepare_mail_values_static()
        if self.contact_purpose:
            values["contact_purpose"] = self.contact_purpose
        return values
