from odoo import models
from odoo.exceptions import UserError


class C360CustomerPageMixin(models.AbstractModel):
    """A document from which one gets to the page of its customer."""

    _name = "c360.customer.page.mixin"
    _description = "Leads to the Customer 360 Page"

    def _get_customer_360_partner(self):
        """Return the contact whose customer the page shows."""
        return self.partner_id

    def action_view_customer_360(self):
        """Open the Customer 360 page."""
        self.ensure_one()
        partner = self._get_customer_360_partner()
        if not partner:
            raise UserError(self.env._("Choose a customer first."))
        return {
            "type": "ir.actions.client",
            "tag": "c360_customer_page",
            "name": partner.commercial_partner_id.display_name,
            # in the address, so that a reload and a shared link find the customer
            "params": {"resId": partner.id},
        }
