from odoo import models


class RatingRating(models.Model):
    _inherit = "rating.rating"

    # The gate: how did these people rate us?
    _c360_partner_idx = models.Index("(partner_id, rated_on) WHERE consumed IS TRUE")
