from odoo import models


class ResPartnerCategory(models.Model):
    _name = "res.partner.category"
    _inherit = [
        # before the host: it sees the host's methods as its super()
        "c360.customer.audit.label.mixin",
        "res.partner.category",
    ]
