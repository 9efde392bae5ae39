from odoo import fields, models


class ResPartnerRelationType(models.Model):
    _inherit = "res.partner.relation.type"

    c360_kind = fields.Selection(
        selection=[
            ("refers", "Referral"),
            ("influences", "Influence"),
            ("owns", "Ownership"),
            ("competes", "Competition"),
            ("role", "Role when buying"),
        ],
        string="What It Tells",
        help="Referral: the left one brought us the right one, which makes the tree of "
        "referrals. Role when buying: what a person is to the company when it decides.",
    )
