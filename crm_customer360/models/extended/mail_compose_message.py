from odoo import api, fields, models
from odoo.exceptions import UserError

from ..contact.c360_contact_purpose import PURPOSE_SOURCES, PURPOSES, SELLING_MODELS


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    contact_purpose = fields.Selection(
        selection=PURPOSES,
        string="Purpose",
        help="Decides which contact limits the messages count against.",
    )
    contact_purpose_source = fields.Selection(selection=PURPOSE_SOURCES)
    contact_topic_id = fields.Many2one(
        comodel_name="c360.contact.topic",
        string="Topic",
        help="Who does not want to hear about it, does not get it.",
    )
    contact_override_reason = fields.Char(
        string="Reason to Go On",
        help="Why the message leaves although a contact policy advises against it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        purposes = {vals.get("contact_purpose") for vals in vals_list}
        self.env["c360.contact.purpose"]._check_codes(purposes)
        return super().create(vals_list)

    def write(self, vals):
        self.env["c360.contact.purpose"]._check_codes([vals.get("contact_purpose")])
        return super().write(vals)

    def action_send_mail(self):
        self._check_contact_reason()
        # Only the button says “sales” for bulk mail that names no purpose: code that
        # shares the inner method sends messages of the system.
        for composer in self.filtered(lambda composer: composer._is_bulk_selling()):
            if not composer.contact_purpose:
                composer.contact_purpose = "sales"
                composer.contact_purpose_source = "bulk"
            self.env["c360.contact.purpose"]._check_bulk(composer.contact_purpose)
        return super().action_send_mail()

    def _is_bulk_selling(self):
        self.ensure_one()
        is_bulk = self.composition_mode == "mass_mail" or self.composition_batch
        return is_bulk and self.model in SELLING_MODELS

    def _prepare_mail_values_static(self):
        values = super()._prepare_mail_values_static()
        if self.contact_purpose:
            values["contact_purpose"] = self.contact_purpose
            values["contact_purpose_source"] = self.contact_purpose_source or "sender"
        if self.contact_topic_id:
            values["contact_topic_id"] = self.contact_topic_id.id
        # whoever writes to many, goes on against nothing
        if self.contact_override_reason and self.composition_mode == "comment":
            values["contact_override_reason"] = self.contact_override_reason
        return values

    def _get_blacklist_record_ids(self, mail_values_dict, recipients_info=None):
        # who is on the blacklist, needs the message of his order all the same
        if self.env["c360.contact.gate"]._is_needed(self.contact_purpose, self.model):
            return set()
        return super()._get_blacklist_record_ids(mail_values_dict, recipients_info)

    def _check_contact_reason(self):
        """Refuse what nobody would get; with a reason it leaves all the same."""
        for composer in self:
            if (
                composer.composition_mode != "comment"
                or not composer.contact_purpose
                or not composer.partner_ids
                or composer.contact_override_reason
            ):
                continue
            found = self.env["c360.contact.gate"].preview(
                composer.model or "res.partner",
                composer._evaluate_res_ids(),
                "email",
                composer.contact_purpose,
                partner_ids=composer.partner_ids.ids,
            )
            if found and found["stopped"] and found["stopped"] == found["total"]:
                raise UserError(
                    self.env._(
                        "Nobody would get this message. %(reason)s\nSay why you send "
                        "it all the same, or leave it.",
                        reason=" ".join(line["text"] for line in found["lines"]),
                    )
                )
