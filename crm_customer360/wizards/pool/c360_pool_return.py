from odoo import api, fields, models
from odoo.exceptions import UserError


class C360PoolReturn(models.TransientModel):
    """Why a lead goes back, and, for team leaders, into which pool."""

    _name = "c360.pool.return"
    _description = "Put Leads into a Pool"

    lead_ids = fields.Many2many(
        comodel_name="crm.lead",
        string="Leads",
        required=True,
        context={"active_test": False},
        default=lambda self: self._default_lead_ids(),
    )
    pool_id = fields.Many2one(
        comodel_name="c360.pool",
        string="Into",
        help="Empty: back where it came from, or by the rules of the pools.",
    )
    reason_id = fields.Many2one(
        comodel_name="c360.pool.return.reason", ondelete="cascade"
    )
    reason = fields.Char(string="Note")

    @api.model
    def _default_lead_ids(self):
        if self.env.context.get("active_model") != "crm.lead":
            return False
        return self.env["crm.lead"].browse(self.env.context.get("active_ids"))

    def action_apply(self):
        self.ensure_one()
        words = [self.reason_id.name, self.reason]
        if not any(words):
            raise UserError(self.env._("Say why the lead goes back."))
        self.env["c360.pool"]._put(
            self.lead_ids,
            self.pool_id,
            ": ".join(filter(None, words)),
            self.reason_id.id,
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Back in the pool: %(count)s.", count=len(self.lead_ids)
                ),
                # the form behind may no longer be shown to the one who gave it back
                "next": self.env["ir.actions.act_window"]._for_xml_id(
                    "crm_customer360.c360_pool_lead_action"
                )
                | {"target": "main"},
            },
        }
