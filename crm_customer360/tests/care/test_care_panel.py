from freezegun import freeze_time

from odoo.tests import tagged

from .common import NOW, CareCommon


@tagged("post_install", "-at_install", "c360_care")
@freeze_time(NOW)
class TestCarePanel(CareCommon):
    def _load(self, role="care"):
        env = self.env_of(role)
        customer = self.customer.with_env(env)
        partners = customer + customer.child_ids
        return env["c360.customer.panel.care"]._load_panel(customer, partners.ids)

    def test_the_card_shows_what_is_open(self):
        self.assertTrue(self._load()["empty"])
        self._create_task().action_happy()
        todo = self._create_task()
        self._create_task(self.engineer, state="planned")
        panel = self._load()
        self.assertEqual(
            [figure["value"] for figure in panel["figures"]], [1, 1, "Happy"]
        )
        self.assertEqual(panel["count"], 2)
        self.assertEqual(len(panel["rows"]), 2)
        row = panel["rows"][0]
        self.assertEqual((row["model"], row["id"]), (todo._name, todo.id))
        self.assertEqual((row["title"], row["subtitle"]), (self.rule.name, todo.reason))

    def test_it_shows_what_the_user_may_read(self):
        self.customer.user_id = False
        self._create_task().user_id = self.users_by_role["care"]
        self.assertEqual(self._load("user")["count"], 0)
        self.assertEqual(self._load("care")["count"], 1)
        self.assertIsNone(self._load("stranger"))

    def test_done_tasks_stand_in_the_timeline(self):
        task = self._create_task()
        task.note = "Loves the boards"
        task.action_happy()
        Panel = self.env_of("care")["c360.customer.panel.care"]
        timeline = self.env_of("care")["c360.customer.timeline"]._load(
            self.customer.with_env(Panel.env), self.buyer.ids
        )
        entry = next(
            entry for entry in timeline["entries"] if entry["model"] == task._name
        )
        self.assertEqual(entry["id"], task.id)
        self.assertEqual(entry["title"], self.rule.name)
        self.assertIn("Loves the boards", entry["subtitle"])
        self.assertEqual(entry["tone"], "success")
        self.assertFalse(Panel._get_timeline_entries("res.partner", [1]))

    def test_it_goes_with_the_switch(self):
        Panel = self.env_of("care")["c360.customer.panel"]
        names = [panel._name for panel in Panel._get_panels()]
        self.assertIn("c360.customer.panel.care", names)
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_care"
        )
        names = [panel._name for panel in Panel._get_panels()]
        self.assertNotIn("c360.customer.panel.care", names)
