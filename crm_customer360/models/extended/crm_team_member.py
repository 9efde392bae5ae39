from odoo import models


class CrmTeamMember(models.Model):
    _name = "crm.team.member"
    _inherit = ["c360.pool.team.member.mixin", "crm.team.member"]
