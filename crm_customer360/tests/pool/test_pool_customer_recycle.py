from datetime import datetime
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .recycle_common import RecycleCommon

LOGGER = "odoo.addons.crm_customer360.models.pool.c360_pool_customer_recycle"


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolCustomerRecycle(RecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.write(
            {
                "takes_customers": True,
                "customer_domain": "[('city', '=', 'Ghent')]",
                "customer_days": 5,
            }
        )
        cls.env["c360.pool.route"].search([]).unlink()
        cls.product = cls.env["product.product"].create(
            {"name": "Pump", "type": "consu", "list_price": 10}
        )

    def _claim_customers(self, count=1):
        partners = self.env["res.partner"].browse()
        for number in range(count):
            partners += self._create_customer(f"Ghent {number}", city="Ghent")
        self.env["c360.pool.route"]._route_slice()
        places = self.env["c360.pool.customer"].search(
            [("partner_id", "in", partners.ids)], order="id"
        )
        places.with_user(self.user).claim(places.ids)
        return places

    def _order(self, place, **values):
        return self.env["sale.order"].create(
            {
                "partner_id": place.partner_id.id,
                "company_id": self.company.id,
                "order_line": [Command.create({"product_id": self.product.id})],
                **values,
            }
        )

    def _recycle_at(self, *moment):
        self.at(*moment)
        return self.env["c360.pool.customer"]._recycle_due()

    def test_working_days_count(self):
        place = self._claim_customers()
        # Monday at ten: the fifth working day after it ends next Monday at five
        self.assertEqual(place.recycle_date, datetime(2027, 3, 8, 16))
        self._recycle_at(2027, 3, 8, 15, 0)
        self.assertEqual(place.state, "held")
        self._recycle_at(2027, 3, 8, 16, 30)
        self.assertEqual(place.state, "pooled")
        self.assertFalse(place.partner_id.user_id)
        move = self.env["c360.pool.move"].search(
            [("partner_id", "=", place.partner_id.id)], limit=1
        )
        self.assertEqual((move.kind, move.previous_user_id), ("recycle", self.user))

    def test_an_order_moves_the_deadline(self):
        place = self._claim_customers()
        self.at(2027, 3, 4, 9, 0)
        order = self._order(place)
        order.write({"state": "sale", "date_order": datetime(2027, 3, 4, 9)})
        self._recycle_at(2027, 3, 9, 9, 0)
        self.assertEqual(place.state, "held")
        self.assertEqual(place.recycle_date, datetime(2027, 3, 11, 16))

    def test_papers_keep_a_customer(self):
        free, *others = places = self._claim_customers(5)
        delivery, quotation, invoice, ticket = others
        order = self._order(delivery, date_order=datetime(2027, 3, 1))
        order.action_confirm()
        self._order(quotation, validity_date="2027-12-31").action_quotation_sent()
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": invoice.partner_id.id,
                "invoice_date": "2027-03-01",
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 9})],
            }
        ).action_post()
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "x", "description": "x", "partner_id": ticket.partner_id.id}
        )
        self._recycle_at(2027, 3, 20, 9, 0)
        self.assertEqual(free.state, "pooled")
        for place in others:
            self.assertEqual(place.state, "held", place.partner_id.name)
            self.assertEqual(place.recycle_date, datetime(2027, 3, 22, 16))
        ticket.stage_id = self.env["helpdesk.ticket.stage"].search(
            [("closed", "=", True)], limit=1
        )
        self._recycle_at(2027, 3, 23, 9, 0)
        self.assertEqual(places[-1].state, "pooled")
        self.assertEqual(others[0].state, "held")

    def test_one_that_fails_keeps_nobody_else(self):
        bad, good = self._claim_customers(2)
        partners = type(self.env["res.partner"])
        write = partners.write

        def fail(records, vals):
            if bad.partner_id in records and not vals.get("user_id", True):
                raise ValueError("broken")
            return write(records, vals)

        with patch.object(partners, "write", fail), mute_logger(LOGGER):
            self._recycle_at(2027, 3, 20, 9, 0)
        self.assertEqual(good.state, "pooled")
        self.assertEqual(bad.state, "held")
        self.assertEqual(bad.recycle_date, datetime(2027, 3, 22, 16))
        self.assertFalse(self.env["c360.pool.customer"]._recycle_due())
