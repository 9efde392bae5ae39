from odoo import models


class WebsiteVisitor(models.Model):
    _inherit = "website.visitor"

    def write(self, vals):
        """A form links its lead once it is there, and checked without its visitor."""
        result = super().write(vals)
        if "lead_ids" in vals and self.env["c360.lead.check"]._is_enabled():
            leads = self.with_context(active_test=False).lead_ids
            leads.filtered("set_aside_date")._judge()
        return result
