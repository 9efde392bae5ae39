from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        "res.partner",
        "c360.customer.page.mixin",
        "c360.contact.partner.mixin",
        "c360.contact.person.mixin",
    ]

    def _get_customer_360_partner(self):
        return self
