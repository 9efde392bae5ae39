from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # The customer's timeline: newest finished deliveries of a contact.
    _c360_timeline_idx = models.Index(
        "(partner_id, date_done DESC, id DESC) WHERE state = 'done'"
    )

    # The gate: who waits for goods?
    _c360_waiting_idx = models.Index(
        "(partner_id, scheduled_date) "
        "WHERE state IN ('waiting', 'confirmed', 'assigned')"
    )

    # The customer's page: what came back.
    _c360_return_idx = models.Index("(partner_id) WHERE return_id IS NOT NULL")

    def _action_done(self):
        result = super()._action_done()
        done = self.filtered(lambda picking: picking.state == "done")
        # Where the goods went says it better than the type of operation: this way a
        # replacement sent to the customer is a delivery, goods sent back to a
        # supplier are not, and the steps inside the warehouse do not count.
        Event = self.env["c360.customer.event"]
        Event._record(
            "delivery_done",
            done.filtered(lambda p: p.location_dest_id.usage == "customer"),
        )
        Event._record(
            "return_done", done.filtered(lambda p: p.location_id.usage == "customer")
        )
        return result
