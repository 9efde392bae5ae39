from odoo import models

from .c360_care_message_mixin import CARE_PURPOSES, MESSAGE_CHANNELS


class C360ContactTouch(models.Model):
    """A care task learns what became of its message."""

    _inherit = "c360.contact.touch"

    def _on_state_changed(self):
        result = super()._on_state_changed()
        # an answer, a call or a note on the task is no care message
        touches = self.filtered(
            lambda touch: touch.source_model == "c360.care.task"
            and touch.purpose in CARE_PURPOSES
            and touch.direction == "out"
            and touch.channel in MESSAGE_CHANNELS
        )
        if touches:
            # Whoever moves the ledger (the mail queue, a colleague) moves the task.
            tasks_sudo = (
                self.env["c360.care.task"]
                .sudo()
                .browse(touches.mapped("source_id"))
                .exists()
            )
            for touch in touches:
                task_sudo = tasks_sudo.filtered(
                    lambda task, touch=touch: task.id == touch.source_id
                )
                if task_sudo:
                    task_sudo._follow_touch(touch)
        return result
