from odoo import api, fields, models


class C360PoolMember(models.Model):
    """A salesperson who may claim from a pool.

    Claims of one person are serialised on this row: a claim locks it before it counts
    and writes it when it grants, so parallel claims cannot both pass a limit.
    """

    _name = "c360.pool.member"
    _description = "Pool Member"
    _order = "pool_id, id"
    _rec_name = "user_id"

    pool_id = fields.Many2one(
        comodel_name="c360.pool", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('share', '=', False)]",
    )
    active = fields.Boolean(default=True)
    last_claim_date = fields.Datetime(string="Last Claim", readonly=True)
    own_limits = fields.Boolean(
        help="This member has limits of his own instead of those of the pool."
    )
    claim_limit_day = fields.Integer(
        string="Claims a Day", help="Own limit of this member. 0: no limit."
    )
    hold_limit = fields.Integer(
        string="Leads Held", help="Own limit of this member. 0: no limit."
    )

    _pool_user_uniq = models.Constraint(
        "UNIQUE (pool_id, user_id)",
        "This salesperson is a member of the pool already.",
    )
    _limits_positive = models.Constraint(
        "CHECK (claim_limit_day >= 0 AND hold_limit >= 0)",
        "A limit is a number of leads; 0 means no limit.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        # claims read memberships from the cache
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
