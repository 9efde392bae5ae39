from odoo import fields, models


class C360PoolMove(models.Model):
    """Why a lead went back: by which rule, or for which reason."""

    _inherit = "c360.pool.move"

    rule_id = fields.Many2one(
        comodel_name="c360.pool.rule",
        string="Recycling Rule",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    return_reason_id = fields.Many2one(
        comodel_name="c360.pool.return.reason",
        string="Reason of the Return",
        readonly=True,
        # whoever chose it said so: archive it instead
        ondelete="restrict",
        index="btree_not_null",
    )
