from odoo import models


class ResourceResource(models.Model):
    _name = "resource.resource"
    _inherit = ["c360.pool.calendar.mixin", "resource.resource"]
