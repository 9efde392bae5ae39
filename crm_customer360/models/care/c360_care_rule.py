import logging
from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...tools.care_due import deadline_day, due_moment

_logger = logging.getLogger(__name__)

# A rule that acts once per document. Rules that come back use a period instead.
ONCE = "once"


class C360CareRule(models.Model):
    """After which event whom should we turn to, who does it, and with what words?"""

    _name = "c360.care.rule"
    _description = "Care Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company",
        ondelete="cascade",
        help="Empty: for every company.",
    )
    sentence = fields.Char(string="In Words", compute="_compute_sentence")
    # When
    trigger = fields.Selection(
        selection=[
            ("delivery_done", "A delivery is done"),
            ("order_confirmed", "An order is confirmed"),
            ("invoice_paid", "An invoice is paid"),
            ("return_done", "A return has arrived"),
            ("customer_lost", "A customer is lost"),
            ("winback_started", "Somebody starts to win a customer back"),
        ],
        required=True,
        default="delivery_done",
    )
    delay_days = fields.Integer(
        string="Days Later",
        default=5,
        help="Days between the event and the task. 0: at once.",
    )
    date_start = fields.Datetime(
        string="In Force Since",
        required=True,
        default=fields.Datetime.now,
        readonly=True,
        copy=False,
        help="Events before this moment cause no task: the rule does not act on the "
        "past. Switching it on again starts it anew.",
    )
    # For whom
    partner_domain = fields.Char(
        string="Customers",
        help="Only customers that match; empty: every customer.",
    )
    filter_error = fields.Char(
        readonly=True,
        copy=False,
        help="Why the rule caused no task: its filter could not be used.",
    )
    # Who does it
    user_mode = fields.Selection(
        selection=[
            ("salesperson", "The customer's salesperson"),
            ("fixed", "One person"),
        ],
        string="Done By",
        required=True,
        default="salesperson",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        domain=[("share", "=", False)],
        help="Does the tasks; with “The customer's salesperson” those of customers "
        "who have none.",
    )
    days_to_act = fields.Integer(
        string="Days to Act",
        default=2,
        help="The task is late when it is not done so many days after it became due.",
    )
    # With what words
    script = fields.Html(
        string="What to Say",
        translate=True,
        help="Shown on each task.",
    )
    mail_template_id = fields.Many2one(
        comodel_name="mail.template",
        string="Message",
        domain=[("model", "=", "c360.care.task")],
        ondelete="restrict",
        help="Offered on the task; it leaves only when somebody presses the button, "
        "and within the contact limits.",
    )
    purpose = fields.Selection(
        selection=[("care", "Care"), ("survey", "Survey")],
        required=True,
        default="care",
        help="The contact limits of this purpose hold for the message.",
    )
    task_count = fields.Integer(string="Tasks", compute="_compute_task_count")

    _delay_not_negative = models.Constraint(
        "CHECK (delay_days >= 0)",
        "A task cannot be due before its event. Use 0 days or more.",
    )
    _days_to_act_not_negative = models.Constraint(
        "CHECK (days_to_act >= 0)",
        "Leave 0 days or more to act.",
    )

    @api.depends("trigger", "delay_days", "user_mode", "user_id", "partner_domain")
    @api.depends_context("lang")
    def _compute_sentence(self):
        events = {
            "delivery_done": self.env._("a delivery is done"),
            "order_confirmed": self.env._("an order is confirmed"),
            "invoice_paid": self.env._("an invoice is paid"),
            "return_done": self.env._("a return has arrived"),
            "customer_lost": self.env._("a customer is lost"),
            "winback_started": self.env._("somebody starts to win a customer back"),
        }
        for rule in self:
            values = {
                "days": rule.delay_days,
                "event": events.get(rule.trigger, ""),
                "who": rule.user_id.name
                if rule.user_mode == "fixed" and rule.user_id
                else self.env._("the customer's salesperson"),
            }
            if rule.delay_days == 1:
                text = self.env._(
                    "1 day after %(event)s, make a task for %(who)s", **values
                )
            elif rule.delay_days:
                text = self.env._(
                    "%(days)s days after %(event)s, make a task for %(who)s", **values
                )
            else:
                text = self.env._(
                    "As soon as %(event)s, make a task for %(who)s", **values
                )
            if rule._get_partner_domain().is_true():
                rule.sentence = self.env._("%(text)s.", text=text)
            else:
                rule.sentence = self.env._(
                    "%(text)s, if the customer matches the filter.", text=text
                )

    def _compute_task_count(self):
        counts = dict(
            self.env["c360.care.task"]._read_group(
                [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.task_count = counts.get(rule, 0)

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        for rule in self:
            try:
                domain = Domain(literal_eval(rule.partner_domain or "[]"))
                domain.validate(self.env["res.partner"])
            except (ValueError, SyntaxError, TypeError) as error:
                raise ValidationError(
                    self.env._(
                        "The customer filter of “%(rule)s” cannot be used: %(error)s",
                        rule=rule.name,
                        error=error,
                    )
                ) from error

    @api.constrains("user_mode", "user_id")
    def _check_user_id(self):
        for rule in self:
            if rule.user_mode == "fixed" and not rule.user_id:
                raise ValidationError(
                    self.env._("Say who does the tasks of “%(rule)s”.", rule=rule.name)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # Tasks a user may not see count too: they tell why somebody was called.
        tasks_sudo = self.env["c360.care.task"].sudo()
        used_sudo = tasks_sudo.search([("rule_id", "in", self.ids)], limit=1)
        if used_sudo:
            raise UserError(
                self.env._(
                    "“%(rule)s” has caused tasks. Archive it instead.",
                    rule=used_sudo.rule_id.name,
                )
            )

    def write(self, vals):
        if "partner_domain" in vals:
            vals = {"filter_error": False, **vals}
        if vals.get("active"):
            # What happened while the rule was off stays in the past.
            restarted = self.filtered(lambda rule: not rule.active)
            super(C360CareRule, restarted).write({"date_start": fields.Datetime.now()})
        return super().write(vals)

    # ------------------------------------------------------------------ actions

    def action_view_tasks(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_care_task_action"
        )
        return {
            **action,
            "domain": [("rule_id", "=", self.id)],
            "context": {},
            "display_name": self.name,
        }

    # ----------------------------------------------------------------- planning

    def _get_partner_domain(self):
        """Return whom the rule is for, as a domain on the customer."""
        self.ensure_one()
        try:
            return Domain(literal_eval(self.partner_domain or "[]"))
        except (ValueError, SyntaxError, TypeError):
            # half typed in the form; saving it is refused
            return Domain.FALSE

    def _filter_events(self, events):
        """Return the events this rule answers."""
        self.ensure_one()
        events = events.filtered(
            lambda event: event.kind == self.trigger
            and event.customer_id
            and event.date >= self.date_start
            and self.company_id in (self.env["res.company"], event.company_id)
        )
        domain = self._get_partner_domain()
        if not events or domain.is_true():
            return events
        customers = self._search_customers(
            domain & Domain("id", "in", events.customer_id.ids)
        )
        return events.filtered(lambda event: event.customer_id in customers)

    def _search_customers(self, domain):
        """Return the customers that match, nobody when the filter cannot be used.

        A field it names may have gone with its app. That stops this rule, not the
        others, nor what else the events bring about.

        :raise psycopg2.OperationalError: a collision with another transaction
        """
        Partner = self.env["res.partner"].with_context(active_test=False)
        try:
            with self.env.cr.savepoint():
                return Partner.search(domain)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.warning("Care rule %s: filter failed", self.id, exc_info=True)
            text = str(error)[:500] or type(error).__name__
            # Whoever meets the error reports it, also without the right to rules.
            rule_sudo = self.sudo()
            if rule_sudo.filter_error != text:
                rule_sudo.filter_error = text
            return Partner

    def _get_period_key(self, event):
        """Return within what the rule acts once for the same source.

        Once and for all; but whoever tries again on another day to win a customer back
        begins anew.
        """
        if event.kind == "winback_started":
            return str(event.date.date())
        return ONCE

    def _prepare_task_row(self, event, facts):
        """Return the column values of the task an event causes."""
        self.ensure_one()
        person = facts["partner"]
        if person.commercial_partner_id != event.customer_id:
            person = event.partner_id or event.customer_id
        due = due_moment(event.date, self.delay_days)
        return {
            "rule_id": self.id,
            "partner_id": person.id,
            "customer_id": event.customer_id.id,
            "company_id": event.company_id.id or self.company_id.id or None,
            "source_model": event.source_model,
            "source_id": event.source_id,
            "source_display": facts["display"],
            "period_key": self._get_period_key(event),
            "date_event": event.date,
            "date": due,
            "date_deadline": deadline_day(due, self.days_to_act),
            "state": "planned",
        }
