from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        # before the host: they see the host's methods as their super()
        "c360.customer.audit.partner.mixin",
        "c360.customer.merge.partner.mixin",
        "c360.customer.moved.partner.mixin",
        "c360.pool.partner.mixin",
        "res.partner",
        "c360.lead.identity.mixin",
        "c360.lead.contact.mixin",
        "c360.customer.page.mixin",
        "c360.customer.partner.mixin",
        "c360.contact.partner.mixin",
        "c360.contact.person.mixin",
    ]

    # The edges: whose address or number is this? The host has neither index.
    _c360_email_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )
    _c360_phone_idx = models.Index(
        "(phone_sanitized) WHERE phone_sanitized IS NOT NULL"
    )

    def _get_customer_360_partner(self):
        return self
