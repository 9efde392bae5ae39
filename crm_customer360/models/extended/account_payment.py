from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # The customer's timeline: newest payments of a contact.
    _c360_timeline_idx = models.Index(
        "(partner_id, date DESC, id DESC) WHERE partner_type = 'customer'"
    )
