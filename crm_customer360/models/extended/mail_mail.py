from odoo import models


class MailMail(models.Model):
    # The mixin comes first: the host's ``send`` calls no ``super``.
    _name = "mail.mail"
    _inherit = [
        "c360.contact.mail.mixin",
        "c360.contact.mail.hold.mixin",
        "c360.contact.mail.link.mixin",
        "mail.mail",
    ]
