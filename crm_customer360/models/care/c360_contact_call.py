from odoo import api, models


class C360ContactCallMixin(models.AbstractModel):
    _inherit = "c360.contact.call.mixin"

    @api.model
    def _get_contact_call_purposes(self):
        return {
            **super()._get_contact_call_purposes(),
            "c360.care.task": "care",
        }
