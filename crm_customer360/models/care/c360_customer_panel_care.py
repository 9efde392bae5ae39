from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain

from ..customer.c360_customer_panel_select import COUNT_LIMIT, ROWS
from ..customer.c360_customer_timeline import TimelineSource
from .c360_care_message_mixin import MESSAGE_OUTCOME

OPEN = Domain("state", "in", ("planned", "todo", "waiting"))
DUE_ROWS = 3
# How long the last answer is news.
DONE_DAYS = 365
# What a row of the card shows, read with the search.
ROW_FIELDS = [
    "rule_id",
    "source_display",
    "date_event",
    "date",
    "date_deadline",
    "state",
]
TONES = {
    "happy": "success",
    MESSAGE_OUTCOME: "success",
    "problem": "danger",
    "no_answer": "warning",
    "unwanted": "danger",
}


class C360CustomerPanelCare(models.AbstractModel):
    """Care on the customer's page: what we still owe him, and what he said last."""

    _name = "c360.customer.panel.care"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Care"

    _panel_key = "care"
    _panel_sequence = 60
    _panel_switch = "crm_customer360.group_use_care"
    _panel_models = ("c360.care.task",)

    @api.model
    def _get_care_domain(self, partner_ids):
        return self._get_documents_domain("c360.care.task", partner_ids)

    @api.model
    def _get_panel(self, customer, partner_ids):
        Task = self.env["c360.care.task"]
        domain = self._get_care_domain(partner_ids)
        # what is open is few; of what is done, a year: more would grow with history
        since = fields.Datetime.subtract(fields.Datetime.now(), days=DONE_DAYS)
        done = Domain([("state", "=", "done"), ("date_done", ">=", since)])
        tasks = Task.search_fetch(
            domain & (OPEN | done),
            [*ROW_FIELDS, "outcome", "date_done"],
            order="date, id",
            limit=COUNT_LIMIT,
        )
        open_tasks = tasks.filtered(lambda task: task.state != "done")
        last = (tasks - open_tasks).sorted(lambda task: (task.date_done, task.id))[-1:]
        counts = Counter(open_tasks.mapped("state"))
        return {
            "title": self.env._("Care"),
            "icon": "fa-heart-o",
            "figures": self._get_figures(customer, counts, last),
            "rows": [self._prepare_task_row(task) for task in open_tasks[:ROWS]],
            "count": len(open_tasks),
            "action": self._prepare_documents_action(
                self.env._("Care Tasks"), "c360.care.task", customer
            ),
            "empty": self.env._("Nothing is planned for this customer."),
            "due": self._get_due(open_tasks),
            "health": self._get_health(last),
        }

    def _get_figures(self, customer, counts, last):
        def behind(name, *domains):
            return self._prepare_documents_action(
                name, "c360.care.task", customer, *domains
            )

        due, planned = counts["todo"], counts["planned"]
        outcomes = self._get_labels("c360.care.task", "outcome")
        labels = (
            self.env._("To do"),
            self.env._("Planned"),
            self.env._("Last outcome"),
        )
        return [
            self._prepare_figure(
                labels[0],
                due,
                "integer",
                "warning" if due else None,
                action=behind(labels[0], Domain("state", "=", "todo")),
            ),
            self._prepare_figure(
                labels[1],
                planned,
                "integer",
                action=behind(labels[1], Domain("state", "=", "planned")),
            ),
            self._prepare_figure(
                labels[2],
                outcomes.get(last.outcome, "–"),
                "text",
                TONES.get(last.outcome),
                action=behind(labels[2], Domain("state", "=", "done")),
            ),
        ]

    def _get_due(self, tasks):
        today = fields.Date.context_today(self)
        due = tasks.filtered(
            lambda task: task.state == "todo"
            and task.date_deadline
            and task.date_deadline <= today
        )
        return [
            self._prepare_due(
                task.rule_id.name,
                {"model": "c360.care.task", "id": task.id},
                date=fields.Date.to_string(task.date_deadline),
                tone="danger" if task.date_deadline < today else "warning",
                priority=50,
            )
            for task in due[:DUE_ROWS]
        ]

    def _get_health(self, last):
        if last.outcome == "problem":
            reason = self.env._("Had a problem when we last asked")
            return [self._prepare_health("poor", reason, 25)]
        if last.outcome == "happy":
            reason = self.env._("Was happy when we last asked")
            return [self._prepare_health("good", reason, 15)]
        return []

    def _prepare_task_row(self, task):
        states = self._get_labels("c360.care.task", "state")
        late = task.date_deadline and task.date_deadline < fields.Date.context_today(
            task
        )
        tones = {"todo": "danger" if late else "warning", "waiting": "info"}
        return self._prepare_row(
            task,
            task.rule_id.name,
            subtitle=task.reason,
            date=fields.Date.to_string(task.date_deadline),
            badges=[
                self._prepare_badge(states[task.state], tones.get(task.state, "muted"))
            ],
        )

    @api.model
    def _get_timeline_sources(self):
        return (
            *super()._get_timeline_sources(),
            TimelineSource(
                "c360.care.task",
                "date_done",
                "care",
                (("state", "=", "done"),),
                text=("source_display", "note"),
                user="user_id",
            ),
        )

    @api.model
    def _get_timeline_kinds(self):
        return {
            **super()._get_timeline_kinds(),
            "care": self.env._("Care"),
        }

    @api.model
    def _get_timeline_entries(self, model, ids):
        if model != "c360.care.task":
            return super()._get_timeline_entries(model, ids)
        outcomes = self._get_labels("c360.care.task", "outcome")
        return {
            task.id: {
                "title": task.rule_id.name,
                "subtitle": " · ".join(
                    filter(
                        None,
                        (outcomes.get(task.outcome), task.user_id.name, task.note),
                    )
                ),
                "amount": None,
                "icon": "fa-heart-o",
                "tone": TONES.get(task.outcome),
            }
            for task in self.env[model].browse(ids)
        }
