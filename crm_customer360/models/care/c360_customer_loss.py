from odoo import fields, models


class C360CustomerLoss(models.Model):
    """Care for customers who left stops when there is no reason for it any more."""

    _inherit = "c360.customer.loss"

    care_task_count = fields.Integer(
        string="Care Tasks", compute="_compute_care_task_count"
    )

    def _compute_care_task_count(self):
        counts = dict(
            self.env["c360.care.task"]._read_group(
                self._get_care_domain(), ["source_id"], ["__count"]
            )
        )
        for loss in self:
            loss.care_task_count = counts.get(loss.id, 0)

    def _get_care_domain(self):
        return [("source_model", "=", self._name), ("source_id", "in", self.ids)]

    def action_view_care(self):
        """Open what is done to win the customer back, in its order."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_care_task_action"
        )
        return {**action, "domain": self._get_care_domain(), "context": {}}

    def _on_ended(self):
        result = super()._on_ended()
        # Whoever ends a loss ends what colleagues wanted to do about it.
        tasks_sudo = (
            self.env["c360.care.task"]
            .sudo()
            .search(
                [
                    *self._get_care_domain(),
                    ("state", "in", ("planned", "todo", "waiting")),
                ]
            )
        )
        reasons = self.env["c360.care.source"]._get_lapsed(
            self._name, tasks_sudo.mapped("source_id")
        )
        tasks_sudo = tasks_sudo.with_context(tracking_disable=True)
        by_reason = tasks_sudo.filtered(lambda task: task.source_id in reasons).grouped(
            lambda task: reasons[task.source_id]
        )
        for reason, tasks in by_reason.items():
            tasks._cancel(reason)
        return result
