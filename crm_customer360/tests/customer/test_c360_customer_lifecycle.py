import random
from collections import defaultdict
from datetime import date, timedelta

from psycopg2.extras import execute_values

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ...tools.customer_lifecycle import Windows, lifecycle_transitions
from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerLifecycle(CustomerCommon):
    @freeze_time("2026-06-01")
    def test_the_first_refresh_writes_the_whole_history(self):
        for day in ("2025-01-01", "2025-01-20", "2026-02-01"):
            self._order(day)
        self.Profile._refresh()
        self.assertEqual(
            self._ledger(),
            [
                ("2025-01-01", "prospect", "new"),
                ("2025-01-20", "new", "retained"),
                ("2025-07-19", "retained", "churned"),
                ("2026-02-01", "churned", "won_back"),
                ("2026-05-02", "won_back", "retained"),
            ],
        )
        row = self.Ledger.search([("partner_id", "=", self.customer.id)], limit=1)
        self.assertEqual(row.partner_name, "Harbour Timber")

    def test_time_alone_moves_a_customer_on(self):
        self._order("2026-01-01")
        with freeze_time("2026-01-02"):
            self.Profile._refresh()
            self.assertEqual(self._profile().lifecycle, "new")
        with freeze_time("2026-04-20"):
            self.Profile._refresh()
            self.assertEqual(self._profile().lifecycle, "retained")
        with freeze_time("2026-07-20"):
            self.Profile._cron_refresh()
            self.assertEqual(self._profile().lifecycle, "churned")
        # the business day, not the day it was noticed
        self.assertEqual(
            self._ledger(),
            [
                ("2026-01-01", "prospect", "new"),
                ("2026-04-01", "new", "retained"),
                ("2026-06-30", "retained", "churned"),
            ],
        )

    def test_a_cancelled_order_appends_a_correction(self):
        self._order("2026-01-01")
        second = self._order("2026-01-10")
        with freeze_time("2026-01-11"):
            self.Profile._refresh()
        second.state = "cancel"
        with freeze_time("2026-01-12"):
            self.Profile._refresh()
            self.Profile._refresh()
        self.assertEqual(
            self._ledger(),
            [
                ("2026-01-01", "prospect", "new"),
                ("2026-01-10", "new", "retained"),
                ("2026-01-12", "retained", "new"),
            ],
        )
        self.assertEqual(str(self._profile().lifecycle_date), "2026-01-01")
        # and life goes on from there
        with freeze_time("2026-04-10"):
            self.Profile._refresh()
        self.assertEqual(self._ledger()[3:], [("2026-04-01", "new", "retained")])

    def test_whoever_cancels_everything_is_a_prospect_again(self):
        order = self._order("2026-01-01")
        with freeze_time("2026-01-02"):
            self.Profile._refresh()
        order.state = "cancel"
        with freeze_time("2026-01-05"):
            self.Profile._refresh()
            self.assertEqual(self._profile().lifecycle, "prospect")
            self.assertEqual(self._profile().order_count, 0)
        self._order("2026-01-20")
        with freeze_time("2026-01-20"):
            self.Profile._refresh(self.customer)
        self.assertEqual(
            self._ledger(),
            [
                ("2026-01-01", "prospect", "new"),
                ("2026-01-05", "new", "prospect"),
                ("2026-01-20", "prospect", "new"),
            ],
        )

    def test_the_way_back_from_a_prospect_is_as_of_the_day(self):
        """An order that did not count for a while: the past stays what was told."""
        order = self._order("2026-08-01")
        with freeze_time("2026-08-02"):
            self.Profile._refresh(self.customer)
        with freeze_time("2026-09-01"):
            order.state = "cancel"
            self.Profile._refresh(self.customer)
        told = [("2026-08-01", "prospect", "new"), ("2026-09-01", "new", "prospect")]
        self.assertEqual(self._ledger(), told)
        with freeze_time("2026-09-20"):
            order.state = "sale"
            self.Profile._refresh(self.customer)
            self.assertEqual(self.Profile._refresh(self.customer), 0)
        told.append(("2026-09-20", "prospect", "new"))
        self.assertEqual(self._ledger(), told)
        with freeze_time("2026-12-01"):
            self.Profile._refresh()
        told.append(("2026-10-30", "new", "retained"))
        self.assertEqual(self._ledger(), told, "and goes on from there")

    def test_whoever_is_back_when_time_has_moved_on_is_that_from_today(self):
        order = self._order("2026-08-01")
        with freeze_time("2026-08-02"):
            self.Profile._refresh(self.customer)
        with freeze_time("2026-09-01"):
            order.state = "cancel"
            self.Profile._refresh()
        with freeze_time("2026-11-20"):
            order.state = "sale"
            self.Profile._refresh()
        self.assertEqual(self._ledger()[2:], [("2026-11-20", "prospect", "retained")])

    @freeze_time("2026-06-01")
    def test_the_windows_are_those_of_the_company(self):
        company, _user = self._create_second_company()
        company.write({"c360_churn_days": 30, "c360_new_days": 10})
        self._order("2026-01-01")
        self._order("2026-01-01", company_id=company.id)
        self.Profile._refresh()
        self.assertEqual(self._profile().lifecycle, "retained")
        self.assertEqual(self._profile(company=company).lifecycle, "churned")
        self.assertEqual(
            str(self._profile(company=company).lifecycle_date), "2026-01-31"
        )

    def test_the_statement_agrees_with_the_definition(self):
        """A few hundred random histories, found out in one go and step by step."""
        rng = random.Random(20260601)
        start, end = date(2024, 1, 1), date(2026, 6, 1)
        for windows in (Windows(), Windows(30, 45, 60), Windows(100, 100, 40)):
            with self.subTest(windows):
                self._compare(rng, windows, start, end, 120)

    def _compare(self, rng, windows, start, end, count):
        self.company.write(
            {f"c360_{name}": days for name, days in windows._asdict().items()}
        )
        partners = self.env["res.partner"].create(
            [{"name": f"Random {i}"} for i in range(count)]
        )
        histories = {}
        for partner in partners:
            scale = rng.choice((20, 90, 400))
            days = [start + timedelta(days=rng.randint(0, 500))]
            for _order in range(rng.randint(0, 7)):
                step = rng.choice((rng.randint(0, scale), *windows))
                days.append(days[-1] + timedelta(days=step))
            histories[partner.id] = days
        execute_values(
            self.env.cr._obj,
            """
            INSERT INTO sale_order (name, partner_id, partner_invoice_id,
                partner_shipping_id, company_id, warehouse_id, picking_policy, state,
                date_order, create_date, amount_untaxed, currency_rate)
            VALUES %s
            """,
            [
                ("R", pid, pid, pid, self.company.id, self._warehouse_id())
                + ("direct", "sale", day, day, 10, 1)
                for pid, days in histories.items()
                for day in days
            ],
        )
        at_once, step_by_step = partners[::2], partners[1::2]
        for today in (start + timedelta(days=97 * i) for i in range(1, 9)):
            with freeze_time(min(today, end)):
                self.Profile._refresh(step_by_step)
        with freeze_time(end):
            self.Profile._refresh(partners)
        ledger = defaultdict(list)
        for row in self.Ledger.search([("partner_id", "in", partners.ids)], order="id"):
            ledger[row.partner_id.id].append((row.date, row.old, row.new))
        profiles = {
            profile.partner_id.id: profile
            for profile in self.Profile.search([("partner_id", "in", partners.ids)])
        }
        for partner in at_once | step_by_step:
            days = histories[partner.id]
            expected = lifecycle_transitions(days, windows, end)
            olds = ["prospect", *(state for _day, state in expected)]
            self.assertEqual(
                ledger[partner.id],
                [
                    (day, old, new)
                    for (day, new), old in zip(expected, olds, strict=False)
                ],
                days,
            )
            self.assertEqual(
                (profiles[partner.id].lifecycle_date, profiles[partner.id].lifecycle),
                expected[-1] if expected else (min(days), "prospect"),
            )

    def _warehouse_id(self):
        return (
            self.env["stock.warehouse"]
            .search([("company_id", "=", self.company.id)], limit=1)
            .id
        )

    @freeze_time("2026-06-01")
    def test_the_ledger_cannot_be_edited_by_anyone(self):
        self._order("2026-01-01")
        self.Profile._refresh()
        row = self.Ledger.search([("partner_id", "=", self.customer.id)], limit=1)
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            row.new = "churned"
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            row.unlink()
