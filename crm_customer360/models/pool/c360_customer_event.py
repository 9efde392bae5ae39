from odoo import fields, models


class C360CustomerEvent(models.Model):
    """Orders and quotations move the deadlines of their opportunities."""

    _inherit = "c360.customer.event"

    kind = fields.Selection(
        selection_add=[("quotation_sent", "Quotation sent")],
        ondelete={"quotation_sent": "cascade"},
    )

    def _process(self):
        result = super()._process()
        self._move_deadlines()
        return result

    def _move_deadlines(self):
        """Reckon the deadlines anew; a quotation that was sent is a follow-up."""
        pools = self.env["c360.pool"]
        events = self.filtered(lambda event: event.source_model == "sale.order")
        if not events or not pools._is_enabled():
            return
        orders = self.env["sale.order"].browse(events.mapped("source_id")).exists()
        sent = {
            event.source_id: event.date
            for event in events
            if event.kind == "quotation_sent"
        }
        pools._note_followups(
            [
                (order.opportunity_id.id, None, None, sent[order.id])
                for order in orders
                if order.id in sent and order.opportunity_id
            ]
        )
        pools._set_deadlines(orders.opportunity_id)
