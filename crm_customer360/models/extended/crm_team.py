from odoo import models


class CrmTeam(models.Model):
    # The mixins come first: they have to see the host's method as their super().
    _name = "crm.team"
    _inherit = ["c360.pool.team.mixin", "crm.team"]
