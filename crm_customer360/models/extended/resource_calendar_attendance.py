from odoo import models


class ResourceCalendarAttendance(models.Model):
    _name = "resource.calendar.attendance"
    _inherit = ["c360.pool.calendar.mixin", "resource.calendar.attendance"]
