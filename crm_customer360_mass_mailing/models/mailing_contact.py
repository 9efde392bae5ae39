from odoo import models


class MailingContact(models.Model):
    _inherit = "mailing.contact"

    # opt-outs of the addresses of a batch, and whose address it is
    _c360_email_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )
