from odoo import api, fields, models


class C360PoolLimit(models.Model):
    """Limits of a member for leads of one grade, besides those of the whole pool."""

    _name = "c360.pool.limit"
    _description = "Pool Limit for a Grade"
    _order = "pool_id, grade"
    _rec_name = "grade"

    pool_id = fields.Many2one(
        comodel_name="c360.pool", required=True, index=True, ondelete="cascade"
    )
    grade = fields.Selection(
        selection=[("key", "Key"), ("normal", "Normal"), ("unlikely", "Unlikely")],
        required=True,
    )
    claim_limit_day = fields.Integer(
        string="Claims a Day",
        help="How many leads of this grade one member may claim in a day. 0: no limit.",
    )
    hold_limit = fields.Integer(
        string="Leads Held",
        help="How many open leads of this grade one member may hold. 0: no limit.",
    )

    _pool_grade_uniq = models.Constraint(
        "UNIQUE (pool_id, grade)", "This grade has its limits already."
    )
    _limits_positive = models.Constraint(
        "CHECK (claim_limit_day >= 0 AND hold_limit >= 0)",
        "A limit is a number of leads; 0 means no limit.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        limits = super().create(vals_list)
        self.env.registry.clear_cache()
        return limits

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
