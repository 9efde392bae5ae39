import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

SLICE = 200


class C360CareOpeningMixin(models.AbstractModel):
    """A planned task becomes work when it is due, or falls away when it lapsed."""

    _name = "c360.care.opening.mixin"
    _description = "Care Task Opening"

    @api.model
    def _wake(self):
        self.env.ref("crm_customer360.ir_cron_care_task")._trigger()

    @api.model
    def _get_due_domain(self):
        return [
            ("state", "=", "planned"),
            ("error", "=", False),
            ("date", "<=", fields.Datetime.now()),
        ]

    @api.model
    def _cron_open_due(self):
        """Open due tasks in slices; one bad task does not stop the others."""
        if not self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_care"
        ):
            return
        while True:
            tasks = self.search(self._get_due_domain(), order="date, id", limit=SLICE)
            if not tasks:
                return
            done = len(tasks)
            try:
                tasks._open_isolated()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody worked on the same tasks just now: no fault of theirs.
                _logger.info("Care tasks: slice collided, again later")
                self.env.cr.rollback()
                self._wake()
                return
            left = self.search_count(self._get_due_domain())
            if not self.env["ir.cron"]._commit_progress(done, remaining=left):
                return

    def _open_isolated(self):
        """Open the slice as one; when that fails, each task for itself.

        A task that fails stays planned with its error, for a care officer to see.

        :raise psycopg2.OperationalError: a collision with another transaction
        """
        try:
            with self.env.cr.savepoint():
                self._open()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.warning("Care tasks: slice failed, one at a time", exc_info=True)
        else:
            return
        for task in self:
            try:
                with self.env.cr.savepoint():
                    task._open()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception as error:
                _logger.exception("Care task %s failed", task.id)
                task.error = str(error)[:500] or type(error).__name__

    def _open(self):
        """Make due tasks work for somebody, or cancel what is no longer true.

        Nobody gets a mail for each: the list of tasks is the work list.
        """
        tasks = self.with_context(tracking_disable=True)
        reasons = tasks._get_cancel_reasons()
        for task in tasks:
            if task in reasons:
                task._cancel(reasons[task])
            else:
                # the cron's doing, whoever runs it
                task_sudo = task.sudo()
                task_sudo.write(
                    {"state": "todo", "user_id": task._get_responsible().id}
                )

    def _get_cancel_reasons(self):
        """Return ``{task: why it is no longer needed}``."""
        lapsed = {
            model: self.env["c360.care.source"]._get_lapsed(
                model, tasks.mapped("source_id")
            )
            for model, tasks in self.grouped("source_model").items()
        }
        reasons = {}
        for task in self:
            if not task.rule_id.active:
                reasons[task] = self.env._("The rule was switched off.")
            elif not task.partner_id.active:
                reasons[task] = self.env._("The contact was archived.")
            elif task.source_id in lapsed[task.source_model]:
                reasons[task] = lapsed[task.source_model][task.source_id]
        return reasons

    def _get_responsible(self):
        """Return who does the task: somebody who may work in its company, or nobody."""
        self.ensure_one()
        rule = self.rule_id
        candidates = self.env["res.users"]
        if rule.user_mode == "salesperson":
            candidates += self.customer_id.user_id | self.partner_id.user_id
        candidates += rule.user_id
        return candidates.filtered(
            lambda user: user.active
            and (not self.company_id or self.company_id in user.company_ids)
        )[:1]
