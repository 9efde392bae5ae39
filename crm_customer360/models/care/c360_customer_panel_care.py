from odoo import api, fields, models
from odoo.fields import Domain

from ..customer.c360_customer_timeline import TimelineSource
from .c360_care_message_mixin import MESSAGE_OUTCOME

OPEN_STATES = ("planned", "todo", "waiting")
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
        counts = dict(Task._read_group(domain, ["state"], ["__count"]))
        open_domain = domain & Domain("state", "in", OPEN_STATES)
        last = Task.search_fetch(
            domain & Domain("state", "=", "done"),
            ["outcome"],
            order="date_done desc, id desc",
            limit=1,
        )
        open_tasks = Task.search_fetch(
            open_domain, ROW_FIELDS, order="date, id", limit=5
        )
        outcomes = self._get_labels("c360.care.task", "outcome")
        due = counts.get("todo", 0)
        return {
            "title": self.env._("Care"),
            "icon": "fa-heart-o",
            "figures": [
                self._prepare_figure(
                    self.env._("To do"), due, "integer", "warning" if due else None
                ),
                self._prepare_figure(
                    self.env._("Planned"), counts.get("planned", 0), "integer"
                ),
                self._prepare_figure(
                    self.env._("Last outcome"),
                    outcomes.get(last.outcome, "–"),
                    "text",
                    TONES.get(last.outcome),
                ),
            ],
            "rows": [self._prepare_task_row(task) for task in open_tasks],
            "count": sum(counts.get(state, 0) for state in OPEN_STATES),
            "action": self._prepare_list_action(
                self.env._("Care Tasks"), "c360.care.task", domain
            ),
            "empty": self.env._("Nothing is planned for this customer."),
        }

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
