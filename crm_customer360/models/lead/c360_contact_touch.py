from odoo import models

# The documents by which people answer a lead: itself, or its customer.
ANSWERED_MODELS = ("crm.lead", "res.partner")


class C360ContactTouch(models.Model):
    """A contact that took place may be the first answer to a lead."""

    _inherit = "c360.contact.touch"

    def _on_state_changed(self):
        result = super()._on_state_changed()
        # the model comes first: the queue hands over rows nobody has read
        touches = self.filtered(
            lambda touch: touch.source_model in ANSWERED_MODELS
            and touch.direction == "out"
            and touch.state in ("sent", "answered")
        )
        leads = self.env["crm.lead"]
        if touches and leads._is_followup_enabled():
            leads._set_first_responses(touches)
        return result
