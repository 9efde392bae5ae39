from odoo import models


class C360LeadIntakeMixin(models.AbstractModel):
    """Where a lead comes from: by which channel, when, and who brought it."""

    _name = "c360.lead.intake.mixin"
    _description = "Where a Lead Comes From"
