from odoo import models
from odoo.exceptions import UserError


class C360CustomerHandover(models.Model):
    """Customers may be told who looks after them now, as far as the gate lets us."""

    _inherit = "c360.customer.handover"

    def action_write_customers(self):
        """Open a message to the customers who have somebody new, for review.

        It leaves by the host's composer, so consent, quiet hours and limits of
        service messages hold, and each customer reads it in his language.
        """
        self.ensure_one()
        self.check_access("read")
        if self.state != "done":
            raise UserError(self.env._("Hand over first, then write to the customers."))
        # Who may see the handover may write to whom it was about.
        customers_sudo = self.sudo().item_ids.filtered(
            lambda item: item.res_model == "res.partner" and item.state == "done"
        )
        partners = self.env["res.partner"].browse(customers_sudo.mapped("res_id"))
        partners = partners._filtered_access("read").filtered("email_normalized")
        if not partners:
            raise UserError(
                self.env._("None of these customers has an e-mail address.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tell the Customers"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_composition_mode": "mass_mail",
                "default_model": "res.partner",
                "default_res_ids": partners.ids,
                "default_template_id": self.env.ref(
                    "crm_customer360.mail_template_handover"
                ).id,
                "default_contact_purpose": "service",
                "default_contact_purpose_source": "sender",
            },
        }
