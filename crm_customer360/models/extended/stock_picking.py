from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # The customer's timeline: newest finished deliveries of a contact.
    _c360_timeline_idx = models.Index(
        "(partner_id, date_done DESC, id DESC) WHERE state = 'done'"
    )
