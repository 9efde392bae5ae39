from odoo import models

from .c360_pool_mixin import SKIP_POOLED


class C360PoolTeamMixin(models.AbstractModel):
    """The host's assignment leaves to the pools what waits in them."""

    _name = "c360.pool.team.mixin"
    _description = "Team Beside Pools"

    def _allocate_leads(self, creation_delta_days=7):
        # The host builds the domain of this search inline: nothing else to extend.
        if self.env["c360.pool"]._is_enabled():
            self = self.with_context(**{SKIP_POOLED: True})
        return super()._allocate_leads(creation_delta_days=creation_delta_days)

    def _get_lead_to_assign_domain(self):
        domain = super()._get_lead_to_assign_domain()
        if self.env["c360.pool"]._is_enabled():
            domain = [*domain, ("pool_state", "!=", "pooled")]
        return domain
