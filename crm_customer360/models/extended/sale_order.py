from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["c360.customer.moved.mixin", "sale.order"]

    # The customer's timeline and page: newest orders of a contact.
    _c360_timeline_idx = models.Index("(partner_id, date_order DESC, id DESC)")
    # The customer's page: quotations without an answer, orders not yet delivered.
    _c360_quotation_idx = models.Index("(partner_id) WHERE state IN ('draft', 'sent')")
    _c360_undelivered_idx = models.Index(
        "(partner_id) WHERE state = 'sale' "
        "AND delivery_status IN ('pending', 'started', 'partial')"
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "sent":
            self.env["c360.customer.event"]._record(
                "quotation_sent", self.filtered("opportunity_id")
            )
        return result

    def _action_confirm(self):
        result = super()._action_confirm()
        self.env["c360.customer.event"]._record("order_confirmed", self)
        return result

    def _action_cancel(self):
        # A quotation that is cancelled was never an order.
        orders = self.filtered(lambda order: order.state == "sale")
        result = super()._action_cancel()
        self.env["c360.customer.event"]._record("order_cancelled", orders)
        return result
