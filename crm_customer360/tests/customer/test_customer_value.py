from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.sale.tests.common import TestSaleCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerValue(TestSaleCommon):
    """Margin, cost to serve and payments, from real documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Profile = cls.env["c360.customer.profile"].sudo()
        cls.customer = cls.env["res.partner"].create(
            {"name": "Harbour Timber", "is_company": True}
        )
        cls.category = cls.env["product.category"].create(
            {"name": "Timber", "property_cost_method": "average"}
        )
        cls.board = cls._product("Board", is_storable=True, type="consu")
        cls.advice = cls._product("Advice", type="service")
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )

    @classmethod
    def _product(cls, name, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "list_price": 100,
                "standard_price": 60,
                "invoice_policy": "order",
                "taxes_id": False,
                "categ_id": cls.category.id,
                **values,
            }
        )

    def _order(self, product, quantity=5, **line):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            **line,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        return order

    def _move(self, picking, quantity):
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")

    def _refreshed(self):
        """Return the profile; some customers and all of them have to agree."""
        self.env.flush_all()
        self.Profile._refresh(self.customer)
        self.assertEqual(self.Profile._refresh_values(self._everybody()), 0)
        return self.Profile.search(
            [
                ("partner_id", "=", self.customer.id),
                ("company_id", "=", self.env.company.id),
            ]
        )

    def _everybody(self):
        from ...models.customer.c360_customer_scope import CustomerScope

        scope = CustomerScope()
        self.Profile._refresh()
        return scope

    def test_services_and_goods_to_come_cost_what_the_product_costs(self):
        self._order(self.advice)
        profile = self._refreshed()
        self.assertEqual((profile.revenue, profile.margin), (500, 200))
        self._order(self.board)
        profile = self._refreshed()
        self.assertEqual((profile.revenue, profile.margin), (1000, 400))

    def test_the_unit_of_the_line_counts(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._order(self.advice, 2, product_uom_id=dozen.id, price_unit=1200)
        self.assertEqual(order.amount_untaxed, 2400)
        self.assertEqual(self._refreshed().margin, 2400 - 24 * 60)

    def test_goods_cost_what_they_were_worth_when_they_left(self):
        order = self._order(self.board)
        self._move(order.picking_ids, 5)
        self.assertEqual(order.picking_ids.move_ids.value, 300)
        self.board.standard_price = 90
        self.assertEqual(self._refreshed().margin, 200, "not at the price of today")

    def test_what_came_back_costs_nothing(self):
        order = self._order(self.board)
        picking = order.picking_ids
        self._move(picking, 5)
        self._return(picking, 5)
        invoice = order._create_invoices()
        if not invoice:
            self.fail("nothing to invoice")
        invoice.action_post()
        refund = invoice._reverse_moves()
        refund.action_post()
        profile = self._refreshed()
        self.assertEqual((profile.lifecycle, profile.revenue), ("prospect", 0))
        self.assertEqual(profile.margin, 0)

    def _return(self, picking, quantity):
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_ids=picking.ids,
                active_id=picking.id,
                active_model="stock.picking",
            )
        ).save()
        wizard.product_return_moves.quantity = quantity
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        self._move(back, quantity)

    def _credit(self, order, quantity, price=None):
        """Invoice an order and credit some units of it."""
        order._create_invoices().action_post()
        refund = order.invoice_ids._reverse_moves()
        refund.invoice_line_ids.quantity = quantity
        if price:
            refund.invoice_line_ids.price_unit = price
        refund.action_post()

    def test_what_came_back_in_part_is_not_still_to_come(self):
        order = self._order(self.board)
        self._move(order.picking_ids, 5)
        self._return(order.picking_ids, 2)
        self._credit(order, 2)
        profile = self._refreshed()
        self.assertEqual((profile.revenue, profile.margin), (300, 300 - 180))

    def test_what_never_left_and_was_credited_costs_nothing(self):
        order = self._order(self.board)
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 3, "picked": True})
        picking.with_context(cancel_backorder=True)._action_done()
        self.assertEqual(order.order_line.qty_delivered, 3)
        self._credit(order, 2)
        profile = self._refreshed()
        self.assertEqual((profile.revenue, profile.margin), (300, 300 - 180))

    def test_a_discount_by_credit_note_gives_few_units_back(self):
        order = self._order(self.board)
        self._credit(order, 5, price=20)
        profile = self._refreshed()
        self.assertEqual((profile.revenue, profile.margin), (400, 400 - 4 * 60))

    def test_what_was_credited_and_invoiced_anew_is_still_to_come(self):
        order = self._order(self.board)
        self._credit(order, 5)
        again = order._create_invoices()
        again.invoice_line_ids.quantity = 3
        again.action_post()
        profile = self._refreshed()
        self.assertEqual((profile.revenue, profile.margin), (300, 300 - 180))

    def test_goods_credited_but_kept_are_lost(self):
        order = self._order(self.board)
        self._move(order.picking_ids, 5)
        invoice = order._create_invoices()
        invoice.action_post()
        invoice._reverse_moves().action_post()
        profile = self._refreshed()
        self.assertEqual((profile.revenue, profile.margin), (0, -300))

    def test_payments_are_measured_from_the_due_date(self):
        for due, paid in (("2026-02-10", "2026-02-20"), ("2026-02-10", "2026-02-06")):
            self._paid_invoice("2026-01-10", due, paid)
        unpaid = self.init_invoice(
            "out_invoice", partner=self.customer, amounts=[100], post=True
        )
        self.assertEqual(unpaid.payment_state, "not_paid")
        self._order(self.advice)
        with freeze_time("2026-06-01"):
            profile = self._refreshed()
        self.assertEqual((profile.payment_days, profile.paid_count), (3, 2))
        with freeze_time("2028-06-01"):
            profile = self._refreshed()
        self.assertEqual((profile.payment_days, profile.paid_count), (0, 0))

    def _paid_invoice(self, day, due, paid):
        invoice = self.init_invoice(
            "out_invoice", partner=self.customer, invoice_date=day, amounts=[100]
        )
        invoice.invoice_payment_term_id = False
        invoice.invoice_date_due = due
        invoice.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": paid})._create_payments()
        self.assertIn(invoice.payment_state, ("in_payment", "paid"))

    def test_service_costs_what_the_company_says(self):
        company = self.env.company.sudo()
        self._order(self.advice)
        # one that this company has no prices for
        self.env["helpdesk.ticket"].sudo().create(
            {
                "name": "Warped",
                "description": "All of them",
                "partner_id": self.customer.id,
                "company_id": company.id,
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO c360_contact_touch (partner_id, customer_id, company_id,
                channel, purpose, direction, state, date, purpose_source)
            SELECT %(partner)s, %(partner)s, %(company)s, channel, 'sales', 'out',
                   state, now(), 'given'
              FROM (VALUES ('visit', 'sent'), ('phone', 'answered'), ('email', 'sent'),
                           ('email', 'blocked'), ('other', 'sent'))
                   AS touch(channel, state)
            """,
            {"partner": self.customer.id, "company": company.id},
        )
        self.assertEqual(self._refreshed().cost_to_serve, 0, "nobody named a price")
        company.write(
            {
                "c360_ticket_cost": 40,
                "c360_visit_cost": 200,
                "c360_call_cost": 10,
                "c360_message_cost": 1,
            }
        )
        self.assertEqual(self._refreshed().cost_to_serve, 40 + 200 + 10 + 1)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            company.c360_call_cost = -1
            company.flush_recordset()

    def test_nothing_is_valued_while_switched_off(self):
        self.env.ref("base.group_user").sudo().implied_ids -= self.env.ref(
            "crm_customer360.group_use_value"
        )
        self._order(self.advice)
        self.Profile._refresh()
        profile = self.Profile.search([("partner_id", "=", self.customer.id)])
        self.assertEqual((profile.revenue, profile.margin), (500, 0))
        self.assertEqual((profile.rfm_score, profile.tier), (0, False))
