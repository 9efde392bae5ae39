from odoo import models


class ResPartnerRelation(models.Model):
    _inherit = "res.partner.relation"

    # the relations of a customer, from either side: his page, a merge
    _c360_left_idx = models.Index("(left_partner_id)")
    _c360_right_idx = models.Index("(right_partner_id)")
