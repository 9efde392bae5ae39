from odoo import fields, models


class C360PoolReturnReason(models.Model):
    """Why people give leads back: what the figures are counted by."""

    _name = "c360.pool.return.reason"
    _description = "Reason of a Return"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    return_count = fields.Integer(string="Returns", compute="_compute_return_count")

    def _compute_return_count(self):
        counts = dict(
            self.env["c360.pool.move"]._read_group(
                [("return_reason_id", "in", self.ids)],
                ["return_reason_id"],
                ["__count"],
            )
        )
        for reason in self:
            reason.return_count = counts.get(reason, 0)

    def action_view_returns(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_pool_move_action"
        )
        action["domain"] = [("return_reason_id", "=", self.id)]
        action["context"] = {}
        return action
