from odoo import models


class ResourceCalendar(models.Model):
    _name = "resource.calendar"
    _inherit = ["c360.pool.calendar.mixin", "resource.calendar"]
