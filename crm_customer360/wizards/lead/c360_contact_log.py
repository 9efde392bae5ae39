from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

SALES = "sales_team.group_sale_salesman"


class C360ContactLog(models.TransientModel):
    """A call of somebody nobody knows becomes a lead."""

    _inherit = "c360.contact.log"

    caller_number = fields.Char(string="Number")
    caller_name = fields.Char(string="Who")
    caller_company = fields.Char(string="Their Company")

    def action_save(self):
        """Log a call by its number: at whom it belongs to, else at a new lead.

        :raise UserError: see the contact room; also: no number
        """
        self.ensure_one()
        if not self._is_by_number():
            return super().action_save()
        if self.channel != "phone" or not self.caller_number.strip():
            raise UserError(self.env._("Only calls are logged by their number."))
        _touch, lead = self.env["c360.lead.call"]._log_call(
            self._prepare_touch_vals(), self._prepare_caller_vals()
        )
        message = (
            self.env._("The call was logged, and a lead created.")
            if lead
            else self.env._("The call was logged: the number is known.")
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": self._get_next_action(lead),
            },
        }

    def _is_by_number(self):
        return bool(
            self.caller_number
            and not self.partner_id
            and not self.source_model
            and not self.corrected_id
        )

    def _get_next_action(self, lead):
        """Open the new lead for who may see it."""
        if lead and lead.with_user(self.env.user).has_access("read"):
            return {
                "type": "ir.actions.act_window",
                "res_model": "crm.lead",
                "res_id": lead.id,
                "views": [(False, "form")],
                "target": "current",
            }
        return {"type": "ir.actions.act_window_close"}

    def _prepare_caller_vals(self):
        """Return the lead: of who took the call, if he sells, else of nobody yet."""
        user = self.env.user
        return {
            "name": self.subject,
            "contact_name": self.caller_name,
            "partner_name": self.caller_company,
            "phone": self.caller_number.strip(),
            "description": self.outcome and plaintext2html(self.outcome),
            "type": "lead" if user.has_group("crm.group_use_lead") else "opportunity",
            "company_id": self.env.company.id,
            "user_id": user.id if user.has_group(SALES) else False,
            "collector_id": user.id,
        }
