from odoo import api, models


class C360LeadIntakeMixin(models.AbstractModel):
    _inherit = "c360.lead.intake.mixin"

    @api.model
    def _get_capture_fields(self):
        return super()._get_capture_fields() | {"event_lead_rule_id": "event"}

    @api.model
    def _get_capture_mediums(self):
        return super()._get_capture_mediums() | {"event": "Event"}
