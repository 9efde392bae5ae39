from freezegun import freeze_time

from odoo import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged("post_install", "-at_install", "c360_opportunity")
class TestOpportunityFulfilment(AccountTestInvoicingCommon):
    """Delivered, invoiced, paid: from real orders, deliveries, invoices, payments."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.env.ref(
            "crm_customer360.group_manager"
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = new_test_user(
            cls.env,
            login="c360_seller",
            groups="crm_customer360.group_user",
            company_id=cls.env.company.id,
        )
        cls.goods = cls.env["product.product"].create(
            {
                "name": "Pump",
                "is_storable": True,
                "invoice_policy": "order",
                "list_price": 100,
                "taxes_id": False,
            }
        )
        cls.service = cls.env["product.product"].create(
            {
                "name": "Advice",
                "type": "service",
                "invoice_policy": "order",
                "list_price": 50,
                "taxes_id": False,
            }
        )
        cls.lead = cls._create_lead()

    @classmethod
    def _create_lead(cls):
        return cls.env["crm.lead"].create(
            {
                "name": "Pumps",
                "type": "opportunity",
                "partner_id": cls.partner_a.id,
                "user_id": cls.salesperson.id,
                "company_id": cls.env.company.id,
            }
        )

    @classmethod
    def _create_order(cls, lead=None, product=None, quantity=2, confirm=True):
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner_a.id,
                "opportunity_id": (lead or cls.lead).id,
                "payment_term_id": cls.env.ref(
                    "account.account_payment_term_30days"
                ).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or cls.goods).id,
                            "product_uom_qty": quantity,
                        }
                    )
                ],
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def _deliver(self, order, quantity):
        picking = order.picking_ids.filtered(lambda item: item.state != "done")
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(skip_backorder=True)._action_done()

    def _pay(self, invoice, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": amount})._create_payments()

    def assertStates(self, delivery, invoice, payment, lead=None):
        self.env.flush_all()
        self.env.invalidate_all()
        lead = (lead or self.lead).with_user(self.salesperson)
        self.assertEqual(
            [lead[f"fulfilment_{name}"] for name in ("delivery", "invoice", "payment")],
            [delivery, invoice, payment],
        )

    @freeze_time("2026-03-02 09:00:00")
    def test_from_quotation_to_payment(self):
        self.assertStates(False, False, False)
        order = self._create_order(confirm=False)
        self.assertStates(False, False, False)
        order.action_confirm()
        self.assertStates("pending", "to_invoice", "none")
        self._deliver(order, 1)
        self.assertStates("partial", "to_invoice", "none")
        self._deliver(order, 1)
        self.assertStates("full", "to_invoice", "none")
        invoice = order._create_invoices()
        self.assertStates("full", "invoiced", "none")
        invoice.invoice_date = "2026-03-02"
        invoice.action_post()
        self.assertStates("full", "invoiced", "none")
        with freeze_time("2026-04-01 09:00:00"):
            self.assertStates("full", "invoiced", "none")
        with freeze_time("2026-04-02 09:00:00"):
            self.assertStates("full", "invoiced", "overdue")
        self._pay(invoice, 50)
        self.assertStates("full", "invoiced", "partial")
        self._pay(invoice, 150)
        self.assertStates("full", "invoiced", "paid")
        with freeze_time("2026-04-02 09:00:00"):
            self.assertStates("full", "invoiced", "paid")

    def test_several_orders_are_summed_up(self):
        delivered = self._create_order()
        self._deliver(delivered, 2)
        self._create_order()
        self.assertStates("partial", "to_invoice", "none")

    def test_services_have_nothing_to_deliver(self):
        self._create_order(product=self.service)
        self.assertStates("none", "to_invoice", "none")

    def test_cancelled_order_does_not_count(self):
        self._create_order()._action_cancel()
        self.assertStates(False, False, False)

    def test_credited_invoice_is_not_paid(self):
        order = self._create_order(product=self.service)
        invoice = order._create_invoices()
        invoice.action_post()
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"journal_id": invoice.journal_id.id}).modify_moves()
        self.assertStates("none", "invoiced", "none")

    def test_salesperson_learns_states_but_reads_no_invoice(self):
        order = self._create_order(product=self.service)
        order.user_id = self.env.user
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertStates("none", "invoiced", "none")
        self.assertFalse(invoice.with_user(self.salesperson).has_access("read"))

    def test_other_companies_orders_are_not_counted(self):
        self._create_order(product=self.service)
        other = self.env["res.company"].create({"name": "Other"})
        lead = self.lead.with_context(allowed_company_ids=other.ids)
        self.env.invalidate_all()
        self.assertFalse(lead.fulfilment_delivery)

    def test_any_number_of_opportunities_costs_two_queries(self):
        leads = self.lead
        for _number in range(4):
            leads += self._create_lead()
        for lead in leads[:3]:
            self._create_order(lead=lead, product=self.service)
        self.env.flush_all()
        self.env.invalidate_all()
        # who asks, and where he lives, is known in every request
        self.assertTrue(self.env.user.partner_id.name and self.env.companies.ids)
        # the screen has read the opportunities already
        leads.fetch(["name"])
        with self.assertQueryCount(2):
            leads.mapped("fulfilment_delivery")
