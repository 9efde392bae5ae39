from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

# How a ledger row moves the task that caused it: state of the row -> what to do.
MESSAGE_OUTCOME = "message"
CARE_PURPOSES = ("care", "survey")
MESSAGE_CHANNELS = ("email", "sms")


class C360CareMessageMixin(models.AbstractModel):
    """The message of a care task: offered, sent through the gate, followed.

    The gate decides whether it leaves, waits or is stopped; the row of the contact
    ledger tells the task what became of it, also when that is days later.
    """

    _name = "c360.care.message.mixin"
    _description = "Care Message"

    touch_id = fields.Many2one(
        comodel_name="c360.contact.touch",
        string="Contact",
        ondelete="set null",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    # What the form says about the message: nothing of it is stored.
    message_tone = fields.Selection(
        selection=[
            ("success", "Good"),
            ("warning", "Wait"),
            ("danger", "Stop"),
        ],
        compute="_compute_contact_hint",
    )
    contact_hint = fields.Char(
        string="What the Gate Says",
        compute="_compute_contact_hint",
    )

    @api.depends(
        "state",
        "partner_id.email_normalized",
        "rule_id.mail_template_id",
        "rule_id.purpose",
        "touch_id.state",
    )
    @api.depends_context("uid", "lang", "tz")
    def _compute_contact_hint(self):
        """Say what became of the message, or else what the gate would say now."""
        answers = self._ask_gate()
        for task in self:
            tone, text = task._get_touch_hint() or (False, False)
            if task in answers and task.state == "todo":
                now_tone, now_text = task._get_gate_hint(answers[task])
                tone = now_tone if not text or now_tone != "success" else tone
                text = f"{text} {now_text}" if text else now_text
            task.message_tone, task.contact_hint = tone, text

    def _ask_gate(self):
        """Return ``{task: answer of the gate}`` for tasks whose message may be sent."""
        if not self.env["c360.contact.touch"].has_access("read"):
            return {}
        askable = self.filtered(
            lambda task: task.state == "todo" and task.mail_template_id
        )
        answers = {}
        for (company, purpose), tasks in askable.grouped(
            lambda task: (task.company_id, task.rule_id.purpose)
        ).items():
            gate = self.env["c360.contact.gate"].with_company(company)
            found = gate.check(tasks.partner_id.ids, "email", purpose)
            by_partner = {answer["partner_id"]: answer for answer in found}
            answers.update((task, by_partner[task.partner_id.id]) for task in tasks)
        return answers

    def _get_gate_hint(self, answer):
        self.ensure_one()
        if not self.partner_id.email_normalized:
            return "danger", self.env._(
                "%(name)s has no valid e-mail address.", name=self.partner_id.name
            )
        if answer["decision"] == "blocked":
            return "danger", self.env._(
                "No message now. %(reason)s", reason=answer["reason"]
            )
        if answer["decision"] == "deferred":
            return "warning", self.env._(
                "A message would wait until %(date)s. %(reason)s",
                date=format_datetime(self.env, answer["date"], dt_format="short"),
                reason=answer["reason"],
            )
        return "success", self.env._("The message may be sent now.")

    def _get_touch_hint(self):
        self.ensure_one()
        # The task shows what became of its own message to whoever may see the task.
        touch_sudo = self.touch_id.sudo()
        reason = touch_sudo.reason or ""
        if not touch_sudo:
            return self.state == "waiting" and (
                "warning",
                self.env._("The message is in the queue."),
            )
        if touch_sudo.state == "deferred":
            return "warning", self.env._(
                "The message waits until %(date)s. %(reason)s",
                date=format_datetime(
                    self.env, touch_sudo.scheduled_date, dt_format="short"
                ),
                reason=reason,
            )
        if touch_sudo.state == "reserved":
            return "success", self.env._("The message is being sent.")
        if touch_sudo.state in ("sent", "answered"):
            return "success", self.env._(
                "The message was sent on %(date)s.",
                date=format_datetime(self.env, touch_sudo.date, dt_format="short"),
            )
        return "danger", self.env._(
            "The message was stopped. %(reason)s", reason=reason
        )

    def action_send_message(self):
        """Send the rule's message to the person; the gate has the last word.

        :raise UserError: care is off, the task is not open, or there is nothing or
            nobody to send to
        :raise odoo.exceptions.LockError: somebody else is working on the task
        """
        self.ensure_one()
        self.check_access("write")
        if not self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_care"
        ):
            raise UserError(
                self.env._("Care is switched off: no care message can be sent.")
            )
        self.lock_for_update()
        if self.state != "todo":
            raise UserError(
                self.env._("Only a task that is to do can send its message.")
            )
        template = self.mail_template_id
        if not template:
            raise UserError(
                self.env._(
                    "The rule “%(rule)s” has no message.", rule=self.rule_id.name
                )
            )
        if not self.partner_id.email_normalized:
            raise UserError(
                self.env._(
                    "%(name)s has no valid e-mail address.", name=self.partner_id.name
                )
            )
        mail_id = template.with_company(self.company_id).send_mail(
            self.id, email_values={"contact_purpose": self.rule_id.purpose}
        )
        # The queue of mails belongs to the system; the right to the task was checked.
        mail_sudo = self.env["mail.mail"].sudo().browse(mail_id)
        mail_sudo.send()
        if self.state == "todo" and mail_sudo.exists().state == "outgoing":
            # Somebody booked for the same customer just now: the queue sends it.
            # the right to the task was checked; its state is the action's to write
            task_sudo = self.sudo()
            task_sudo.state = "waiting"

    def _follow_touch(self, touch):
        """Act on what became of the message of this task."""
        self.ensure_one()
        values = {"touch_id": touch.id}
        if touch.state == "deferred" and self.state == "todo":
            values["state"] = "waiting"
        elif touch.state == "sent" and self.state in ("todo", "waiting"):
            values.update(self._prepare_done_vals(MESSAGE_OUTCOME))
        elif touch.state in ("blocked", "cancelled", "failed") and (
            self.state == "waiting"
            # it had left and came back
            or (self.state == "done" and self.outcome == MESSAGE_OUTCOME)
        ):
            values.update(state="todo", outcome=False, date_done=False)
        self.write(values)

    def _cancel_message(self, reason):
        """Take back messages that still wait: the person was reached otherwise.

        Only messages of these very tasks, whatever their ``touch_id`` says.
        """
        # The ledger and the queue belong to the system.
        touches_sudo = self.touch_id.sudo().filtered(
            lambda touch: touch.state == "deferred"
            and touch.source_model == self._name
            and touch.source_id in self.ids
        )
        if not touches_sudo:
            return
        mails_sudo = (
            self.env["mail.mail"]
            .sudo()
            .search(
                [
                    ("mail_message_id", "in", touches_sudo.message_id.ids),
                    ("state", "=", "outgoing"),
                ]
            )
        )
        touches_sudo._move("cancelled", reason=reason)
        mails_sudo.cancel()
