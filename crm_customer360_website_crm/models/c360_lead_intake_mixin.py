from odoo import models


class C360LeadIntakeMixin(models.AbstractModel):
    _inherit = "c360.lead.intake.mixin"

    def website_form_input_filter(self, request, values):
        """Note what the form of a website creates; visitors cannot send the field."""
        values = super().website_form_input_filter(request, values)
        return values | {"capture_channel": "website"}
