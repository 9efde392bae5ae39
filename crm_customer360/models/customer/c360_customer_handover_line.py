from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .c360_customer_handover import OPEN


class C360CustomerHandoverLine(models.Model):
    """One kind of work in a handover: how much there is, and who gets it."""

    _name = "c360.customer.handover.line"
    _description = "Handover: Kind of Work"
    _order = "sequence, id"
    _rec_name = "source"

    handover_id = fields.Many2one(
        comodel_name="c360.customer.handover",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    source = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(readonly=True)
    label = fields.Char(string="What", compute="_compute_label")
    is_included = fields.Boolean(string="Hand Over", default=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="All to",
        domain="[('share', '=', False)]",
        help="Instead of what the rule says.",
    )
    has_successor = fields.Boolean(compute="_compute_label")
    count = fields.Integer(string="Open", compute="_compute_count")
    done_count = fields.Integer(string="Handed Over", compute="_compute_count")
    problem_count = fields.Integer(string="Left Behind", compute="_compute_count")

    _source_uniq = models.Constraint(
        "UNIQUE (handover_id, source)", "There is one line for each kind of work."
    )

    @api.depends("source")
    @api.depends_context("lang")
    def _compute_label(self):
        sources = {
            source._source_key: source
            for source in self.env["c360.customer.handover.source"]._get_sources()
        }
        for line in self:
            source = sources.get(line.source)
            line.label = source._get_label() if source is not None else line.source
            line.has_successor = source is not None and source._source_has_successor

    @api.depends("handover_id.item_ids.state")
    def _compute_count(self):
        # whoever sees the handover sees its numbers, not each of its records
        items_sudo = self.env["c360.customer.handover.item"].sudo()
        counts = {}
        for line, state, count in items_sudo._read_group(
            [("line_id", "in", self.ids)], ["line_id", "state"], ["__count"]
        ):
            counts.setdefault(line.id, {})[state] = count
        for line in self:
            states = counts.get(line.id, {})
            line.count = sum(states.values())
            line.done_count = states.get("done", 0)
            line.problem_count = states.get("skipped", 0) + states.get("failed", 0)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("The lines of a handover make themselves."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - {"is_included", "user_id"}:
                raise AccessError(
                    self.env._("The lines of a handover make themselves.")
                )
            self._check_open()
        result = super().write(vals)
        if {"is_included", "user_id"} & vals.keys():
            self.handover_id._propose()
        return result

    def _check_open(self):
        if self.handover_id.filtered(lambda handover: handover.state not in OPEN):
            raise UserError(
                self.env._("This handover has begun and cannot be changed.")
            )

    def action_view_items(self):
        self.ensure_one()
        action = self.handover_id._get_items_action(
            fields.Domain("line_id", "=", self.id)
        )
        return {**action, "name": self.label}


class C360CustomerHandoverShare(models.Model):
    """What one successor gets in a handover."""

    _name = "c360.customer.handover.share"
    _description = "Handover: Successor"
    _order = "count desc, id"
    _rec_name = "user_id"

    handover_id = fields.Many2one(
        comodel_name="c360.customer.handover",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Successor", required=True, readonly=True
    )
    count = fields.Integer(string="Gets", readonly=True)
    customer_count = fields.Integer(string="Customers", readonly=True)
    load_before = fields.Integer(
        string="Has Now", readonly=True, help="Customers, deals, tickets and tasks."
    )
    load_after = fields.Integer(
        string="Will Have", readonly=True, help="Customers, deals, tickets and tasks."
    )
    problem = fields.Char(string="Stands Against It", compute="_compute_problem")
    warning = fields.Char(string="Mind", compute="_compute_problem")

    _user_uniq = models.Constraint(
        "UNIQUE (handover_id, user_id)", "There is one line for each successor."
    )

    @api.depends("user_id", "handover_id")
    @api.depends_context("lang")
    def _compute_problem(self):
        sources = self.env["c360.customer.handover.source"]._get_sources()
        for some in self:
            # what a colleague may do is no secret to who hands over to him
            user_sudo, handover_sudo = some.user_id.sudo(), some.handover_id.sudo()
            some.problem = handover_sudo._get_problem(user_sudo)
            keys = handover_sudo._get_given_keys(user_sudo)
            warnings = [
                source._get_warning(user_sudo)
                for source in sources
                if source._source_key in keys
            ]
            some.warning = "\n".join(filter(None, warnings)) or False

    def action_view_items(self):
        self.ensure_one()
        return self.handover_id._get_items_action(
            fields.Domain("user_id", "=", self.user_id.id)
        )
