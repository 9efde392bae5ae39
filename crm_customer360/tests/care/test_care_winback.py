from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from .common import CareCommon


@tagged("post_install", "-at_install", "c360_care")
class TestCareWinback(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-06-30 09:00:00"))
        cls.rules = cls.env["c360.care.rule"]
        for step in ("call", "offer", "letter"):
            cls.rules |= cls.env.ref(f"crm_customer360.c360_care_rule_winback_{step}")
        cls.rules.active = True
        cls.Profile = cls.env["c360.customer.profile"]
        cls._confirmed("2026-01-01")
        cls.Profile._refresh(cls.customer)
        cls.loss = cls.env["c360.customer.loss"].search(
            [("partner_id", "=", cls.customer.id)]
        )

    @classmethod
    def _confirmed(cls, day):
        return cls._create_order(state="sale", date_order=f"{day} 12:00:00")

    def _tasks(self):
        return self.env["c360.care.task"].search(
            [
                ("source_model", "=", self.loss._name),
                ("source_id", "=", self.loss.id),
            ],
            order="date, id",
        )

    def test_three_steps(self):
        self._run_outbox()
        self.assertFalse(self._tasks(), "nobody has decided to win him back")
        self.loss.action_win_back()
        self._run_outbox()
        tasks = self._tasks()
        self.assertEqual(tasks.rule_id, self.rules)
        self.assertEqual(
            tasks.mapped("date"),
            [
                datetime(2026, 6, 30, 9),
                datetime(2026, 7, 14, 9),
                datetime(2026, 8, 14, 9),
            ],
        )
        self.assertEqual(tasks.partner_id, self.customer)
        self.assertEqual(
            tasks[0].reason, "To win back Harbour Timber, since 06/30/2026."
        )
        self._run_cron()
        self.assertEqual(tasks.mapped("state"), ["todo", "planned", "planned"])
        self.assertEqual(tasks[0].user_id, self.seller)
        self.assertEqual(self.loss.care_task_count, 3)
        action = self.loss.action_view_care()
        self.assertEqual(self.env["c360.care.task"].search(action["domain"]), tasks)

    def test_it_stops_when_he_orders(self):
        self.loss.action_win_back()
        self._run_outbox()
        self._run_cron()
        with freeze_time("2026-07-02 09:00:00"):
            self._confirmed("2026-07-02")
            self.Profile._refresh(self.customer)
        self.assertEqual(self.loss.state, "won_back")
        tasks = self._tasks()
        self.assertEqual(set(tasks.mapped("state")), {"cancelled"})
        self.assertEqual(
            set(tasks.mapped("cancel_reason")), {"The customer has ordered again."}
        )

    def test_it_stops_when_somebody_gives_up_and_may_begin_again(self):
        self.loss.action_win_back()
        self._run_outbox()
        self.loss.with_user(self.seller).action_give_up()
        self.assertEqual(set(self._tasks().mapped("state")), {"cancelled"})
        with freeze_time("2026-09-01 09:00:00"):
            self.loss.action_win_back()
            self._run_outbox()
        self.assertEqual(
            self._tasks().filtered(lambda task: task.state == "planned").rule_id,
            self.rules,
        )

    def test_steps_planned_lapse_when_he_could_not_but_leave(self):
        self.loss.action_win_back()
        self._run_outbox()
        self.loss.write({"cause": "involuntary", "said_by": "colleague"})
        self._run_cron()
        task = self._tasks()[0]
        self.assertEqual(
            (task.state, task.cancel_reason),
            ("cancelled", "The customer could not but leave."),
        )

    def test_a_rule_may_start_with_the_loss_itself(self):
        rule = self._create_rule("Ask", trigger="customer_lost", delay_days=3)
        self._run_outbox()
        task = self._tasks()
        self.assertEqual((task.rule_id, task.customer_id), (rule, self.customer))
        self.assertEqual(task.date.date(), date(2026, 7, 3))
        self.assertEqual(task.reason, "Harbour Timber was lost; known on 06/30/2026.")
        self.assertIn("a customer is lost", rule.sentence)

    def test_the_offer_leaves_through_the_gate(self):
        self.loss.action_win_back()
        self._run_outbox()
        offer = self._tasks()[1]
        offer.state = "todo"
        self.env["c360.contact.policy"].create(
            {
                "name": "None at all",
                "channel": "email",
                "limit_count": 0,
                "period_count": 1,
                "period_unit": "day",
            }
        )
        offer.with_user(self.seller).action_send_message()
        self.assertEqual(offer.touch_id.purpose, "care")
        self.assertNotEqual(offer.touch_id.state, "sent")
