from odoo import api, models


class C360PoolCalendarMixin(models.AbstractModel):
    """Working time that changes moves the deadlines that are counted by it.

    Mount it before the host's models of calendars, attendances, leaves and resources.
    """

    _name = "c360.pool.calendar.mixin"
    _description = "Working Time Deadlines Depend On"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._move_deadlines()
        return records

    def write(self, vals):
        # before and after: the leave of one may become that of another
        self._move_deadlines()
        result = super().write(vals)
        self._move_deadlines()
        return result

    def unlink(self):
        self._move_deadlines()
        return super().unlink()

    def _move_deadlines(self):
        """Read the calendars again, and have the deadlines set anew."""
        if not self:
            return
        # Whoever takes leave need not know the deadlines.
        records_sudo = self.sudo()
        if self._name == "resource.calendar.leaves":
            # a work order of a machine is kept as such a row too
            records_sudo = records_sudo.filtered(
                lambda leave: (
                    leave.time_type == "leave"
                    and (not leave.resource_id or leave.resource_id.user_id)
                )
            )
            users_sudo = records_sudo.resource_id.user_id
            is_for_all = any(not leave.resource_id for leave in records_sudo)
        elif self._name == "resource.resource":
            users_sudo = records_sudo.user_id
            records_sudo = records_sudo.filtered("user_id")
            is_for_all = False
        else:
            users_sudo = records_sudo.env["res.users"]
            is_for_all = True
        if not records_sudo:
            return
        self.env.registry.clear_cache()
        if self.env["c360.pool.rule"]._get_table():
            self.env["c360.pool.deadline"]._schedule(
                user_ids=None if is_for_all else users_sudo.ids
            )
