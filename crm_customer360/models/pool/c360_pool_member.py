from odoo import fields, models


class C360PoolMember(models.Model):
    """A person who may claim from a pool.

    Claims of one person are serialised on this row: a claim writes it before it
    counts, so parallel claims cannot both pass a limit.
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

    _pool_user_uniq = models.Constraint(
        "UNIQUE (pool_id, user_id)",
        "This salesperson is a member of the pool already.",
    )
