from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9)
TODAY = date(2026, 3, 31)


class ContactStopCommon(ContactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=cls.company, install_demo=False
            )
        cls.company.partner_id.tz = "UTC"
        cls.stranger = cls._create_customer("Other Works")

    def _create_stop(self, kind, purposes=(), **values):
        return self._create_policy(
            limit=None,
            purposes=purposes,
            **{"kind": "stop", "stop_kind": kind, "channel": False, **values},
        )

    def _create_invoice(self, due, partner=None, **values):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.buyer).id,
                "invoice_date": due - timedelta(days=10),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Planks", "price_unit": 100, "tax_ids": False}
                    )
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    def _check(self, partner=None, purpose="care", gate=None, channel="email"):
        (answer,) = (self.gate if gate is None else gate).check(
            (partner or self.engineer).ids, channel, purpose
        )
        return answer

    def _assert_stopped(self, words, policy=None, **arguments):
        answer = self._check(**arguments)
        self.assertEqual(answer["decision"], "blocked", answer)
        self.assertEqual(answer["reason"], words)
        if policy:
            self.assertEqual(answer["policy_id"], policy.id)

    def _assert_allowed(self, **arguments):
        answer = self._check(**arguments)
        self.assertEqual(answer["decision"], "allowed", answer)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactStop(ContactStopCommon):
    # ------------------------------------------------------------------ invoices

    def test_an_invoice_overdue_longer_than_allowed_stops_the_whole_customer(self):
        policy = self._create_stop("overdue", stop_days=12)
        invoice = self._create_invoice(TODAY - timedelta(days=12))
        self._assert_allowed()
        invoice = self._create_invoice(TODAY - timedelta(days=13))
        self._assert_stopped(f"Invoice {invoice.name} is 13 days overdue.", policy)
        self._assert_stopped(
            f"Invoice {invoice.name} is 13 days overdue.", partner=self.customer
        )
        self._assert_allowed(partner=self.stranger)

    def test_the_day_an_invoice_is_due_is_still_in_time(self):
        self._create_stop("overdue")
        invoice = self._create_invoice(TODAY)
        self._assert_allowed()
        with freeze_time(NOW + timedelta(days=1)):
            self._assert_stopped(f"Invoice {invoice.name} is 1 day overdue.")

    def test_the_day_is_that_of_the_company(self):
        self._create_stop("overdue")
        self._create_invoice(TODAY)
        with freeze_time(datetime(2026, 3, 31, 23)):
            self._assert_allowed()
            self.company.partner_id.tz = "Europe/Brussels"
            self.assertEqual(self._check()["decision"], "blocked")

    def test_a_paid_invoice_a_draft_a_refund_and_a_bill_stop_nothing(self):
        self._create_stop("overdue")
        late = TODAY - timedelta(days=30)
        invoice = self._create_invoice(late)
        self.assertEqual(self._check()["decision"], "blocked")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self._create_invoice(late).button_draft()
        self._create_invoice(late, move_type="out_refund")
        self._create_invoice(late, move_type="in_invoice")
        self._assert_allowed()

    def test_a_dispute_stops_until_it_is_settled(self):
        policy = self._create_stop("dispute")
        invoice = self._create_invoice(TODAY + timedelta(days=30))
        self._assert_allowed()
        invoice.is_disputed = True
        self._assert_stopped(f"Invoice {invoice.name} is in dispute.", policy)
        self._assert_allowed(partner=self.stranger)
        invoice.is_disputed = False
        self._assert_allowed()
        invoice.is_disputed = True
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self._assert_allowed()

    def test_a_stop_may_hold_reminders_but_never_what_is_needed(self):
        self._create_stop("dispute", purposes=("collection",))
        invoice = self._create_invoice(TODAY - timedelta(days=30))
        invoice.is_disputed = True
        self._assert_stopped(
            f"Invoice {invoice.name} is in dispute.", purpose="collection"
        )
        for purpose in ("care", "transactional", "service"):
            self._assert_allowed(purpose=purpose)

    def test_a_stop_without_purposes_is_for_those_that_are_limited(self):
        self._create_stop("overdue")
        self._create_invoice(TODAY - timedelta(days=30))
        for purpose in ("care", "sales", "marketing", "survey"):
            self.assertEqual(self._check(purpose=purpose)["decision"], "blocked")
        for purpose in ("collection", "transactional", "service"):
            self._assert_allowed(purpose=purpose)

    def test_companies_do_not_see_each_others_invoices(self):
        self._create_stop("overdue")
        self._create_stop("dispute")
        self._create_invoice(TODAY - timedelta(days=30)).is_disputed = True
        other = self.env["res.company"].create({"name": "Other Company"})
        self._assert_allowed(gate=self.gate.with_company(other))
        self.assertEqual(self._check()["decision"], "blocked")

    def test_channel_filter_company_and_archive_are_heeded(self):
        policy = self._create_stop("overdue", channel="sms")
        self._create_invoice(TODAY - timedelta(days=30))
        self._assert_allowed()
        self.assertEqual(self._check(channel="sms")["decision"], "blocked")
        policy.channel = False
        policy.partner_domain = f"[('id', '=', {self.buyer.id})]"
        self._assert_allowed()
        self.assertEqual(self._check(self.buyer)["decision"], "blocked")
        self.buyer.active = False
        self.assertEqual(self._check(self.buyer)["decision"], "blocked")
        policy.partner_domain = False
        self.assertEqual(self._check()["decision"], "blocked")
        policy.company_id = self.env["res.company"].create({"name": "Other"})
        self._assert_allowed()
        policy.company_id = self.company
        policy.active = False
        self._assert_allowed()

    def test_who_may_not_read_invoices_is_told_the_number_only(self):
        self._create_stop("overdue")
        invoice = self._create_invoice(TODAY - timedelta(days=30))
        gate = self.gate.with_user(self.users_by_role["care"])
        self._assert_stopped(f"Invoice {invoice.name} is 30 days overdue.", gate=gate)

    def test_switched_off_limits_stop_nothing(self):
        self._create_stop("overdue")
        self._create_stop("dispute", purposes=("collection",))
        self._create_invoice(TODAY - timedelta(days=30)).is_disputed = True
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_contact"
        )
        self._assert_allowed()
        self._assert_allowed(purpose="collection")

    # --------------------------------------------------------------------- goods

    def _create_order(self, **values):
        product = self.env["product.product"].create(
            {"name": "Plank", "type": "consu", "is_storable": True}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "order_line": [Command.create({"product_id": product.id})],
                **values,
            }
        )
        order.action_confirm()
        return order

    def test_an_order_past_its_promised_date_stops(self):
        policy = self._create_stop("undelivered", stop_days=2)
        order = self._create_order(commitment_date=NOW - timedelta(days=2))
        order.picking_ids.scheduled_date = NOW
        self._assert_stopped(
            f"{order.name} was due on 03/29/2026, the customer is waiting for it.",
            policy,
        )
        order.commitment_date = NOW - timedelta(days=2) + timedelta(seconds=1)
        order.picking_ids.scheduled_date = NOW
        self._assert_allowed()

    def test_a_delivery_past_its_date_stops_until_it_is_done(self):
        self._create_stop("undelivered", stop_days=2)
        order = self._create_order()
        self._assert_allowed()
        picking = order.picking_ids
        picking.scheduled_date = NOW - timedelta(days=3)
        self._assert_stopped(
            f"{picking.name} was due on 03/28/2026, the customer is waiting for it."
        )
        self._assert_allowed(partner=self.stranger)
        other = self.env["res.company"].create({"name": "Other Company"})
        self._assert_allowed(gate=self.gate.with_company(other))
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking._action_done()
        self._assert_allowed()

    def test_cancelled_orders_and_returns_keep_nobody_waiting(self):
        self._create_stop("undelivered")
        order = self._create_order(commitment_date=NOW - timedelta(days=5))
        self.assertEqual(self._check()["decision"], "blocked")
        order._action_cancel()
        self._assert_allowed()
        self.env["stock.picking"].create(
            {
                "partner_id": self.buyer.id,
                "picking_type_id": order.warehouse_id.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_customers").id,
                "location_dest_id": order.warehouse_id.lot_stock_id.id,
                "scheduled_date": NOW - timedelta(days=5),
            }
        ).action_confirm()
        self._assert_allowed()

    # ----------------------------------------------------------------- addresses

    def test_bounces_make_an_address_dead(self):
        policy = self._create_stop("dead_address", stop_count=3)
        self.buyer.message_bounce = 2
        self._assert_allowed(partner=self.buyer)
        self.buyer.message_bounce = 3
        self._assert_stopped(
            "berta@timber.example could not be reached 3 times in a row.",
            policy,
            partner=self.buyer,
        )
        self._assert_allowed(partner=self.engineer)
        # it is the address that is dead, not the person
        self.buyer.phone = "+32470123456"
        self._assert_allowed(partner=self.buyer, channel="sms")

    def _let_fail(self, partner, days_ago):
        at = NOW - timedelta(days=days_ago)
        self._reserve(partner, at=at)._move("failed")

    def test_failures_in_a_row_make_an_address_dead(self):
        self._create_stop("dead_address", stop_count=2)
        self._let_fail(self.buyer, 5)
        self._let_fail(self.engineer, 5)
        self._assert_allowed(partner=self.buyer)
        self._let_fail(self.buyer, 4)
        self._assert_stopped(
            "berta@timber.example could not be reached 2 times in a row.",
            partner=self.buyer,
        )
        self._assert_allowed(partner=self.engineer)
        other = self.env["res.company"].create({"name": "Other Company"})
        self._assert_allowed(partner=self.buyer, gate=self.gate.with_company(other))
        # an order confirmation got through: the row is broken
        self._reserve(self.buyer, "transactional", at=NOW)._move("sent")
        self._assert_allowed(partner=self.buyer)

    # ---------------------------------------------------------------------- cost

    def test_one_query_per_kind_for_any_number_of_people(self):
        customers = self.env["res.partner"].create(
            [{"name": f"C{i}", "email": f"c{i}@many.example"} for i in range(60)]
        )
        requests = self.gate._get_requests(customers, "email", "care")
        self.gate._decide(requests[:2], NOW)

        def count(part):
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.gate._decide(part, NOW)
            return self.cr.sql_log_count - before

        self.gate._decide(requests, NOW)
        without = count(requests)
        for kind in ("overdue", "dispute", "undelivered", "dead_address"):
            self._create_stop(kind)
            self._create_stop(kind, stop_days=5, name="More")
        self.gate._decide(requests[:2], NOW)
        self.assertEqual(count(requests), without + 4)
        self.assertEqual(count(requests[:1]), count(requests))
