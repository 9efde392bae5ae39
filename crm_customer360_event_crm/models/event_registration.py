from odoo import models


class EventRegistration(models.Model):
    _inherit = "event.registration"

    def _get_lead_values(self, rule):
        """The event is the source, unless the registration came by another."""
        values = super()._get_lead_values(rule)
        if not values.get("source_id") and self.event_id:
            # Who registers need not be allowed to create sources.
            finder_sudo = self.env["utm.mixin"].sudo()
            values["source_id"] = finder_sudo._find_or_create_record(
                "utm.source", self.event_id.name
            ).id
        return values
