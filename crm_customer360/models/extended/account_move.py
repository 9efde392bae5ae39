from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    # The customer's timeline: newest posted invoices of a contact. The condition on
    # the type keeps the planner from walking the date index of all moves instead.
    _c360_timeline_idx = models.Index(
        "(partner_id, invoice_date DESC, id DESC) WHERE state = 'posted' "
        "AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
    )
