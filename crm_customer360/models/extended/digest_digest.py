from odoo import models


class DigestDigest(models.Model):
    # The mixin comes first: the host's method is its super().
    _name = "digest.digest"
    _inherit = ["c360.lead.digest.mixin", "digest.digest"]
