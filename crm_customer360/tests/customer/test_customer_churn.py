from odoo.tests import freeze_time, tagged

from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerChurn(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-06-30"))
        cls.Score = cls.env["c360.customer.value.score"]
        Forecast = cls.env["c360.customer.value.model"]
        if not Forecast.search([("company_id", "=", cls.company.id)]):
            Forecast.create({"company_id": cls.company.id})

    def _score(self, partner=None):
        partner = partner or self.customer
        self.Profile._refresh(partner)
        self.Score._score(partner)
        return self._profile(partner)

    def test_two_orders_are_no_rhythm_yet(self):
        self._order("2026-05-01")
        self._order("2026-05-31")
        profile = self._score()
        self.assertFalse(profile.next_order_date)
        self.assertEqual((profile.order_gap, profile.churn_risk), (0, 0))
        self.assertFalse(profile.churn_reason_text)

    def test_the_next_order_follows_his_own_rhythm(self):
        for day in ("2026-04-01", "2026-05-01", "2026-05-31"):
            self._order(day, partner=self.buyer)
        # a second order on a day is the same day
        self._order("2026-05-31")
        profile = self._score()
        self.assertEqual(str(profile.next_order_date), "2026-06-30")
        self.assertEqual((profile.order_gap, profile.order_gap_late), (30, 38))
        self.assertEqual(profile.churn_risk, 0)

    def test_who_is_late_by_his_own_rhythm_is_at_risk_and_told_why(self):
        for day in ("2025-12-01", "2025-12-11", "2025-12-21", "2025-12-30"):
            self._order(day)
        profile = self._score()
        self.assertEqual(profile.churn_reasons, ",overdue,falling,")
        self.assertEqual(profile.churn_risk, 0.93)
        self.assertEqual(
            profile.churn_reason_text,
            "orders every 10 days, silent for 182 · revenue has halved in half a year",
        )

    def test_falling_revenue_is_a_reason_of_its_own(self):
        for day in ("2025-08-01", "2025-09-01", "2025-11-01", "2025-12-01"):
            self._order(day, price=1000)
        for day in ("2026-02-01", "2026-04-01", "2026-06-20"):
            self._order(day, price=10)
        profile = self._score()
        self.assertEqual(profile.churn_reasons, ",falling,")
        self.assertEqual(profile.churn_risk, 0.3)

    def test_an_order_that_never_happened_leaves_no_rhythm(self):
        for day in ("2026-01-01", "2026-02-01", "2026-03-01"):
            order = self._order(day)
        self.assertTrue(self._score().next_order_date)
        order._action_cancel()
        profile = self._score()
        self.assertFalse(profile.next_order_date)
        self.assertEqual(profile.churn_risk, 0)

    def test_an_event_of_the_erp_scores_his_customer_at_once(self):
        for day in ("2026-01-01", "2026-02-01", "2026-03-01"):
            order = self._order(day)
        self.env["c360.customer.event"]._record("order_confirmed", order)._process()
        self.assertTrue(self._profile().next_order_date)

    def test_a_merge_scores_who_stays(self):
        other = self._create_customer("Harbour Timber Two")
        self._order("2026-01-01")
        self._order("2026-02-01", partner=other)
        self._order("2026-03-01", partner=other)
        self._score()
        self._score(other)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer | other).ids, self.customer
        )
        self.assertEqual(str(self._profile().next_order_date), "2026-03-31")
