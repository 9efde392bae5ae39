from freezegun import freeze_time

from odoo.tests import tagged

from .common import ContactCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestCustomerPanelPerson(ContactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engineer.write({"email": False, "phone": False})
        cls.buyer.write({"function": "Purchasing", "phone": "+31 15 1"})

    def _panel(self, role="leader"):
        env = self.env_of(role)
        contacts = self.customer + self.buyer + self.engineer
        return env["c360.customer.panel.person"]._load_panel(
            self.customer.with_env(env), contacts.ids
        )

    def _figures(self, panel):
        return {figure["label"]: figure["value"] for figure in panel["figures"]}

    def _behind(self, figure):
        action = figure["action"]
        return self.env[action["res_model"]].search(action["domain"])

    def test_who_they_are_and_how_to_reach_them(self):
        panel = self._panel()
        self.assertEqual(
            self._figures(panel), {"People": 2, "Without phone and e-mail": 1}
        )
        people, unreachable = panel["figures"]
        self.assertEqual(self._behind(people), self.buyer + self.engineer)
        self.assertEqual(self._behind(unreachable), self.engineer)
        buyer, engineer = panel["rows"]
        self.assertEqual(buyer["subtitle"], "Purchasing")
        self.assertEqual(
            (buyer["phone"], buyer["email"]), ("+31 15 1", "berta@timber.example")
        )
        self.assertFalse(engineer["phone"] or engineer["email"])
        self.assertEqual(engineer["badges"][0]["tone"], "warning")

    def test_silence_is_counted_from_the_last_exchange(self):
        with freeze_time("2026-03-01 12:00:00"):
            self._reserve(self.buyer)._move("sent")
        with freeze_time("2026-05-01 12:00:00"):
            self._reserve(self.buyer)._move("failed")
            panel = self._panel()
            label = "Days since the last contact"
            self.assertEqual(self._figures(panel)[label], 61)
            self.assertFalse(panel["due"] or panel["health"])
            self.assertIn("03/01/2026", panel["rows"][0]["badges"][0]["label"])
        with freeze_time("2026-06-01 12:00:00"):
            panel = self._panel()
            self.assertEqual(panel["due"][0]["label"], "No contact for 92 days")
            self.assertEqual(panel["health"][0]["tone"], "fair")

    def test_a_colleagues_message_to_his_customer_is_not_told(self):
        leader = self.users_by_role["leader"]
        self.customer.user_id = leader
        self._reserve(self.buyer)._move("sent")
        self.env["c360.contact.touch"].search([]).user_id = leader
        label = "Days since the last contact"
        self.assertIn(label, self._figures(self._panel()))
        self.assertNotIn(label, self._figures(self._panel("user")))

    def test_nobody_known_shows_no_card(self):
        (self.buyer + self.engineer).active = False
        self.assertIsNone(self._panel())

    def test_one_query(self):
        env = self.env_of("leader")
        panel = env["c360.customer.panel.person"]
        customer = self.customer.with_env(env)
        contacts = customer + (self.buyer + self.engineer).with_env(env)
        panel._load_panel(customer, contacts.ids)
        contacts.mapped("function")
        with self.assertQueryCount(1):
            panel._load_panel(customer, contacts.ids)
