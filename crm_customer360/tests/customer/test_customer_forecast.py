from unittest.mock import patch

import numpy as np

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import CustomerCommon

TODAY = "2026-06-30"


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerForecast(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.Score = cls.env["c360.customer.value.score"]
        cls.Forecast = cls.env["c360.customer.value.model"]
        cls.Forecast.search([("company_id", "=", cls.company.id)]).unlink()
        cls.forecast = cls.Forecast.create({"company_id": cls.company.id})
        # who is measured against others should not meet those of a demo
        cls.env.cr.execute("UPDATE sale_order SET state = 'cancel'")
        cls.env.invalidate_all()

    @classmethod
    def _shop(cls, customers=260, seed=360, company=None):
        """Create customers who come and go over two years, as an import leaves them."""
        rng = np.random.default_rng(seed)
        partners = cls.env["res.partner"].create(
            [{"name": f"Walk-in {place}"} for place in range(customers)]
        )
        rows = []
        for partner_id in partners.ids:
            born, gone = rng.integers(0, 500), rng.exponential(220)
            gaps = rng.exponential(rng.choice([14, 40, 120]), size=60)
            for day in np.concatenate([[0], gaps.cumsum()]):
                if day <= gone and born + day <= 730:
                    rows.append((partner_id, int(730 - born - day)))
        template = cls._order("2024-01-01", partner=partners[0])
        template.state = "cancel"
        cls.env.flush_all()
        cls.env.cr.execute(
            """
            INSERT INTO sale_order (name, partner_id, partner_invoice_id,
                   partner_shipping_id, company_id, currency_id, currency_rate,
                   warehouse_id, picking_policy, state, date_order, create_date,
                   amount_untaxed)
            SELECT 'X', sold.partner_id, sold.partner_id, sold.partner_id,
                   %s, o.currency_id, 1, o.warehouse_id, o.picking_policy, 'sale',
                   DATE %s - sold.back, DATE %s - sold.back, 100
              FROM UNNEST(%s::int[], %s::int[]) AS sold(partner_id, back)
              JOIN sale_order AS o ON o.id = %s
            """,
            (
                (company or cls.company).id,
                TODAY,
                TODAY,
                [partner_id for partner_id, _back in rows],
                [back for _partner_id, back in rows],
                template.id,
            ),
        )
        cls.env.invalidate_all()
        cls.Profile._refresh()
        return partners

    def _score(self, partners=None):
        self.Profile._refresh(partners or self.customer)
        return self.Score._score(partners or self.customer, self.company)

    # -- the model --

    def test_a_company_without_history_is_told_what_it_lacks(self):
        self._order("2026-01-10")
        self.Profile._refresh()
        self.forecast._fit()
        self.assertEqual((self.forecast.state, self.forecast.lack), ("lack", "weeks"))
        self.assertIn("nine months", self.forecast.verdict)
        self.assertFalse(self.forecast.used_kind)
        self.assertFalse(self.forecast.candidate_ids)
        self._score()
        profile = self._profile()
        self.assertFalse(profile.value_basis)
        self.assertEqual((profile.expected_orders, profile.lifetime_value), (0, 0))

    def test_too_few_customers_are_told_apart_from_too_few_orders(self):
        for place in range(5):
            self._order(f"2025-0{place + 1}-10")
        self.Profile._refresh()
        self.forecast._fit()
        self.assertEqual(self.forecast.lack, "customers")
        self.assertIn("there are 1", self.forecast.verdict)
        with patch(
            "odoo.addons.crm_customer360.tools.customer_value_trial.CUSTOMERS", 1
        ):
            self.forecast._fit()
        self.assertEqual(self.forecast.lack, "repeats")
        self.assertIn("there are 4", self.forecast.verdict)

    def test_the_trial_chooses_what_foretold_best(self):
        self._shop()
        self.forecast._fit()
        forecast = self.forecast
        self.assertEqual(forecast.state, "ready")
        self.assertEqual(forecast.months, 7)
        self.assertEqual(str(forecast.cut_date), "2025-11-30")
        self.assertEqual(
            set(forecast.candidate_ids.mapped("kind")), {"bgnbd", "pareto", "rate"}
        )
        best = min(forecast.candidate_ids, key=lambda line: line.rmse)
        self.assertEqual(forecast.best_kind, best.kind)
        self.assertNotEqual(best.kind, "rate")
        self.assertEqual(forecast.candidate_ids.filtered("is_used"), best)
        self.assertGreater(best.gain, 0.1)
        self.assertIn(f"{round(100 * best.gain)} % better", forecast.verdict)
        # the graph: cumulative, and its end is what the figures say
        months = forecast.month_ids
        self.assertEqual(len(months), 4 * 7)
        actual = months.filtered(lambda month: month.series == "actual")
        self.assertEqual(actual.mapped("orders"), sorted(actual.mapped("orders")))
        self.assertEqual(actual[-1].orders, forecast.actual_count)
        self.assertEqual(str(actual[-1].date), TODAY)

    def test_a_model_chosen_by_hand_stays(self):
        self._shop()
        self.forecast._fit()
        manager = self.forecast.with_env(self.env_of("manager"))
        manager.choice = "rate"
        self.assertEqual(self.forecast.used_kind, "rate")
        self.assertIn("somebody chose it", self.forecast.verdict)
        self.forecast._fit()
        self.assertEqual(self.forecast.used_kind, "rate")
        customers = self.Profile.search([("order_count", ">", 3)], limit=20)
        self.Score._score(customers.partner_id, self.company)
        self.assertEqual(set(customers.mapped("value_basis")), {"rate"})
        self.assertEqual(set(customers.mapped("alive_probability")), {0.0})

    def test_profiles_tell_what_is_expected(self):
        partners = self._shop()
        self.forecast._fit()
        self.forecast.choice = "bgnbd"
        self.company.c360_value_base = "revenue"
        self.Score._score(partners, self.company)
        profiles = self.Profile.search([("partner_id", "in", partners.ids)])
        self.assertEqual(set(profiles.mapped("value_basis")), {"model"})
        for profile in profiles:
            self.assertTrue(0 <= profile.alive_probability <= 1)
            self.assertGreaterEqual(profile.expected_orders, 0)
        busy = max(profiles, key=lambda profile: profile.expected_orders)
        gone = min(profiles, key=lambda profile: profile.alive_probability)
        self.assertGreater(busy.last_order_date, gone.last_order_date)
        self.assertGreater(busy.lifetime_value, 100 * busy.expected_orders)
        once = profiles.filtered(lambda profile: profile.order_count == 1)
        self.assertEqual(set(once.mapped("alive_probability")), {1.0})
        longer = busy.lifetime_value
        self.company.c360_value_months = 12
        self.Score._score(partners, self.company)
        self.assertLess(busy.lifetime_value, longer)
        # 12 months, undiscounted, 100 an order: what is expected, rounded
        self.company.c360_value_discount = 0
        self.Score._score(partners, self.company)
        self.assertAlmostEqual(
            busy.lifetime_value, 100 * busy.expected_orders, delta=100
        )

    def test_a_day_without_news_writes_little(self):
        partners = self._shop()
        self.forecast._fit()
        self.assertGreater(self.Score._score(partners, self.company), 200)
        self.assertEqual(self.Score._score(partners, self.company), 0)
        with freeze_time("2026-07-01"):
            written = self.Score._score(partners, self.company)
        self.assertLess(written, len(partners) / 2)

    def test_the_number_of_queries_does_not_grow(self):
        partners = self._shop()
        self.forecast._fit()
        self.env.flush_all()
        self.Score._score(partners[:1], self.company)
        self.env.cr.execute("UPDATE c360_customer_profile SET churn_risk = 0.5")
        queries = []
        for some in (partners[:2], partners):
            begin = self.env.cr.sql_log_count
            self.Score._score(some, self.company)
            queries.append(self.env.cr.sql_log_count - begin)
        self.assertEqual(queries[0], queries[1])
        self.assertLessEqual(queries[0], 8)

    # -- the rounds --

    def test_the_daily_round_goes_on_where_it_stopped(self):
        partners = self._shop(customers=20)
        module = "odoo.addons.crm_customer360.models.customer"
        seen = []
        with patch(f"{module}.c360_customer_value_model.SLICE", 8):
            while self.forecast.scored_date != self.forecast.create_date.date():
                seen.append(self.forecast._score_next(self.forecast.create_date.date()))
        self.assertEqual(sum(seen), len(partners))
        self.assertEqual(seen[:2], [8, 8])
        self.assertEqual(self.forecast.scored_partner_id, 0)

    def test_the_jobs_do_nothing_while_switched_off(self):
        self._order("2026-01-10")
        self.Profile._refresh()
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_value"
        )
        self.Forecast._cron_fit()
        self.Forecast._cron_score()
        self.assertEqual(self.forecast.state, "new")
        self.assertFalse(self.forecast.scored_date)
        self.assertEqual(self._score(), 0)

    def test_the_jobs_serve_every_company(self):
        second, _user = self._create_second_company()
        self._order("2026-01-10", company_id=second.id)
        self._order("2026-01-10")
        self.Profile._refresh()
        # the rounds commit, a test cannot
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=9
        ):
            self.Forecast._cron_fit()
            self.Forecast._cron_score()
        forecasts = self.Forecast.search(
            [("company_id", "in", (self.company | second).ids)]
        )
        self.assertEqual(forecasts.company_id, self.company | second)
        self.assertEqual(set(forecasts.mapped("state")), {"lack"})
        self.assertEqual({str(day) for day in forecasts.mapped("scored_date")}, {TODAY})

    @mute_logger(
        "odoo.addons.crm_customer360.models.customer.c360_customer_value_model"
    )
    def test_what_one_company_breaks_does_not_stop_the_others(self):
        company, _user = self._create_second_company()
        for owner in (self.company, company):
            self._order("2026-06-01", company_id=owner.id)
        self.Profile._refresh(self.customer)
        forecasts = self.Forecast.search([])
        broken, whole = self.forecast, forecasts.create({"company_id": company.id})
        forecasts.scored_date = "2026-06-29"
        score = type(self.Score)._score_slice

        def fail(scores, value_model, partner_ids):
            if value_model == broken:
                raise ValueError("odd history")
            return score(scores, value_model, partner_ids)

        with (
            patch.object(type(self.Score), "_score_slice", fail),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", return_value=60.0
            ),
        ):
            self.Forecast._cron_score()
        self.assertEqual(str(whole.scored_date), TODAY)
        self.assertEqual(str(broken.scored_date), "2026-06-29", "tried again later")
        self.assertFalse(broken.scored_partner_id)

    def test_whoever_became_a_prospect_is_no_risk(self):
        self._order("2026-06-01").state = "cancel"
        self.Profile._refresh(self.customer)
        profile = self._profile()
        # by signs alone: neither a forecast nor a rhythm
        self.env.cr.execute(
            "UPDATE c360_customer_profile SET churn_risk = 0.2,"
            " churn_reasons = ',late_payment,' WHERE id = %s",
            [profile.id],
        )
        profile.invalidate_recordset()
        self.forecast._score_next(TODAY)
        self.assertEqual((profile.churn_risk, profile.churn_reasons), (0, False))

    def test_changed_terms_have_everybody_scored_anew(self):
        self.forecast.scored_date = TODAY
        self.company.c360_value_months = self.company.c360_value_months
        self.assertTrue(self.forecast.scored_date)
        self.company.c360_value_months = 24
        self.assertFalse(self.forecast.scored_date)

    # -- rights --

    def test_only_managers_choose_and_only_cost_readers_see_the_value(self):
        for role in ("leader", "analyst"):
            forecast = self.forecast.with_env(self.env_of(role))
            self.assertEqual(forecast.state, "new")
            with self.assertRaises(AccessError):
                forecast.choice = "rate"
            with self.assertRaises(AccessError):
                forecast.action_fit()
        for role in ("user", "care", "service", "stranger"):
            self.assertFalse(
                self.env_of(role)["c360.customer.value.model"].has_access("read")
            )
        self._order("2026-01-10")
        self._score()
        seen = self._profile().with_env(self.env_of("user"))
        self.assertEqual(seen.expected_orders, 0)
        with self.assertRaises(AccessError):
            seen.read(["lifetime_value"])
        self.assertFalse(
            self._profile().with_env(self.env_of("manager")).lifetime_value
        )
        manager = self.forecast.with_env(self.env_of("manager"))
        self.assertEqual(manager.action_fit()["tag"], "display_notification")
        self.assertEqual(
            manager.action_open_months()["domain"],
            [("value_model_id", "=", self.forecast.id)],
        )
