from odoo import api, models


class C360PoolTeamMixin(models.AbstractModel):
    """Grants read from the cache who works for which team."""

    _inherit = "c360.pool.team.mixin"

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        self.env.registry.clear_cache()
        return teams

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result


class C360PoolTeamMemberMixin(models.AbstractModel):
    """The members of a team, likewise."""

    _name = "c360.pool.team.member.mixin"
    _description = "Team Member Beside Pools"

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        self.env.registry.clear_cache()
        return members

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
