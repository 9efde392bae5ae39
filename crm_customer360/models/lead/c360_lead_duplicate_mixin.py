from odoo import models


class C360LeadDuplicateMixin(models.AbstractModel):
    """A lead compared with the leads and customers there are."""

    _name = "c360.lead.duplicate.mixin"
    _description = "Lead with Duplicates"
