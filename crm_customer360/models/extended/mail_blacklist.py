from odoo import models


class MailBlacklist(models.Model):
    _name = "mail.blacklist"
    _inherit = ["c360.contact.mail.blacklist.mixin", "mail.blacklist"]
