from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    _name = "resource.calendar.leaves"
    _inherit = ["c360.pool.calendar.mixin", "resource.calendar.leaves"]

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        self.env["c360.contact.policy"]._forget_holidays(leaves)
        return leaves

    def write(self, vals):
        Policy = self.env["c360.contact.policy"]
        # before and after: a day off may become or stop being everybody's
        Policy._forget_holidays(self)
        result = super().write(vals)
        Policy._forget_holidays(self)
        return result

    def unlink(self):
        self.env["c360.contact.policy"]._forget_holidays(self)
        return super().unlink()
