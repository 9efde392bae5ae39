from odoo import models


class C360LeadFollowupMixin(models.AbstractModel):
    """A lead with a next step, and how soon it was first answered."""

    _name = "c360.lead.followup.mixin"
    _description = "Followed Lead"
