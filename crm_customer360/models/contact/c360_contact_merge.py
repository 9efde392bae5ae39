from odoo import api, models
from odoo.tools import SQL


class C360CustomerMergeMixin(models.AbstractModel):
    _inherit = "c360.customer.merge.mixin"

    @api.model
    def _c360_refresh_merged(self, partners):
        """Let the contact history of merged people name the customer they are now."""
        result = super()._c360_refresh_merged(partners)
        self.env["c360.contact.touch"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE c360_contact_touch AS touch
                   SET customer_id = person.commercial_partner_id
                  FROM res_partner AS person
                 WHERE person.id = touch.partner_id
                   AND person.commercial_partner_id <> touch.customer_id
                   AND (touch.partner_id = ANY(%(ids)s)
                        OR touch.customer_id = ANY(%(ids)s))
                """,
                ids=partners.exists().ids,
            )
        )
        self.env["c360.contact.touch"].invalidate_model(["customer_id"])
        return result
