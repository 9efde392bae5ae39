from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # The customer's timeline and page: newest orders of a contact.
    _c360_timeline_idx = models.Index("(partner_id, date_order DESC, id DESC)")
    # The customer's page: quotations without an answer, orders not yet delivered.
    _c360_quotation_idx = models.Index("(partner_id) WHERE state IN ('draft', 'sent')")
    _c360_undelivered_idx = models.Index(
        "(partner_id) WHERE state = 'sale' "
        "AND delivery_status IN ('pending', 'started', 'partial')"
    )
