from odoo import models


class C360CustomerEvent(models.Model):
    """The events of the ERP cause care tasks."""

    _inherit = "c360.customer.event"

    def _process(self):
        result = super()._process()
        self.env["c360.care.planner"]._plan(self)
        return result
