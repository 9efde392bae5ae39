from odoo import models
from odoo.tools import SQL, split_every

from odoo.addons.crm_customer360.models.contact.c360_contact_gate import (
    int_array,
    text_array,
)
from odoo.addons.crm_customer360_mass_mailing.models.mailing_recipient import (
    SLICE,
    MailingRecipient,
)


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    def _get_contact_recipients(self, res_ids):
        if self.mailing_type != "sms":
            return super()._get_contact_recipients(res_ids)
        rows = []
        for ids in split_every(SLICE, res_ids):
            documents = self.env[self.mailing_model_real].browse(ids)
            for res_id, found in documents._sms_get_recipients_info().items():
                rows.append((res_id, found["sanitized"] or None, found["partner"].id))
            documents.invalidate_recordset()
        return self._identify_numbers(rows)

    def _identify_numbers(self, rows):
        """Return the recipients of ``(document id, number, partner id)``."""
        by_id = {
            partner.id: partner
            for partner in self._read_partners(
                SQL("id = ANY(%s)", int_array(row[2] for row in rows if row[2]))
            )
        }
        numbers = {number for _res_id, number, partner_id in rows if not partner_id}
        by_number = self._read_partners_by_number(numbers - {None})
        return [
            MailingRecipient(
                res_id, number, by_id.get(partner_id) or by_number.get(number)
            )
            for res_id, number, partner_id in rows
        ]

    def _read_partners_by_number(self, numbers):
        """Return the first active partner of each number, as the gate finds him."""
        if not numbers:
            return {}
        partners = self.env["res.partner"]
        partners.flush_model(["phone_sanitized", "active", "company_id"])
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT phone_sanitized, MIN(id)
                    FROM res_partner
                   WHERE active AND phone_sanitized = ANY(%s)
                     AND (company_id IS NULL OR company_id = %s)
                GROUP BY phone_sanitized
                """,
                text_array(numbers),
                self._get_contact_company().id,
            )
        )
        known = {
            partner.id: partner
            for partner in self._read_partners(
                SQL(
                    "id = ANY(%s)",
                    int_array(partner_id for _number, partner_id in rows),
                )
            )
        }
        return {number: known[partner_id] for number, partner_id in rows}
