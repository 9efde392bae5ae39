from odoo import models


class MailActivity(models.Model):
    # Calls are booked around the host's methods: it is their super().
    _name = "mail.activity"
    _inherit = [
        "c360.contact.call.mixin",
        "c360.lead.activity.mixin",
        "mail.activity",
        "c360.pool.activity.mixin",
    ]

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), "contact_warning"]
