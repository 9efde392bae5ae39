from odoo import models


class SmsComposer(models.TransientModel):
    """The window that writes text messages of a mailing, asking for its slice only."""

    _inherit = "sms.composer"

    def _get_contact_values(self):
        if not self._is_mass_sms():
            return super()._get_contact_values()
        return {
            "contact_purpose": self.mailing_id.contact_purpose,
            "contact_purpose_source": "sender",
        }

    def _get_blacklist_record_ids(self, records, recipients_info):
        if not self._is_mass_sms():
            return super()._get_blacklist_record_ids(records, recipients_info)
        numbers = {
            record.id: recipients_info[record.id]["sanitized"] for record in records
        }
        listed = self.mailing_id._get_blacklist_among(set(numbers.values()) - {False})
        return [record_id for record_id, number in numbers.items() if number in listed]

    def _get_optout_record_ids(self, records, recipients_info):
        if not self._is_mass_sms():
            return super()._get_optout_record_ids(records, recipients_info)
        return list(self.mailing_id._get_opt_out_ids_among(records.ids))

    def _get_done_record_ids(self, records, recipients_info):
        """Who was reached, by document or number, or comes twice in this slice."""
        if not self._is_mass_sms():
            return super()._get_done_record_ids(records, recipients_info)
        numbers = {
            record.id: recipients_info[record.id]["sanitized"] for record in records
        }
        seen = self.mailing_id._get_seen_among(set(numbers.values()) - {False})
        done = self.mailing_id._get_seen_ids_among(records.ids)
        for record_id, number in numbers.items():
            if number in seen:
                done.add(record_id)
            elif number:
                seen.add(number)
        return list(done)
