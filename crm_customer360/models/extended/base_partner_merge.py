from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _name = "base.partner.merge.automatic.wizard"
    _inherit = [
        # before the host: it sees the host's methods as its super()
        "c360.customer.merge.wizard.mixin",
        "base.partner.merge.automatic.wizard",
        "c360.customer.merge.mixin",
    ]
