from odoo import models


class C360LeadProfileMixin(models.AbstractModel):
    """A lead graded by the target profiles it fits."""

    _name = "c360.lead.profile.mixin"
    _description = "Graded Lead"
