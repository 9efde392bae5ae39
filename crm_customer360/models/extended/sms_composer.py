from odoo import models


class SmsComposer(models.TransientModel):
    _name = "sms.composer"
    _inherit = ["c360.contact.sms.composer.mixin", "sms.composer"]
