from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

SWITCH = "crm_customer360.group_use_handover"
LEADER = "crm_customer360.group_leader"
MANAGER = "crm_customer360.group_manager"
# Before it has begun everything about it can still be changed.
OPEN = ("draft", "preview", "asked")
# What people say; the rest is the record of what happened.
EDITABLE = {
    "allocation",
    "date_end",
    "fallback_id",
    "item_ids",
    "line_ids",
    "logs_note",
    "mode",
    "note",
    "partner_ids",
    "reason",
    "successor_ids",
    "user_ids",
}


class C360CustomerHandover(models.Model):
    """Everything one or several colleagues look after goes to others.

    Counted and proposed first (``c360_customer_handover_plan.py``), then done in slices
    (``c360_customer_handover_run.py``), record by record in ``item_ids``: what was
    done can be told and taken back.
    """

    _name = "c360.customer.handover"
    _description = "Handover"
    _order = "id desc"

    user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="c360_customer_handover_user_rel",
        column1="handover_id",
        column2="user_id",
        string="From",
        required=True,
        domain="[('id', 'in', allowed_user_ids)]",
        context={"active_test": False},
    )
    allowed_user_ids = fields.Many2many(
        comodel_name="res.users", compute="_compute_allowed_user_ids"
    )
    # Who led them when the handover was made: archiving ends memberships.
    team_ids = fields.Many2many(
        comodel_name="crm.team",
        relation="c360_customer_handover_team_rel",
        column1="handover_id",
        column2="team_id",
        string="Teams",
        readonly=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    reason = fields.Selection(
        selection=[
            ("leave", "Leaves the company"),
            ("absence", "Is away for a while"),
            ("territory", "Territories change"),
            ("other", "Other"),
        ],
        required=True,
        default="leave",
    )
    mode = fields.Selection(
        selection=[("good", "For good"), ("until", "Until a day")],
        string="How Long",
        required=True,
        default="good",
    )
    date_end = fields.Date(
        string="Until", help="The day after, everything goes back by itself."
    )
    note = fields.Text(help="The successors read it.")
    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="c360_customer_handover_partner_rel",
        column1="handover_id",
        column2="partner_id",
        string="Only These Customers",
        help="With everything that belongs to them. Empty: all.",
    )
    allocation = fields.Selection(
        selection=[
            ("one", "All to one colleague"),
            ("load", "Evenly"),
            ("team", "Evenly in the team of the record"),
            ("region", "By region"),
            ("relation", "To who knows the customer"),
        ],
        string="Who Gets It",
        required=True,
        default="one",
        help="What belongs to one customer always stays together.\n"
        "By region: to who has most customers in the same place.\n"
        "To who knows the customer: by the deals, orders and tickets of others.",
    )
    successor_ids = fields.Many2many(
        comodel_name="res.users",
        relation="c360_customer_handover_successor_rel",
        column1="handover_id",
        column2="user_id",
        string="Among",
        domain="[('share', '=', False), ('id', 'not in', user_ids)]",
        help="Empty: the colleagues of the same teams.",
    )
    fallback_id = fields.Many2one(
        comodel_name="res.users",
        string="Successor",
        domain="[('share', '=', False), ('id', 'not in', user_ids)]",
        help="Gets what the rule gives to nobody else.",
    )
    logs_note = fields.Boolean(
        string="A Note on Each Record",
        default=True,
        help="Who had it before, in the history of each record. Nobody gets a mail.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("preview", "Proposed"),
            ("asked", "To Approve"),
            ("running", "Running"),
            ("done", "Done"),
            ("undoing", "Going Back"),
            ("undone", "Given Back"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
    )
    started_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    date_start = fields.Datetime(string="Started", readonly=True)
    date_done = fields.Datetime(string="Done On", readonly=True)
    line_ids = fields.One2many(
        comodel_name="c360.customer.handover.line", inverse_name="handover_id"
    )
    share_ids = fields.One2many(
        comodel_name="c360.customer.handover.share",
        inverse_name="handover_id",
        readonly=True,
    )
    item_ids = fields.One2many(
        comodel_name="c360.customer.handover.item", inverse_name="handover_id"
    )
    count = fields.Integer(string="Records", compute="_compute_count")
    done_count = fields.Integer(compute="_compute_count", string="Handed Over")
    problem_count = fields.Integer(compute="_compute_count", string="Left Behind")
    may_start = fields.Boolean(compute="_compute_may_start")

    _until_has_day = models.Constraint(
        "CHECK (mode <> 'until' OR date_end IS NOT NULL)",
        "Until which day?",
    )
    # the cron: what is on its way, and what goes back today
    _work_idx = models.Index(
        "(state, date_end) WHERE state IN ('running', 'undoing', 'done')"
    )

    @api.depends("user_ids.name", "reason")
    def _compute_display_name(self):
        for handover in self:
            # whoever sees the handover sees who hands over
            users_sudo = handover.sudo().user_ids
            handover.display_name = self.env._(
                "Handover of %(names)s", names=", ".join(users_sudo.mapped("name"))
            )

    @api.depends("line_ids.count", "line_ids.done_count", "line_ids.problem_count")
    def _compute_count(self):
        for handover in self:
            lines = handover.line_ids.filtered("is_included")
            handover.count = sum(lines.mapped("count"))
            handover.done_count = sum(lines.mapped("done_count"))
            handover.problem_count = sum(lines.mapped("problem_count"))

    @api.depends_context("uid")
    def _compute_allowed_user_ids(self):
        self.allowed_user_ids = self._get_allowed_users()

    @api.depends_context("uid")
    @api.depends("user_ids", "company_id.c360_handover_approval")
    def _compute_may_start(self):
        for handover in self:
            handover.may_start = handover._may_start()

    # ------------------------------------------------------------
    # Who may hand over what
    # ------------------------------------------------------------

    @api.model
    def _is_enabled(self):
        return self.env["res.groups"]._is_feature_enabled(SWITCH)

    @api.model
    def _get_allowed_users(self):
        """Return whose work the current user may hand over.

        Managers: everybody's; leaders: that of the members of their teams, and of
        those who were members when they were archived; everybody his own.
        """
        users = self.env["res.users"].with_context(active_test=False)
        if self.env.su or self.env.user.has_group(MANAGER):
            return users.search(
                [
                    ("share", "=", False),
                    ("company_ids", "in", self.env.companies.ids),
                ]
            )
        allowed = self.env.user
        if allowed.has_group(LEADER):
            # who is or was in one's own teams is no secret
            members_sudo = self.env["crm.team.member"].sudo()
            domain = [("active", "=", True), ("crm_team_id.user_id", "=", self.env.uid)]
            members_sudo = members_sudo.search(domain)
            left_sudo = users.sudo().search(
                Domain("active", "=", False)
                & Domain("c360_left_team_ids.user_id", "=", self.env.uid)
            )
            allowed |= users.browse((members_sudo.user_id | left_sudo).ids)
        return allowed

    def _check_users(self):
        """Refuse the work of others than one may hand over."""
        if not self._is_enabled():
            raise UserError(self.env._("Handovers are switched off."))
        if self.env.su:
            return
        # reading the users of a handover needs no right on users
        others_sudo = self.sudo().user_ids - self._get_allowed_users().sudo()
        if others_sudo and self.env.user.has_group(MANAGER):
            # who left a company, or is a guest now, may have left work in it
            others_sudo -= others_sudo._filter_left_work(self.company_id)
        if others_sudo:
            raise AccessError(
                self.env._(
                    "You may not hand over the work of %(names)s.",
                    names=", ".join(others_sudo.mapped("name")),
                )
            )

    def _may_start(self):
        """Tell whether the current user may begin without anybody's approval."""
        self.ensure_one()
        return (
            self.env.su
            or self.env.user.has_group(LEADER)
            or not self.company_id.c360_handover_approval
        )

    @api.constrains("user_ids", "fallback_id", "successor_ids")
    def _check_successors(self):
        for handover in self:
            if handover.user_ids & (handover.fallback_id | handover.successor_ids):
                raise ValidationError(
                    self.env._("Who hands over cannot be his own successor.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {name: value for name, value in vals.items() if name in EDITABLE}
                for vals in vals_list
            ]
        handovers = super().create(vals_list)
        handovers._check_users()
        handovers._set_teams()
        return handovers

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - EDITABLE:
                raise AccessError(self.env._("A handover changes by its buttons."))
            if self.filtered(lambda handover: handover.state not in OPEN):
                raise UserError(
                    self.env._("This handover has begun and cannot be changed.")
                )
        result = super().write(vals)
        if "user_ids" in vals:
            self._check_users()
            self._set_teams()
        proposed = self.filtered(
            lambda handover: handover.state in ("preview", "asked")
        )
        if {"user_ids", "partner_ids"} & vals.keys():
            for handover in proposed:
                handover._prepare_items()
                handover._propose()
        elif {"allocation", "fallback_id", "successor_ids"} & vals.keys():
            # what is shown is what will be done
            proposed._propose()
        return result

    def _set_teams(self):
        # a member may not read the memberships of others
        for handover_sudo in self.sudo():
            handover_sudo.team_ids = handover_sudo.user_ids._get_handover_teams()

    @api.ondelete(at_uninstall=False)
    def _unlink_not_begun(self):
        if self.filtered(lambda handover: handover.state not in OPEN):
            raise UserError(
                self.env._("A handover that has begun is kept: it tells who had what.")
            )

    # ------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------

    def action_prepare(self):
        """Count what there is and propose who gets it."""
        for handover in self:
            handover._check_open()
            handover._check_users()
            handover._prepare_items()
            handover._propose()
        return True

    def action_ask(self):
        """Ask the leaders of the teams to approve."""
        for handover in self:
            handover._check_open()
            handover._check_ready()
            # the state is no field for people
            handover_sudo = handover.sudo()
            handover_sudo.state = "asked"
            handover._tell_leaders()
        return True

    def _check_open(self):
        self.check_access("write")
        if self.state not in OPEN:
            raise UserError(
                self.env._("This handover has begun and cannot be changed.")
            )

    def action_view_items(self):
        """Open the records of this handover."""
        return self._get_items_action(Domain.TRUE)

    def action_view_problems(self):
        return self._get_items_action(Domain("state", "in", ("skipped", "failed")))

    def _get_items_action(self, domain):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_customer_handover_item_action"
        )
        action["domain"] = list(domain & Domain("handover_id", "=", self.id))
        action["context"] = {}
        return action

    @api.model
    def action_for_users(self, user_ids):
        """Open a new handover of these users, or the one that waits for them."""
        waiting = self.search(
            [("user_ids", "in", user_ids), ("state", "in", OPEN)], limit=1
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Handover"),
            "res_model": self._name,
            "res_id": waiting.id,
            "views": [(False, "form")],
            "context": {"default_user_ids": user_ids},
        }

    @api.model
    def action_for_partners(self, partner_ids):
        """Open a new handover of these customers, from whoever has them."""
        partners = self.env["res.partner"].browse(partner_ids)
        partners.check_access("read")
        if not partners.user_id:
            raise UserError(self.env._("Nobody looks after these customers."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Handover"),
            "res_model": self._name,
            "views": [(False, "form")],
            "context": {
                "default_user_ids": partners.user_id.ids,
                "default_partner_ids": partners.commercial_partner_id.ids,
                "default_reason": "territory",
            },
        }
