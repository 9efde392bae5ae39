from odoo import api, fields, models

from .c360_contact_purpose import PURPOSE_SOURCES, PURPOSES, SELLING_MODELS


class C360ContactSmsComposerMixin(models.AbstractModel):
    """The window that writes SMS knows their purpose and hands it on, in each mode."""

    _name = "c360.contact.sms.composer.mixin"
    _description = "SMS Composer Naming the Purpose"

    contact_purpose = fields.Selection(
        selection=PURPOSES,
        string="Purpose",
        help="Decides which contact limits the messages count against.",
    )
    contact_purpose_source = fields.Selection(selection=PURPOSE_SOURCES)
    contact_override_reason = fields.Char(
        string="Reason to Go On",
        help="Why the message leaves although a contact policy advises against it.",
    )

    is_contact_bulk = fields.Boolean(compute="_compute_is_contact_bulk")

    @api.depends("composition_mode", "res_model", "res_ids_count", "sanitized_numbers")
    def _compute_is_contact_bulk(self):
        for composer in self:
            composer.is_contact_bulk = composer._is_bulk_selling()

    @api.model_create_multi
    def create(self, vals_list):
        purposes = {vals.get("contact_purpose") for vals in vals_list}
        self.env["c360.contact.purpose"]._check_codes(purposes)
        return super().create(vals_list)

    def write(self, vals):
        self.env["c360.contact.purpose"]._check_codes([vals.get("contact_purpose")])
        return super().write(vals)

    def action_send_sms(self):
        # Only the button says “sales” for bulk SMS that name no purpose: code that
        # shares the inner method sends messages of the system.
        for composer in self.filtered("is_contact_bulk"):
            if not composer.contact_purpose:
                composer.contact_purpose = "sales"
                composer.contact_purpose_source = "bulk"
            self.env["c360.contact.purpose"]._check_bulk(composer.contact_purpose)
        return super().action_send_sms()

    def _is_bulk_selling(self):
        self.ensure_one()
        has_numbers = "," in (self.sanitized_numbers or "")
        if self.composition_mode == "numbers" or not self.res_model:
            return has_numbers
        is_bulk = self.composition_mode == "mass" or self.res_ids_count > 1
        return (is_bulk or has_numbers) and self.res_model in SELLING_MODELS

    def _get_contact_values(self):
        """Return what the messages and the SMS learn from the composer."""
        self.ensure_one()
        if not self.contact_purpose:
            return {}
        values = {
            "contact_purpose": self.contact_purpose,
            "contact_purpose_source": self.contact_purpose_source or "sender",
        }
        # whoever writes to many, goes on against nothing
        if self.contact_override_reason and self.comment_single_recipient:
            values["contact_override_reason"] = self.contact_override_reason
        return values

    # -------------------------------------------------------------------- modes

    def _action_send_sms_numbers(self):
        values = self._get_contact_values()
        defaults = {f"default_{name}": value for name, value in values.items()}
        return super(
            C360ContactSmsComposerMixin, self.with_context(**defaults)
        )._action_send_sms_numbers()

    def _action_send_sms_comment(self, records=None):
        values = self._get_contact_values()
        if not values:
            return super()._action_send_sms_comment(records)
        # The host's method, which hands nothing on to the messages it posts.
        records = records if records is not None else self._get_records()
        bodies = self._prepare_body_values(records)
        numbers = self.sanitized_numbers.split(",") if self.sanitized_numbers else None
        messages = self.env["mail.message"]
        for record in records:
            messages += record._message_sms(
                bodies[record.id],
                number_field=self.number_field_name,
                sms_numbers=numbers,
                **values,
            )
        return messages

    def _prepare_mass_sms_values(self, records):
        result = super()._prepare_mass_sms_values(records)
        values = self._get_contact_values()
        for record_id, sms_values in result.items():
            # also without a note on the document, the ledger knows what it was about
            sms_values["contact_source_model"] = records._name
            sms_values["contact_source_id"] = record_id
            sms_values.update(values)
        return result

    def _get_blacklist_record_ids(self, records, recipients_info):
        # who is on the blacklist, needs the message of his order all the same
        purpose = self._get_contact_values().get("contact_purpose")
        if self.env["c360.contact.gate"]._is_needed(purpose, records._name):
            return []
        return super()._get_blacklist_record_ids(records, recipients_info)

    def _prepare_mass_sms(self, records, sms_record_values):
        all_sms = super()._prepare_mass_sms(records, sms_record_values)
        values = self._get_contact_values()
        if values and all_sms.mail_message_id:
            # notes the composer has just logged for the user
            messages_sudo = all_sms.mail_message_id.sudo()
            messages_sudo.write(values)
        return all_sms
