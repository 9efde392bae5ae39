from odoo import api, fields, models
from odoo.exceptions import UserError


class C360PoolReturn(models.TransientModel):
    """Why a lead goes back, and, for team leaders, into which pool."""

    _name = "c360.pool.return"
    _description = "Put Leads into a Pool"

    lead_ids = fields.Many2many(
        comodel_name="crm.lead",
        string="Leads",
        context={"active_test": False},
        default=lambda self: self._default_lead_ids(),
    )
    customer_ids = fields.Many2many(
        comodel_name="c360.pool.customer",
        string="Customers",
        default=lambda self: self._default_customer_ids(),
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
        # the id of a row of the pool is the id of its lead
        if self.env.context.get("active_model") not in ("crm.lead", "c360.pool.lead"):
            return False
        return self.env["crm.lead"].browse(self.env.context.get("active_ids"))

    @api.model
    def _default_customer_ids(self):
        if self.env.context.get("active_model") != "c360.pool.customer":
            return False
        return self.env["c360.pool.customer"].browse(self.env.context.get("active_ids"))

    def action_apply(self):
        self.ensure_one()
        words = [self.reason_id.name, self.reason]
        if not any(words):
            raise UserError(self.env._("Say why the lead goes back."))
        reason = ": ".join(filter(None, words))
        if self.customer_ids:
            self.customer_ids._give_back(reason)
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        if not self.lead_ids:
            raise UserError(self.env._("Choose the leads first."))
        self.env["c360.pool"]._put(
            self.lead_ids, self.pool_id, reason, self.reason_id.id
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
