from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged

from ...models.customer.c360_customer_health import ROLE_PANELS
from ..common import Customer360Common


@tagged("post_install", "-at_install", "c360_customer")
@freeze_time("2026-03-10 09:00:00")
class TestCustomerHeader(Customer360Common):
    """Who it is, how he stands, what is due now, and what one can do at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls.users_by_role["user"]
        cls.customer.write({"user_id": cls.salesman.id, "phone": "+31 15 123 4567"})
        cls.accountant = new_test_user(
            cls.env,
            login="c360_accountant",
            groups="base.group_user,account.group_account_invoice",
        )
        cls.users_by_role["accountant"] = cls.accountant

    def _load(self, role, partner=None):
        page = self.env_of(role)["c360.customer.page"]
        return page.load((partner or self.customer).id)

    def _say(self, key="profile", **values):
        """Let a card of the page say more than it does."""
        panel = self.registry[f"c360.customer.panel.{key}"]
        original = panel._get_panel

        def speak(self, customer, partner_ids):
            card = original(self, customer, partner_ids) or {"title": "A", "icon": "B"}
            return {**card, **values}

        self.patch(panel, "_get_panel", speak)

    def _panel_class(self):
        return self.env["c360.customer.panel"]

    # -- buttons --

    def _labels(self, role, partner=None):
        return [
            button["label"] for button in self._load(role, partner)["header"]["buttons"]
        ]

    def test_buttons_are_for_those_who_may(self):
        self.assertEqual(
            self._labels("user"),
            [
                "Call",
                "Write",
                "New quotation",
                "Task",
                "New opportunity",
                "Log a contact",
            ],
        )
        self.assertEqual(
            self._labels("service"), ["Call", "New ticket", "Log a contact"]
        )
        self.assertEqual(self._labels("analyst"), ["Call"])

    def test_one_button_is_primary_and_fits_the_role(self):
        for role, label in (
            ("user", "New quotation"),
            ("manager", "New quotation"),
            ("service", "New ticket"),
            ("analyst", "Call"),
        ):
            with self.subTest(role):
                primary = [
                    button["label"]
                    for button in self._load(role)["header"]["buttons"]
                    if button.get("primary")
                ]
                self.assertEqual(primary, [label])

    def test_nothing_is_begun_with_an_archived_customer(self):
        self.customer.active = False
        header = self._load("manager")["header"]
        self.assertFalse(header["active"])
        self.assertFalse(header["buttons"])

    def test_without_number_and_address_nobody_calls_or_writes(self):
        self.customer.write({"phone": False, "email": False})
        self.assertFalse({"Call", "Write"} & set(self._labels("user")))

    def test_write_opens_the_composer_on_the_customer(self):
        buttons = self._load("user", self.buyer)["header"]["buttons"]
        [write] = [button for button in buttons if button["role"] == "write"]
        composer = (
            self.env_of("user")["mail.compose.message"]
            .with_context(**write["action"]["context"])
            .create({"subject": "Boards", "body": "They are ready"})
        )
        self.assertEqual(composer.partner_ids, self.customer)
        self.assertEqual(composer.res_ids, str(self.customer.ids))

    def test_task_plans_an_activity_on_the_customer(self):
        [task] = [
            button
            for button in self._load("user")["header"]["buttons"]
            if button["role"] == "task"
        ]
        wizard = (
            self.env_of("user")["mail.activity.schedule"]
            .with_context(**task["action"]["context"])
            .create({"summary": "Bring samples"})
        )
        wizard.action_schedule_activities()
        self.assertEqual(self.customer.activity_ids.summary, "Bring samples")

    # -- due --

    def test_what_is_due_stands_in_the_header_most_urgent_first(self):
        due = self._panel_class()._prepare_due
        action = {"model": "res.partner", "id": self.customer.id}
        self._say(
            due=[
                due("Quotation expires", action, "2026-03-12", priority=60),
                due("Invoice", action, "2026-03-01", "danger", 40),
                due("Older invoice", action, "2026-02-01", "danger", 40),
                due("Promise", action, False, "danger", 20),
            ]
        )
        header = self._load("manager")["header"]
        self.assertEqual(
            [item["label"] for item in header["due"]["items"]],
            ["Promise", "Older invoice", "Invoice"],
        )
        self.assertEqual(header["due"]["count"], 4)

    def test_one_card_does_not_fill_all_the_places(self):
        due = self._panel_class()._prepare_due
        action = {"model": "res.partner", "id": self.customer.id}
        late = [due(f"Late {i}", action, f"2026-03-0{i}", priority=10) for i in (1, 2)]
        self._say(due=[*late, due("Late 3", action, "2026-03-03", priority=10)])
        self._say("message", due=[due("Promise", action, False, priority=20)])
        due = self._load("manager")["header"]["due"]
        self.assertEqual(
            [item["label"] for item in due["items"]], ["Late 1", "Late 2", "Promise"]
        )
        self.assertEqual(due["count"], 4)

    def test_activities_of_every_contact_are_due(self):
        self.buyer.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline="2026-03-09",
            summary="Ask about the boards",
            user_id=self.salesman.id,
        )
        self.customer.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline="2026-03-10",
            user_id=self.users_by_role["leader"].id,
        )
        self.customer.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline="2026-03-11",
            user_id=self.salesman.id,
        )
        page = self._load("user")
        items = page["header"]["due"]["items"]
        self.assertEqual(
            [(item["label"], item["date"], item["tone"]) for item in items],
            [
                ("Ask about the boards", "2026-03-09", "danger"),
                ("To-Do", "2026-03-10", "warning"),
            ],
        )
        [card] = [card for card in page["panels"] if card["key"] == "activity"]
        self.assertEqual(card["count"], 3)
        self.assertEqual([figure["value"] for figure in card["figures"]], [1, 1])
        for figure in card["figures"]:
            behind = self.env_of("user")["mail.activity"].search(
                figure["action"]["domain"]
            )
            self.assertEqual(behind.summary, "Ask about the boards")
        self.assertEqual(card["rows"][0]["subtitle"], "Call · Test user")
        self.assertEqual(card["rows"][0]["id"], self.buyer.id)
        found = self.env_of("user")["mail.activity"].search(card["action"]["domain"])
        self.assertEqual(len(found), 3)

    # -- health --

    def test_health_is_one_word_with_its_reasons(self):
        self.assertFalse(self._load("manager")["header"]["health"])
        health = self._panel_class()._prepare_health
        self._say(
            health=[
                health("good", "Buys every month", 20),
                health("fair", "Quiet for 60 days", 40),
                health("poor", "Open complaint", 50),
            ]
        )
        answer = self._load("manager")["header"]["health"]
        self.assertEqual((answer["rating"], answer["label"]), ("poor", "Poor"))
        self.assertEqual(
            [reason["reason"] for reason in answer["reasons"]],
            ["Open complaint", "Quiet for 60 days", "Buys every month"],
        )

    def test_what_one_may_not_see_does_not_judge(self):
        """A card that is hidden from the reader says nothing in the header either."""
        health = self._panel_class()._prepare_health
        self._say("receivable", health=[health("poor", "Overdue", 90)])
        self.assertTrue(self._load("manager")["header"]["health"])
        self.assertFalse(self._load("service")["header"]["health"])

    # -- order --

    def test_the_order_of_cards_fits_the_role(self):
        self._say(rows=[{"title": "x"}])
        for role, name in (
            ("manager", "manager"),
            ("user", "sales"),
            ("service", "service"),
            ("care", "service"),
            ("accountant", "finance"),
        ):
            with self.subTest(role):
                page = self._load(role)
                self.assertEqual(page["role"], name)
                keys = [c["key"] for c in page["panels"] if not c["quiet"]]
                named = [key for key in ROLE_PANELS[name] if key in keys]
                self.assertEqual(keys[: len(named)], named)
        self.assertEqual(self._load("analyst")["role"], "sales")

    def test_quiet_cards_come_last(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.buyer.id,
                "user_id": self.salesman.id,
            }
        )
        page = self._load("user")
        quiet = [card["quiet"] for card in page["panels"]]
        self.assertEqual(quiet, sorted(quiet))
        cards = {card["key"]: card for card in page["panels"]}
        self.assertFalse(cards["opportunity"]["quiet"])
        self.assertTrue(cards["order"]["quiet"])
        lead.unlink()
        cards = {card["key"]: card for card in self._load("user")["panels"]}
        self.assertTrue(cards["opportunity"]["quiet"])

    def test_accountants_open_the_page_and_see_money(self):
        keys = [card["key"] for card in self._load("accountant")["panels"]]
        self.assertIn("receivable", keys)
        self.accountant.write(
            {
                "group_ids": [
                    Command.unlink(self.env.ref("account.group_account_invoice").id)
                ]
            }
        )
        with self.assertRaisesRegex(Exception, "accountants"):
            self._load("accountant")
