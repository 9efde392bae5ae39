from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date, plaintext2html

from .c360_care_message_mixin import MESSAGE_OUTCOME

# What people may write themselves; the rest is the record of what happened.
EDITABLE = frozenset({"user_id", "note", "date_deadline"})


class C360CareTask(models.Model):
    """One reason to turn to one customer.

    Planned when the event happens, opened when it is due and still true, done with
    one click. It goes with the person it is about; what was said to him stays in the
    contact ledger.
    """

    _name = "c360.care.task"
    _description = "Care Task"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "c360.customer.page.mixin",
        "c360.care.message.mixin",
        "c360.care.opening.mixin",
    ]
    _order = "date_deadline, id"
    _mail_post_access = "read"

    rule_id = fields.Many2one(
        comodel_name="c360.care.rule",
        required=True,
        # a used rule refuses to be deleted; it goes with its company and its tasks
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    customer_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Customer",
        store=True,
    )
    phone = fields.Char(related="partner_id.phone")
    email = fields.Char(related="partner_id.email")
    company_id = fields.Many2one(
        comodel_name="res.company", ondelete="cascade", readonly=True
    )
    # Why
    source_model = fields.Char(required=True, readonly=True)
    source_id = fields.Many2oneReference(
        model_field="source_model",
        required=True,
        readonly=True,
    )
    source_display = fields.Char(string="About", readonly=True)
    period_key = fields.Char(required=True, readonly=True)
    date_event = fields.Datetime(string="Happened", readonly=True)
    reason = fields.Char(compute="_compute_reason")
    script = fields.Html(related="rule_id.script", string="What to Say")
    mail_template_id = fields.Many2one(related="rule_id.mail_template_id")
    # When and who
    date = fields.Datetime(string="Due", required=True, readonly=True)
    date_deadline = fields.Date(string="Deadline")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Assigned To",
        domain=[("share", "=", False)],
        tracking=True,
    )
    # What became of it
    state = fields.Selection(
        selection=[
            ("planned", "Planned"),
            ("todo", "To Do"),
            ("waiting", "Message Waits"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="planned",
        readonly=True,
        tracking=True,
        group_expand=True,
    )
    outcome = fields.Selection(
        selection=[
            ("happy", "Happy"),
            ("problem", "Has a problem"),
            ("no_answer", "No answer"),
            ("unwanted", "Wants no contact"),
            (MESSAGE_OUTCOME, "Message sent"),
        ],
        readonly=True,
        tracking=True,
    )
    note = fields.Text(help="What the customer said.")
    date_done = fields.Datetime(string="Done On", readonly=True)
    cancel_reason = fields.Char(string="Cancelled Because", readonly=True)
    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket",
        ondelete="set null",
        readonly=True,
        index="btree_not_null",
    )
    error = fields.Char(
        readonly=True,
        help="Why the task could not be opened when it was due.",
    )

    # a rule acts once per source and period, whatever is retried or run twice at once
    _once = models.UniqueIndex(
        "(rule_id, source_model, source_id, period_key)",
        "The rule has already caused a task for this document.",
    )
    # the cron: planned tasks that are due and did not fail
    _planned_idx = models.Index("(date, id) WHERE state = 'planned' AND error IS NULL")
    # my open tasks
    _user_idx = models.Index(
        "(user_id, date_deadline) WHERE state IN ('todo', 'waiting')"
    )
    # the salespeople's rule and the partner merge
    _customer_idx = models.Index("(customer_id, state)")
    # the customer's timeline: done tasks of a person, newest first
    _partner_done_idx = models.Index(
        "(partner_id, date_done DESC, id DESC) WHERE state = 'done'"
    )

    @api.depends("rule_id.name", "partner_id.name")
    def _compute_display_name(self):
        for task in self:
            task.display_name = f"{task.rule_id.name}: {task.partner_id.name}"

    @api.depends("rule_id.trigger", "source_display", "date_event")
    @api.depends_context("lang", "tz")
    def _compute_reason(self):
        for task in self:
            moment = task.date_event or task.date
            task.reason = task._get_reason(
                what=task.source_display or "",
                date=moment
                and format_date(
                    self.env, fields.Datetime.context_timestamp(task, moment)
                ),
            )

    def _get_reason(self, **values):
        """Return why this task exists, as a sentence."""
        match self.rule_id.trigger:
            case "delivery_done":
                return self.env._("%(what)s was delivered on %(date)s.", **values)
            case "order_confirmed":
                return self.env._("%(what)s was ordered on %(date)s.", **values)
            case "invoice_paid":
                return self.env._("%(what)s was paid on %(date)s.", **values)
            case "return_done":
                return self.env._("%(what)s came back on %(date)s.", **values)
            case "customer_lost":
                return self.env._("%(what)s was lost; known on %(date)s.", **values)
            case "winback_started":
                return self.env._("To win back %(what)s, since %(date)s.", **values)
            case _:
                return self.env._("%(what)s, %(date)s", **values)

    @api.model
    def _get_editable_fields(self):
        """Return the fields users write: theirs, the chatter's and custom ones."""
        return EDITABLE.union(
            self.env["mail.thread"]._fields,
            self.env["mail.activity.mixin"]._fields,
            (name for name, field in self._fields.items() if field.manual),
        )

    def write(self, vals):
        """Let people write notes and who does it when; the rest is for the actions.

        :raise AccessError: a user writes what only the actions may change
        """
        if not self.env.su:
            refused = vals.keys() - self._get_editable_fields()
            if refused:
                raise AccessError(
                    self.env._(
                        "A care task is moved by its buttons. These fields cannot be "
                        "changed by hand: %(fields)s",
                        fields=", ".join(sorted(refused)),
                    )
                )
        return super().write(vals)

    # ------------------------------------------------------------------ actions

    def action_happy(self):
        self._close("happy")

    def action_no_answer(self):
        self._close("no_answer")

    def action_unwanted(self):
        """The person wants no contact: his other care tasks fall away too."""
        self._close("unwanted")
        for company, tasks in self.grouped("company_id").items():
            # Also those of colleagues: nobody of this company should bother him
            # again. What another company does is its own affair.
            others_sudo = self.sudo().search(
                [
                    ("partner_id", "in", tasks.partner_id.ids),
                    ("company_id", "=", company.id),
                    ("state", "in", ("planned", "todo", "waiting")),
                ]
            )
            others_sudo._cancel(self.env._("The person wants no contact."))

    def action_problem(self):
        """Close the task and hand the problem over to service, as a complaint.

        :return: the action that opens the ticket
        """
        self.ensure_one()
        self._close("problem")
        # Whoever hears of a problem reports it, also without a role in service; he
        # follows the ticket and may read it.
        ticket_sudo = (
            self.env["helpdesk.ticket"].sudo().create(self._prepare_ticket_vals())
        )
        # whose task it is was checked when it was closed
        task_sudo = self.sudo()
        task_sudo.ticket_id = ticket_sudo
        return self.action_view_ticket()

    def action_view_ticket(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket",
            "res_id": self.ticket_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_cancel(self):
        self.check_access("write")
        self._check_state("planned", "todo", "waiting")
        self._cancel(self.env._("Cancelled by %(name)s.", name=self.env.user.name))

    def action_reopen(self):
        """Undo a click."""
        self.check_access("write")
        self._check_state("done", "cancelled")
        # the right to the tasks was checked; the fields are the action's to write
        tasks_sudo = self.sudo()
        tasks_sudo._take_back_calls()
        tasks_sudo.write(
            {
                "state": "todo",
                "outcome": False,
                "date_done": False,
                "cancel_reason": False,
            }
        )

    def action_retry(self):
        """Try again to open tasks that failed."""
        self.check_access("write")
        # the right to the tasks was checked; the field is the action's to write
        tasks_sudo = self.sudo()
        tasks_sudo.write({"error": False})
        self._wake()

    def action_view_source(self):
        """Open the document that caused the task.

        :raise UserError: it was deleted, or its app is no longer installed
        """
        self.ensure_one()
        if self.source_model not in self.env:
            raise UserError(
                self.env._("The app of the document is no longer installed.")
            )
        if not self.env[self.source_model].browse(self.source_id).exists():
            raise UserError(self.env._("The document was deleted."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.source_model,
            "res_id": self.source_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # ----------------------------------------------------------------- business

    def _check_state(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for task in self:
            if task.state not in states:
                raise UserError(
                    self.env._(
                        "“%(task)s” is “%(state)s”: this is no longer possible.",
                        task=task.display_name,
                        state=labels[task.state],
                    )
                )

    def _close(self, outcome):
        self.check_access("write")
        self._check_state("todo", "waiting")
        # the right to the tasks was checked; the fields are the action's to write
        tasks_sudo = self.sudo()
        tasks_sudo.write(self._prepare_done_vals(outcome))
        self._cancel_message(self.env._("The customer was reached before it left."))
        tasks_sudo._log_call(outcome)

    def _log_call(self, outcome):
        """Book what somebody heard when he turned to the person."""
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        touches = self.env["c360.contact.touch"]._log(
            [
                {
                    "partner_id": task.partner_id.id,
                    "channel": "phone" if task.phone else "other",
                    "purpose": "care",
                    "subject": task.rule_id.name,
                    "outcome": task.note or labels[outcome],
                    "source_model": task._name,
                    "source_id": task.id,
                    "company_id": task.company_id.id or self.env.company.id,
                    "is_manual": True,
                }
                for task in self
            ]
        )
        for task, touch in zip(self, touches, strict=True):
            task.touch_id = task.touch_id or touch

    def _take_back_calls(self):
        """The click that booked them was a mistake."""
        touches_sudo = (
            self.env["c360.contact.touch"]
            .sudo()
            .search(
                [
                    ("source_model", "=", self._name),
                    ("source_id", "in", self.ids),
                    ("is_manual", "=", True),
                    ("state", "!=", "cancelled"),
                ]
            )
        )
        touches_sudo._take_back(self.env._("The care task was reopened."))

    def _cancel(self, reason):
        # called by what has checked the right to the tasks, or by the system
        tasks_sudo = self.sudo()
        tasks_sudo.write({"state": "cancelled", "cancel_reason": reason})
        self._cancel_message(reason)

    @api.model
    def _prepare_done_vals(self, outcome):
        return {
            "state": "done",
            "outcome": outcome,
            "date_done": fields.Datetime.now(),
            "cancel_reason": False,
        }

    def _prepare_ticket_vals(self):
        self.ensure_one()
        is_complaint = self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_complaint"
        )
        return {
            "name": self.env._("Problem with %(what)s", what=self.source_display or ""),
            "description": plaintext2html(self.note or self.reason),
            "partner_id": self.partner_id.id,
            "partner_name": self.partner_id.name,
            "partner_email": self.partner_id.email,
            "company_id": self.company_id.id or self.env.company.id,
            # service decides who solves it, not the host's "assign to the creator"
            "user_id": False,
            "is_complaint": is_complaint,
        }
