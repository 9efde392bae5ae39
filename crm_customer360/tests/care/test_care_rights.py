from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import NOW, CareCommon


@tagged("post_install", "-at_install", "c360_care")
@freeze_time(NOW)
class TestCareRights(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls._create_task()
        # his customer, a colleague's task
        cls.of_my_customer = cls._create_task()
        cls.of_my_customer.user_id = cls.users_by_role["leader"]
        # neither his customer nor his task
        cls.foreign = cls._create_task(cls._create_customer("Foreign Mill"))
        cls.foreign.user_id = cls.users_by_role["leader"]
        cls.tasks = cls.mine + cls.of_my_customer + cls.foreign

    def _seen(self, role):
        return self.env_of(role)["c360.care.task"].search(
            [("id", "in", self.tasks.ids)]
        )

    def test_salespeople_see_their_own_and_their_customers(self):
        self.assertEqual(self._seen("user"), self.mine + self.of_my_customer)
        self.mine.with_user(self.seller).action_happy()
        self.assertEqual(self.mine.state, "done")
        for action in ("action_happy", "action_send_message"):
            with self.assertRaises(AccessError):
                getattr(self.foreign.with_user(self.seller), action)()
        self.assertEqual(self.foreign.state, "todo")

    def test_leaders_and_officers_work_all(self):
        for role in ("leader", "care", "manager"):
            with self.subTest(role):
                self.assertEqual(self._seen(role), self.tasks)
                task = self.foreign.with_user(self.users_by_role[role])
                task.action_happy()
                task.action_reopen()

    def test_service_and_analysts_only_look(self):
        for role in ("service", "analyst"):
            with self.subTest(role):
                self.assertEqual(self._seen(role), self.tasks)
                self.foreign.with_user(self.users_by_role[role]).mapped("contact_hint")
                with self.assertRaises(AccessError):
                    self.foreign.with_user(self.users_by_role[role]).action_happy()

    def test_people_write_notes_not_the_record(self):
        values = {
            "partner_id": self.engineer.id,
            "rule_id": self._create_rule("Another").id,
            "touch_id": False,
            "state": "done",
            "outcome": "happy",
            "date_done": NOW,
            "source_id": 1,
            "company_id": False,
            "cancel_reason": "x",
            "error": "x",
        }
        for role in ("user", "leader", "care", "manager"):
            task = self.mine.with_user(self.users_by_role[role])
            for field, value in values.items():
                with (
                    self.subTest(f"{role}: {field}"),
                    self.assertRaisesRegex(
                        AccessError, f"moved by its buttons.*{field}"
                    ),
                ):
                    task.write({field: value, "note": "x"})
            task.write({"note": role, "date_deadline": NOW.date()})
            task.user_id = self.users_by_role[role]
            task.activity_schedule("mail.mail_activity_data_todo", summary=role)
            task.message_post(body=role)
            task.message_subscribe(self.users_by_role[role].partner_id.ids)
        self.assertEqual((self.mine.note, self.mine.state), ("manager", "todo"))

    def test_the_actions_ask_for_the_right_to_the_task(self):
        self.foreign.state = "waiting"
        for action in (
            "action_happy",
            "action_no_answer",
            "action_unwanted",
            "action_problem",
            "action_cancel",
            "action_reopen",
            "action_retry",
            "action_send_message",
        ):
            for role in ("user", "service"):
                task = self.foreign.with_user(self.users_by_role[role])
                with self.subTest(f"{role}: {action}"), self.assertRaises(AccessError):
                    getattr(task, action)()
        self.assertEqual(self.foreign.state, "waiting")

    def test_strangers_see_nothing(self):
        with self.assertRaises(AccessError):
            self._seen("stranger")
        with self.assertRaises(AccessError):
            self.env_of("stranger")["c360.care.rule"].search([])

    def test_nobody_makes_or_deletes_tasks_by_hand(self):
        for role in self.ROLES:
            Task = self.env_of(role)["c360.care.task"]
            self.assertFalse(Task.has_access("create"), role)
            self.assertFalse(Task.has_access("unlink"), role)

    def test_only_care_officers_write_rules(self):
        for role in ("user", "leader", "service", "analyst"):
            with self.subTest(role):
                rule = self.rule.with_user(self.users_by_role[role])
                self.assertTrue(rule.name)
                with self.assertRaises(AccessError):
                    rule.name = "Mine"
        for role in ("care", "manager"):
            self.rule.with_user(self.users_by_role[role]).name = role
            self.assertEqual(self.rule.name, role)

    def test_companies_do_not_see_each_other(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        self.rule.company_id = company
        self.foreign.company_id = company
        self.assertNotIn(self.foreign, self._seen("care"))
        self.assertFalse(
            self.env_of("care")["c360.care.rule"].search([("id", "=", self.rule.id)])
        )

    def test_the_menus_go_with_the_switch(self):
        menus = self.env.ref("crm_customer360.customer360_menu_care")
        menus += self.env.ref("crm_customer360.c360_care_task_menu_report")
        Menu = self.env_of("care")["ir.ui.menu"]
        self.assertLessEqual(set(menus.ids), set(Menu._visible_menu_ids()))
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_care"
        )
        self.assertFalse(set(menus.ids) & set(Menu._visible_menu_ids()))
