from odoo import api, fields, models


class C360PoolAssign(models.TransientModel):
    """Who gets these leads, or customers, of a pool."""

    _name = "c360.pool.assign"
    _description = "Assign from a Pool"

    lead_ids = fields.Many2many(
        comodel_name="crm.lead",
        string="Leads",
        default=lambda self: self._default_lead_ids(),
    )
    customer_ids = fields.Many2many(
        comodel_name="c360.pool.customer",
        string="Customers",
        default=lambda self: self._default_customer_ids(),
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="To",
        required=True,
        domain="[('share', '=', False)]",
    )
    override = fields.Boolean(
        string="Past the limits",
        help="Also to somebody who is no member, or has reached his limits.",
    )
    reason = fields.Char()

    @api.model
    def _default_lead_ids(self):
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
        pools = self.env["c360.pool"]
        names = {lead.id: lead.display_name for lead in self.lead_ids}
        result = {"granted": [], "refused": []}
        if self.lead_ids:
            result = pools._assign(
                self.lead_ids.ids, self.user_id, self.override, self.reason
            )
        elif self.customer_ids:
            names = {row.id: row.partner_id.display_name for row in self.customer_ids}
            result = self.customer_ids._assign(self.user_id, self.override, self.reason)
        action = self.env["c360.pool.lead"]._prepare_claim_notification(
            result["granted"], result["refused"], names
        )
        action["params"]["title"] = self.env._("Assigned")
        if result["granted"]:
            lines = action["params"]["message"].split("\n")
            lines[0] = self.env._(
                "%(count)s given to %(name)s.",
                count=len(result["granted"]),
                name=self.user_id.name,
            ).replace("%", "%%")
            action["params"]["message"] = "\n".join(lines)
        return action
