from datetime import timedelta
from unittest.mock import patch

from odoo.tests import freeze_time, tagged

from ...models.customer import c360_customer_progress
from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerProgress(CustomerCommon):
    """The nightly run: what changed, everybody in slices, killed and continued."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Progress = cls.env["c360.customer.progress"]
        cls.Progress.search([]).unlink()
        cls.commits = cls.startClassPatcher(
            patch.object(
                type(cls.env["ir.cron"]), "_commit_progress", return_value=60.0
            )
        )

    def _backdate(self):
        """Let everything there is be older than the last run."""
        self.env.flush_all()
        for table in (
            "sale_order",
            "crm_lead",
            "res_partner",
            "account_move",
            "stock_move",
            "helpdesk_ticket",
            "product_product",
        ):
            self.env.cr.execute(
                f"UPDATE {table} SET write_date = '2020-01-01', create_date ="
                " '2020-01-01'"
            )
        self.env.cr.execute("UPDATE c360_contact_touch SET date = '2020-01-01'")
        self.env.invalidate_all()

    def _run(self):
        """Run the job; return the names of the customers it looked at."""
        seen = []
        refresh = type(self.Profile)._refresh_flushed

        def spy(profiles, scope):
            seen.append(scope)
            return refresh(profiles, scope)

        with patch.object(type(self.Profile), "_refresh_flushed", spy):
            self.Profile._cron_refresh()
        return seen

    def test_the_first_run_looks_at_everybody_the_next_at_what_changed(self):
        with freeze_time("2026-03-01"):
            order = self._order("2026-02-01")
            other = self._create_customer("Other")
            self._order("2026-02-01", partner=other)
            self._backdate()
            [scope] = self._run()
            self.assertTrue(scope.is_all)
            self.assertEqual(self._profile().revenue, 100)
            self._backdate()
            self.assertFalse(self._run(), "nothing happened")
            order.order_line.price_unit = 70
            self.env.flush_all()
            [scope] = self._run()
            self.assertEqual(list(scope.ids), self.customer.ids)
            self.assertEqual(self._profile().revenue, 70)

    @freeze_time("2026-03-01")
    def test_a_changed_cost_price_reaches_the_margin(self):
        self._order("2026-02-01")
        self._backdate()
        self._run()
        self._backdate()
        self.product.standard_price = 60
        self.env.flush_all()
        [scope] = self._run()
        self.assertEqual(list(scope.ids), self.customer.ids)
        self.assertEqual(self._profile().margin, 40)

    def test_time_alone_brings_a_customer_up(self):
        with freeze_time("2026-02-01"):
            self._order("2026-02-01")
            other = self._create_customer("Other")
            self._order("2026-01-20", partner=other)
            self._backdate()
            self._run()
            self._backdate()
            progress = self.Progress.search([])
        # new for 90 days: the other one first
        self.assertEqual(str(self._profile(other).next_date), "2026-04-20")
        with freeze_time("2026-04-20"):
            progress.full_date = "2026-04-20"
            [scope] = self._run()
            self.assertEqual(list(scope.ids), other.ids)
            self.assertEqual(self._profile(other).lifecycle, "retained")
            self.assertEqual(self._profile().lifecycle, "new")

    def test_an_order_of_tomorrow_is_found_tomorrow(self):
        with freeze_time("2026-02-01"):
            self._order("2026-02-02")
            self._backdate()
            self._run()
            progress = self.Progress.search([])
            progress.since = "2026-02-01 12:00:00"
            self._backdate()
        self.assertEqual(self._profile().lifecycle, "prospect")
        with freeze_time("2026-02-02"):
            progress.full_date = "2026-02-02"
            self._run()
        self.assertEqual(self._profile().lifecycle, "new")

    @freeze_time("2026-03-01")
    def test_a_changed_window_and_a_week_are_reasons_to_look_at_everybody(self):
        self._run()
        self._backdate()
        self.assertFalse(self._run())
        self.company.c360_churn_days = 20
        [scope] = self._run()
        self.assertTrue(scope.is_all)
        self._backdate()
        self.assertFalse(self._run())
        self.Progress.search([]).full_date -= timedelta(days=7)
        [scope] = self._run()
        self.assertTrue(scope.is_all)

    @freeze_time("2026-03-01")
    def test_everybody_in_slices_goes_on_where_it_was_stopped(self):
        customers = self.env["res.partner"].concat(
            *(self._create_customer(f"Customer {i}") for i in range(6))
        )
        for customer in customers:
            self._order("2026-02-01", partner=customer)
        cron = self.env.ref("crm_customer360.ir_cron_customer_profile")
        with patch.object(c360_customer_progress, "SLICE", 2):
            self.commits.return_value = 0
            with self.capture(cron) as triggers:
                [first] = self._run()
            self.assertTrue(triggers(), "the rest is for another run")
            self.assertEqual(self.Progress.search([]).last_id, first.last)
            self.commits.return_value = 60.0
            scopes = self._run()
        self.assertEqual(scopes[0].first, first.last + 1)
        self.assertEqual(scopes[-1].last, c360_customer_progress.LAST_ID)
        for customer in customers:
            self.assertEqual(self._profile(customer).order_count, 1)
            self.assertTrue(self._profile(customer).rfm_score)
        self.assertFalse(self.Progress.search([]).full_start)
        self.assertEqual(self.Profile._refresh(), 0, "slices and all at once agree")

    @freeze_time("2026-03-01")
    def test_what_changed_goes_on_where_it_was_stopped(self):
        self._backdate()
        self._run()
        self._backdate()
        progress = self.Progress.search([])
        before = progress.since
        customers = [self._create_customer(f"Customer {i}") for i in range(6)]
        for customer in customers:
            self._order("2026-02-01", partner=customer)
        self.env.flush_all()
        began = self.env.cr.now()
        with patch.object(c360_customer_progress, "SLICE", 2):
            # every turn of the job is over after one slice
            self.commits.return_value = 0
            [first] = self._run()
            self.assertEqual(progress.last_id, first.ids[-1])
            self.assertEqual(progress.since, before, "the round is not over")
            [second] = self._run()
            self.assertGreater(second.ids[0], first.ids[-1])
            [third] = self._run()
            self.assertFalse(progress.changed_start, "and comes to an end")
        self.commits.return_value = 60.0
        self.assertEqual(
            [*first.ids, *second.ids, *third.ids],
            sorted(customer.id for customer in customers),
        )
        self.assertEqual((progress.last_id, progress.since), (0, began))
        for customer in customers:
            self.assertTrue(self._profile(customer).rfm_score, "and is compared")

    @freeze_time("2026-03-01")
    def test_a_look_at_everybody_takes_over_what_was_begun(self):
        self._run()
        progress = self.Progress.search([])
        progress.write({"changed_start": "2026-02-28", "last_id": 2**30})
        self.company.c360_churn_days = 20
        [scope] = self._run()
        self.assertTrue(scope.is_all)
        self.assertEqual((progress.changed_start, progress.last_id), (False, 0))

    def capture(self, cron):
        """Count the times a job is triggered."""
        from contextlib import contextmanager

        @contextmanager
        def counting():
            domain = [("cron_id", "=", cron.id)]
            Trigger = self.env["ir.cron.trigger"]
            before = Trigger.search_count(domain)
            yield lambda: Trigger.search_count(domain) - before

        return counting()

    @freeze_time("2026-03-01")
    def test_nothing_runs_while_switched_off(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_lifecycle"
        )
        self.assertFalse(self._run())
        self.assertFalse(self.Progress.search([]))
