from odoo import fields, models


class C360LeadBuyerRole(models.Model):
    """Who buys for whom: the grandparent the toy of the child, the agent the flat."""

    _name = "c360.lead.buyer.role"
    _description = "Who Buys for Whom"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)

    _name_unique = models.Constraint("UNIQUE (name)", "There is such a role already.")
