from odoo import models


class PhoneBlacklist(models.Model):
    _name = "phone.blacklist"
    _inherit = ["c360.contact.phone.blacklist.mixin", "phone.blacklist"]
