from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import Customer360Common

SWITCH = "crm_customer360.group_use_value"


@tagged("post_install", "-at_install", "c360_customer")
@freeze_time("2026-06-15 12:00:00")
class TestCustomerPanelValue(Customer360Common):
    """Value, risk and payment on the card of the relationship, by right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").implied_ids = [
            Command.link(cls.env.ref(SWITCH).id)
        ]
        cls.env["c360.customer.profile"].search(
            [("partner_id", "=", cls.customer.id)]
        ).unlink()
        cls.profile = cls.env["c360.customer.profile"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "lifecycle": "retained",
                "lifecycle_date": "2026-01-01",
                "first_order_date": "2024-01-01",
                "last_order_date": "2026-04-01",
                "order_count": 5,
                "revenue": 1000,
                "margin": 250.5,
                "lifetime_value": 1200,
                "value_basis": "model",
                "expected_orders": 2.5,
                "next_order_date": "2026-06-01",
                "churn_risk": 0.75,
                "churn_reasons": ",overdue,",
                "order_gap": 30,
                "order_gap_late": 40,
                "payment_days": 20.5,
                "paid_count": 4,
                "tier": "b",
            }
        )

    def _panel(self, role="leader", groups=()):
        for group in groups:
            self.users_by_role[role].group_ids = [
                Command.link(self.env.ref(f"crm_customer360.{group}").id)
            ]
        env = self.env_of(role)
        return env["c360.customer.panel.profile"]._load_panel(
            self.customer.with_env(env), self.customer.ids
        )

    def _figures(self, panel):
        return {figure["label"]: figure["value"] for figure in panel["figures"]}

    def test_costs_and_payment_need_their_rights(self):
        private = {"Margin", "Expected value", "Pays after due (days)"}
        self.assertFalse(private & set(self._figures(self._panel("user"))))
        figures = self._figures(self._panel("leader", ["group_cost", "group_finance"]))
        self.assertEqual(figures["Margin"], 250.5)
        self.assertEqual(figures["Expected value"], 1200)
        self.assertEqual(figures["Pays after due (days)"], "20.5")
        self.assertEqual(figures["Orders expected in 12 months"], "2.5")
        self.assertEqual(figures["Next order"], "2026-06-01")

    def test_risk_is_a_sign_with_its_reasons(self):
        panel = self._panel("user")
        risk, loyal = panel["health"]
        self.assertEqual((risk["tone"], risk["weight"]), ("poor", 50))
        self.assertIn("Risk of leaving 75 %: orders every 30 days", risk["reason"])
        self.assertEqual(
            (loyal["tone"], loyal["reason"]), ("good", "Customer since 01/01/2024")
        )
        panel = self._panel("leader", ["group_finance"])
        self.assertIn("Pays 20 days late", panel["health"][-1]["reason"])
        self.profile.write({"payment_days": -2, "churn_risk": 0.1})
        reasons = [signal["reason"] for signal in self._panel("leader")["health"]]
        self.assertEqual(reasons, ["Customer since 01/01/2024", "Pays on time"])

    def test_who_is_gone_is_called_gone(self):
        self.profile.lifecycle = "churned"
        panel = self._panel()
        [signal] = panel["health"]
        self.assertEqual((signal["tone"], signal["weight"]), ("poor", 60))
        self.assertFalse(panel["due"])

    def test_the_next_order_is_due(self):
        [due] = self._panel()["due"]
        self.assertEqual((due["date"], due["priority"]), ("2026-06-01", 65))
        self.profile.next_order_date = "2026-07-01"
        self.assertFalse(self._panel()["due"])

    def test_the_tier_stands_beside_the_lifecycle(self):
        self.assertEqual(
            [badge["label"] for badge in self._panel()["badges"]],
            ["Retained", "Tier B"],
        )

    def test_switched_off_nothing_of_value_is_left(self):
        self.env.ref("base.group_user").implied_ids = [
            Command.unlink(self.env.ref(SWITCH).id)
        ]
        panel = self._panel("leader", ["group_cost", "group_finance"])
        self.assertEqual(len(panel["figures"]), 4)
        self.assertFalse(panel["due"])
        self.assertEqual(len(panel["badges"]), 1)
        self.assertEqual([signal["tone"] for signal in panel["health"]], ["good"])

    def test_one_query(self):
        self._panel()
        env = self.env_of("leader")
        customer = self.customer.with_env(env)
        self.env.invalidate_all()
        panel = env["c360.customer.panel.profile"]
        panel._load_panel(customer, customer.ids)
        self.env["c360.customer.profile"].invalidate_model()
        with self.assertQueryCount(1):
            panel._load_panel(customer, customer.ids)
