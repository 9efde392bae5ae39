from odoo import api, models
from odoo.fields import Domain

from .c360_lead_intake_mixin import KEY, Channel


class C360LeadCall(models.AbstractModel):
    """A call somebody logs: at the customer or lead of the number, or a new lead."""

    _name = "c360.lead.call"
    _description = "Call of a Known or Unknown Number"

    @api.model
    def _log_call(self, touch_vals, lead_vals):
        """Write a call down, and create the lead when nobody has the number.

        Whoever logs a call need not be allowed to see whose number it is.

        :param dict touch_vals: of the ledger row, without who it was
        :param dict lead_vals: of the lead; ``phone`` is the number of the call
        :return: the ledger row, and the new lead or an empty one, both in sudo
        """
        # Who logs a call need not create leads; one of an unknown number is due anyway.
        lead_sudo = self.env["crm.lead"].sudo()
        company = self.env["res.company"].browse(lead_vals["company_id"])
        country = self.env["res.country"].browse(lead_vals.get("country_id") or [])
        number = lead_sudo._phone_format(
            number=lead_vals["phone"], country=country or company.country_id
        )
        known_sudo = self._find_number(number, company)
        if not known_sudo:
            by_call_sudo = lead_sudo.with_context(**{KEY: Channel("call")})
            known_sudo = lead_sudo = by_call_sudo.create(lead_vals)
        touch = self.env["c360.contact.touch"]._log(
            [
                touch_vals
                | self._prepare_who_vals(known_sudo, number or lead_vals["phone"])
            ]
        )
        return touch, lead_sudo

    @api.model
    def _prepare_who_vals(self, known, number):
        if known._name == "res.partner":
            return {"partner_id": known.id}
        return {
            "source_model": known._name,
            "source_id": known.id,
            "partner_id": known.partner_id.id,
            "partner_name": known.contact_name or known.partner_name or known.name,
            "address": known.phone_sanitized or number,
        }

    @api.model
    def _find_number(self, number, company):
        """Return whose number it is: a contact, else an open lead, else None."""
        if not number:
            return None
        mine = Domain("company_id", "in", [False, company.id])
        mine &= Domain("phone_sanitized", "=", number)
        # Known is also what the caller may not see.
        partner_sudo = self.env["res.partner"].sudo().search(mine, limit=1, order="id")
        if partner_sudo:
            return partner_sudo
        open_leads = mine & Domain("won_status", "=", "pending")
        lead_sudo = self.env["crm.lead"].sudo().search(open_leads, limit=1)
        return lead_sudo or None
