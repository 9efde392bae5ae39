from unittest.mock import patch

from odoo import Command
from odoo.tests import Form, tagged

from odoo.addons.sale.tests.common import TestSaleCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerDocuments(TestSaleCommon):
    """What real documents tell the outbox, from the quotation to the payment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Event = cls.env["c360.customer.event"].sudo()
        cls.Event.search([]).unlink()
        cls.customer = cls.env["res.partner"].create(
            {"name": "Harbour Timber", "is_company": True}
        )
        cls.yard = cls.env["res.partner"].create(
            {"name": "Yard", "type": "delivery", "parent_id": cls.customer.id}
        )
        cls.board = cls.env["product.product"].create(
            {
                "name": "Larch board",
                "type": "consu",
                "is_storable": True,
                "list_price": 100,
                "invoice_policy": "order",
                "taxes_id": False,
            }
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.board, cls.warehouse.lot_stock_id, 100
        )

    def _quotation(self, **values):
        return self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "partner_shipping_id": self.yard.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create({"product_id": self.board.id, "product_uom_qty": 5})
                ],
                **values,
            }
        )

    def _taken(self):
        """Return the events since the last call as tuples, and forget them."""
        events = self.Event.search([])
        taken = [(e.kind, e.source_model, e.source_id) for e in events]
        self.assertLessEqual(events.customer_id, self.customer)
        self.assertTrue(all(e.company_id == self.env.company for e in events))
        events.unlink()
        return taken

    def _deliver(self, picking):
        picking.move_ids.write({"quantity": 5, "picked": True})
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def test_an_order_from_confirmation_to_payment(self):
        order = self._quotation()
        self.assertFalse(self._taken())
        order.action_confirm()
        self.assertEqual(self._taken(), [("order_confirmed", "sale.order", order.id)])

        picking = order.picking_ids
        self._deliver(picking)
        self.assertEqual(
            self._taken(), [("delivery_done", "stock.picking", picking.id)]
        )

        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_ids=picking.ids,
                active_id=picking.id,
                active_model="stock.picking",
            )
        ).save()
        wizard.product_return_moves.quantity = 5
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        self._deliver(back)
        self.assertEqual(self._taken(), [("return_done", "stock.picking", back.id)])

        invoice = order._create_invoices()
        self.assertFalse(self._taken())
        invoice.action_post()
        self.assertEqual(
            self._taken(), [("invoice_posted", "account.move", invoice.id)]
        )
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.assertIn(invoice.payment_state, ("in_payment", "paid"))
        self.assertEqual(self._taken(), [("invoice_paid", "account.move", invoice.id)])

    def test_a_payment_reported_twice_is_one_event(self):
        invoice = self.init_invoice(
            "out_invoice", partner=self.customer, amounts=[100], post=True
        )
        self._taken()
        invoice._invoice_paid_hook()
        invoice._invoice_paid_hook()
        self.assertEqual(self._taken(), [("invoice_paid", "account.move", invoice.id)])

    def test_a_credit_note_is_posted_and_a_bill_is_none_of_our_business(self):
        refund = self.init_invoice(
            "out_refund", partner=self.customer, amounts=[100], post=True
        )
        bill = self.init_invoice(
            "in_invoice", partner=self.customer, amounts=[100], post=True
        )
        bill._invoice_paid_hook()
        refund._invoice_paid_hook()
        self.assertEqual(self._taken(), [("invoice_posted", "account.move", refund.id)])

    def test_only_an_order_can_be_cancelled_not_a_quotation(self):
        quotation, order = self._quotation(), self._quotation()
        order.action_confirm()
        self._taken()
        quotation._action_cancel()
        order._action_cancel()
        self.assertEqual(self._taken(), [("order_cancelled", "sale.order", order.id)])

    def test_goods_received_or_moved_inside_are_no_delivery(self):
        stock = self.warehouse.lot_stock_id
        for picking_type, source, target in (
            ("in_type_id", self.env.ref("stock.stock_location_suppliers"), stock),
            ("int_type_id", stock, stock.copy({"name": "Shelf"})),
        ):
            picking = self.env["stock.picking"].create(
                {
                    "partner_id": self.customer.id,
                    "picking_type_id": self.warehouse[picking_type].id,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": self.board.id,
                                "product_uom_qty": 5,
                                "location_id": source.id,
                                "location_dest_id": target.id,
                            }
                        )
                    ],
                }
            )
            picking.action_confirm()
            self._deliver(picking)
        self.assertFalse(self._taken())

    def test_confirming_costs_at_most_two_queries_more(self):
        self._quotation().action_confirm()
        order, other = self._quotation(), self._quotation()
        (order | other).mapped("order_line.product_id.name")

        def queries(order):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order.action_confirm()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        with patch.object(
            type(self.Event), "_record", lambda self, kind, sources: self
        ):
            without = queries(order)
        self.assertLessEqual(queries(other) - without, 2)

    def test_the_outbox_brings_the_profile_up_to_date(self):
        order = self._quotation()
        order.action_confirm()
        self.Event.search([])._process_isolated()
        profile = (
            self.env["c360.customer.profile"]
            .sudo()
            .search([("partner_id", "=", self.customer.id)])
        )
        self.assertEqual(profile.company_id, self.env.company)
        self.assertEqual(profile.lifecycle, "new")
        self.assertEqual(profile.revenue, 500)
        order._action_cancel()
        self.Event.search([])._process_isolated()
        self.assertEqual(profile.lifecycle, "prospect")
        self.assertEqual(profile.revenue, 0)
