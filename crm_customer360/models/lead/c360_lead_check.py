from odoo import models


class C360LeadCheckMixin(models.AbstractModel):
    """A lead that configured rules find valid, or set aside with a reason."""

    _name = "c360.lead.check.mixin"
    _description = "Checked Lead"
