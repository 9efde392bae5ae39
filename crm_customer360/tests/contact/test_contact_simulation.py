from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9)
DAY = timedelta(days=1)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactSimulation(ContactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "UTC"
        cls.other = cls._create_customer("Other Works")

    def _contact(self, partner, *days_ago, purpose="care", state="sent", **values):
        """Put contacts of the past on the ledger, oldest first."""
        gate = self.gate.with_context(**values)
        for days in days_ago:
            touch = gate._reserve(partner, "email", purpose, at=NOW - days * DAY)
            if touch.state == "reserved" and state == "sent":
                touch._move("sent")

    def _simulate(self, policy, role="care"):
        action = policy.with_user(self.users_by_role[role]).action_simulate()
        return self.env["c360.contact.simulation"].browse(action["res_id"])

    def _count(self, record):
        return record.left, record.waited, record.stopped

    def test_a_limit_is_played_with_its_waits(self):
        self._contact(self.buyer, 20, 18, 3)
        self._contact(self.other, 10)
        simulation = self._simulate(self._create_policy(limit=1, days=7))
        self.assertEqual(self._count(simulation), (3, 1, 0))
        self.assertEqual(simulation.wait_seconds, 5 * 86400)
        self.assertEqual(simulation.wait_words, "5 days")
        (line,) = simulation.customer_line_ids
        self.assertEqual(line.customer_id, self.customer)
        self.assertEqual(self._count(line), (2, 1, 0))
        self.assertEqual(simulation.purpose_line_ids.mapped("purpose"), ["care"])

    def test_what_waits_takes_its_place_later(self):
        # the one of day 18 leaves on day 13, so that of day 9 waits as well
        self._contact(self.buyer, 20, 18, 9)
        simulation = self._simulate(self._create_policy(limit=1, days=7))
        self.assertEqual(self._count(simulation), (1, 2, 0))
        self.assertEqual(simulation.wait_seconds, (5 + 3) / 2 * 86400)

    def test_contacts_before_the_30_days_take_their_places(self):
        self._contact(self.buyer, 31, 29)
        simulation = self._simulate(self._create_policy(limit=1, days=7))
        self.assertEqual(self._count(simulation), (0, 1, 0))

    def test_zero_stops_everything_and_nothing_that_is_needed(self):
        self._contact(self.buyer, 20)
        self._contact(self.buyer, 19, purpose="transactional")
        simulation = self._simulate(self._create_policy(limit=0, purposes=()))
        self.assertEqual(self._count(simulation), (0, 0, 1))
        self.assertFalse(simulation.wait_words)

    def test_other_purposes_that_count_take_places_but_are_not_held(self):
        service = self.env.ref("crm_customer360.contact_purpose_service")
        service.is_counted = True
        self._contact(self.buyer, 20, purpose="service")
        self._contact(self.buyer, 19)
        simulation = self._simulate(self._create_policy(limit=1, purposes=()))
        self.assertEqual(self._count(simulation), (0, 1, 0))

    def test_whole_customer_and_filter(self):
        self._contact(self.buyer, 20)
        self._contact(self.engineer, 19)
        policy = self._create_policy(limit=1)
        self.assertEqual(self._count(self._simulate(policy)), (2, 0, 0))
        policy.scope = "customer"
        self.assertEqual(self._count(self._simulate(policy)), (1, 1, 0))
        policy.partner_domain = f"[('id', '=', {self.buyer.id})]"
        self.assertEqual(self._count(self._simulate(policy)), (1, 0, 0))

    def test_what_waited_or_was_stopped_then_wanted_to_leave_too(self):
        never = self._create_policy(limit=0)
        self._contact(self.buyer, 20)
        never.limit_count = 1
        self._contact(self.buyer, 10, 9)
        self.assertEqual(
            self._get_touches(self.buyer).mapped("state"),
            ["blocked", "sent", "deferred"],
        )
        simulation = self._simulate(self._create_policy(limit=5))
        self.assertEqual(self._count(simulation), (3, 0, 0))

    def test_quiet_times_are_played_on_the_customers_clock(self):
        self.buyer.tz = "Asia/Shanghai"
        # 09:00 in UTC, 17:00 in Shanghai
        self._contact(self.buyer, 10)
        self._contact(self.other, 10)
        simulation = self._simulate(
            self._create_policy(
                limit=None, kind="quiet", hour_from=16, hour_to=19, active=False
            )
        )
        self.assertEqual(self._count(simulation), (1, 1, 0))
        self.assertEqual(simulation.wait_seconds, 2 * 3600)

    def test_stops_are_played_from_the_day_they_would_have_held(self):
        self._contact(self.buyer, 20, 5)
        self._contact(self.other, 5)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": date(2026, 3, 1),
                "invoice_date_due": date(2026, 3, 20),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    (0, 0, {"name": "Planks", "price_unit": 9, "tax_ids": False})
                ],
            }
        )
        invoice.action_post()
        policy = self._create_policy(limit=None, kind="stop", stop_kind="overdue")
        self.assertEqual(self._count(self._simulate(policy)), (2, 0, 1))
        policy.stop_days = 10
        self.assertEqual(self._count(self._simulate(policy)), (3, 0, 0))

    def test_the_dates_of_the_policy_do_not_matter(self):
        self._contact(self.buyer, 20)
        policy = self._create_policy(limit=0, date_from=NOW + DAY)
        self.assertEqual(self._count(self._simulate(policy)), (0, 0, 1))

    def test_companies_do_not_count_each_other(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self.gate.with_company(other)._reserve(
            self.buyer, "email", "care", at=NOW - 5 * DAY
        )
        policy = self._create_policy(limit=0)
        self.assertEqual(self._simulate(policy).total, 0)
        policy.company_id = other
        action = policy.with_context(
            allowed_company_ids=[self.company.id, other.id]
        ).action_simulate()
        simulation = self.env["c360.contact.simulation"].browse(action["res_id"])
        self.assertEqual(simulation.stopped, 1)

    def test_the_rows_are_one_click_away(self):
        self._contact(self.buyer, 20, 19, 40)
        self._contact(self.other, 5)
        simulation = self._simulate(self._create_policy(limit=0))
        line = simulation.customer_line_ids.filtered(
            lambda line: line.customer_id == self.customer
        )
        for lines, count in ((line, 2), (simulation.purpose_line_ids, 3)):
            action = lines.action_view_touches()
            rows = self.env["c360.contact.touch"].search(action["domain"])
            self.assertEqual(len(rows), count)

    def test_nothing_is_written_to_the_ledger(self):
        self._contact(self.buyer, 20, 19)
        touches = self._get_touches(self.buyer)
        before = touches.read()
        self._simulate(self._create_policy(limit=0))
        self.assertEqual(touches.read(), before)

    def test_only_who_may_change_policies_may_try_them(self):
        policy = self._create_policy()
        for role in self.ROLES:
            with self.subTest(role):
                if role in ("care", "manager"):
                    self._simulate(policy, role)
                    continue
                with self.assertRaises(AccessError):
                    self._simulate(policy, role)
                with self.assertRaises(AccessError):
                    self.env_of(role)["c360.contact.simulation"].create(
                        {"policy_id": policy.id}
                    )

    def test_the_number_of_queries_does_not_grow(self):
        policy = self._create_policy(limit=1)
        customers = self.env["res.partner"].create(
            [{"name": f"C{i}", "email": f"c{i}@many.example"} for i in range(15)]
        )
        counts = []
        self._contact(self.buyer, 20, 19)
        policy.action_simulate()
        for partners in (customers[:5], customers[5:]):
            for partner in partners:
                self._contact(partner, 20, 19)
            self.env.flush_all()
            before = self.cr.sql_log_count
            policy.action_simulate()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)
