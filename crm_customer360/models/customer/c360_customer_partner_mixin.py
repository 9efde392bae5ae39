from odoo import fields, models


class C360CustomerPartnerMixin(models.AbstractModel):
    """What the room of customers adds to a contact: ways in, no columns."""

    _name = "c360.customer.partner.mixin"
    _description = "Customer Figures of a Contact"

    # For domains of segments, tiers and pools: one row per company, and a condition
    # speaks of the companies at work, not of what the customer is to others.
    c360_profile_ids = fields.One2many(
        comodel_name="c360.customer.profile",
        inverse_name="partner_id",
        string="Customer Profile",
        domain=lambda self: [("company_id", "in", self.env.companies.ids)],
        readonly=True,
    )
