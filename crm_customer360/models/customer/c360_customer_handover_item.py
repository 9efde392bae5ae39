from odoo import api, fields, models
from odoo.exceptions import AccessError


class C360CustomerHandoverItem(models.Model):
    """One record in a handover: from whom, to whom, and what became of it.

    Rows are made in bulk by SQL; people only choose the successor.
    """

    _name = "c360.customer.handover.item"
    _description = "Handover: Record"
    _order = "id"
    _rec_name = "record_name"

    handover_id = fields.Many2one(
        comodel_name="c360.customer.handover",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    line_id = fields.Many2one(
        comodel_name="c360.customer.handover.line",
        string="What",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    label = fields.Char(related="line_id.label", string="Kind")
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", string="Record", required=True, readonly=True
    )
    record_name = fields.Char(compute="_compute_record_name")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    team_id = fields.Integer(readonly=True, string="Team of the Record")
    from_user_id = fields.Many2one(
        comodel_name="res.users", string="From", readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="To",
        domain="[('share', '=', False)]",
        ondelete="set null",
        index="btree_not_null",
    )
    by_hand = fields.Boolean(readonly=True, help="The successor was chosen by hand.")
    state = fields.Selection(
        selection=[
            ("todo", "To do"),
            ("done", "Handed over"),
            ("skipped", "Left alone"),
            ("failed", "Failed"),
            ("undone", "Given back"),
        ],
        required=True,
        readonly=True,
        default="todo",
    )
    was_there = fields.Boolean(
        readonly=True, help="The successor took part before: he stays when it ends."
    )
    reason = fields.Char(string="Why", readonly=True)
    date = fields.Datetime(string="When", readonly=True)

    # a merge of customers: WHERE res_model = 'res.partner' AND res_id IN …
    _record_idx = models.Index("(res_model, res_id)")
    # the next slice: WHERE handover_id = … AND state = … ORDER BY id
    _state_idx = models.Index("(handover_id, state, id)")

    @api.depends("res_model", "res_id")
    def _compute_record_name(self):
        for name, items in self.grouped("res_model").items():
            names = {}
            if name in self.env:
                # who may see the handover is told what it is about
                records_sudo = self.env[name].sudo().browse(items.mapped("res_id"))
                names = {
                    record.id: record.display_name for record in records_sudo.exists()
                }
            for item in items:
                item.record_name = names.get(item.res_id) or self.env._("(deleted)")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("The records of a handover find themselves."))
        return super().create(vals_list)

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        if vals.keys() - {"user_id"}:
            raise AccessError(self.env._("The records of a handover find themselves."))
        self.line_id._check_open()
        # “by hand” is the system's to write
        items_sudo = self.sudo()
        result = super().write(vals)
        items_sudo.write({"by_hand": bool(vals["user_id"])})
        self.handover_id._propose()
        return result

    def action_open(self):
        """Open the record, with the rights of who clicks."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
