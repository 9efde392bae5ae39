from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MockEmail

from .common import NOW, CareCommon


@tagged("post_install", "-at_install", "c360_care")
@freeze_time(NOW)
class TestCareMessage(CareCommon, MockEmail):
    """The message of a task goes through the gate and comes back as its state."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.task = cls._create_task()
        cls.closed_stage = cls.env["helpdesk.ticket.stage"].search(
            [("closed", "=", True)], limit=1
        )

    def _send(self, task=None):
        with self.mock_mail_gateway():
            (task or self.task).with_user(self.seller).action_send_message()
        return self._mails

    def _create_policy(self, **values):
        care = self.env.ref("crm_customer360.contact_purpose_care")
        return self.env["c360.contact.policy"].create(
            {
                "name": "One a week",
                "channel": "email",
                "limit_count": 1,
                "period_count": 7,
                "period_unit": "day",
                "purpose_ids": [Command.set(care.ids)],
                **values,
            }
        )

    def _create_complaint(self):
        return self.env["helpdesk.ticket"].create(
            {
                "name": "Split boards",
                "description": "Two boards are split.",
                "partner_id": self.engineer.id,
                "is_complaint": True,
            }
        )

    def test_a_message_that_left_closes_the_task(self):
        self.assertEqual(
            (self.task.message_tone, self.task.contact_hint),
            ("success", "The message may be sent now."),
        )
        mails = self._send()
        self.assertEqual(
            [mail["email_to"] for mail in mails], [[self.buyer.email_formatted]]
        )
        self.assertEqual(
            mails[0]["subject"], f"How is your order {self.task.source_display}?"
        )
        touch = self.task.touch_id
        self.assertEqual(
            (touch.state, touch.purpose, touch.partner_id),
            ("sent", "care", self.buyer),
        )
        self.assertRecordValues(
            self.task, [{"state": "done", "outcome": "message", "date_done": NOW}]
        )
        self.assertIn("was sent on", self.task.contact_hint)

    def test_it_is_sent_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.template.with_context(
            lang="fr_FR"
        ).subject = "Votre commande {{ object.source_display }}"
        self.buyer.lang = "fr_FR"
        self.assertEqual(
            self._send()[0]["subject"], f"Votre commande {self.task.source_display}"
        )

    def test_a_message_that_waits_closes_the_task_when_it_leaves(self):
        self._create_policy()
        self._send()
        second = self._create_task()
        self.assertEqual(second.message_tone, "warning")
        self.assertIn("One a week", second.contact_hint)
        self.assertFalse(self._send(second))
        self.assertEqual((second.state, second.touch_id.state), ("waiting", "deferred"))
        self.assertIn("The message waits until", second.contact_hint)
        self.assertIn("One a week", second.contact_hint)
        with freeze_time(NOW + timedelta(days=8)), self.mock_mail_gateway():
            self.env["mail.mail"].search(
                [("mail_message_id", "=", second.touch_id.message_id.id)]
            ).send()
        self.assertRecordValues(second, [{"state": "done", "outcome": "message"}])

    def test_whom_somebody_turned_to_is_on_the_ledger(self):
        self.task.with_user(self.seller).action_no_answer()
        touch = self.task.touch_id
        self.assertRecordValues(
            touch,
            [
                {
                    "state": "sent",
                    "purpose": "care",
                    "partner_id": self.task.partner_id.id,
                    "outcome": "No answer",
                    "user_id": self.seller.id,
                    "source_id": self.task.id,
                    "is_manual": True,
                }
            ],
        )
        # a click by mistake counts for nothing
        self.task.with_user(self.seller).action_reopen()
        self.assertEqual((self.task.state, touch.state), ("todo", "cancelled"))

    def test_reached_by_phone_the_waiting_message_is_taken_back(self):
        self._create_policy()
        self._send()
        second = self._create_task()
        self._send(second)
        second.with_user(self.seller).action_happy()
        self.assertEqual((second.state, second.outcome), ("done", "happy"))
        self.assertEqual(second.touch_id.state, "cancelled")
        self.assertEqual(
            self.env["mail.mail"]
            .search([("mail_message_id", "=", second.touch_id.message_id.id)])
            .state,
            "cancel",
        )

    def test_the_message_of_another_task_is_left_alone(self):
        self._create_policy()
        self._send()
        second, third = self._create_task(), self._create_task()
        self._send(second)
        third.touch_id = second.touch_id
        third.with_user(self.seller).action_happy()
        self.assertEqual((second.state, second.touch_id.state), ("waiting", "deferred"))

    def test_switched_off_nothing_is_sent(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_care"
        )
        with self.assertRaisesRegex(UserError, "switched off"):
            self._send()
        self.assertFalse(self.task.touch_id)

    def test_an_open_complaint_stops_the_message_until_it_is_closed(self):
        ticket = self._create_complaint()
        self.task.invalidate_recordset()
        self.assertEqual(self.task.message_tone, "danger")
        self.assertIn(ticket.number, self.task.contact_hint)
        self.assertFalse(self._send())
        self.assertEqual(
            (self.task.state, self.task.touch_id.state), ("todo", "blocked")
        )
        self.assertIn(ticket.number, self.task.touch_id.reason)
        ticket.with_context(tracking_disable=True).stage_id = self.closed_stage
        self.task.invalidate_recordset()
        self.assertIn("The message may be sent now.", self.task.contact_hint)
        self.assertTrue(self._send())
        self.assertEqual((self.task.state, self.task.touch_id.state), ("done", "sent"))

    def test_a_message_that_came_back_opens_the_task_again(self):
        self._send()
        self.task.touch_id._move("failed", reason="Mailbox full")
        self.assertEqual((self.task.state, self.task.outcome), ("todo", False))
        self.assertIn("Mailbox full", self.task.contact_hint)

    def test_an_answer_on_the_task_is_no_care_message(self):
        for purpose in ("transactional", "service"):
            touch = self.env["c360.contact.gate"]._reserve(
                self.buyer, "email", purpose, source=self.task
            )
            touch._move("sent")
            self.assertEqual(self.task.state, "todo")
            self.assertFalse(self.task.touch_id)

    def test_it_is_not_sent_twice(self):
        self._send()
        with self.assertRaisesRegex(UserError, "to do"):
            self._send()

    def test_a_rule_without_message_sends_nothing(self):
        self.rule.mail_template_id = False
        self.assertFalse(self.task.contact_hint)
        with self.assertRaisesRegex(UserError, "has no message"):
            self._send()

    def test_nobody_to_send_to(self):
        self.buyer.email = False
        self.assertIn("no valid e-mail", self.task.contact_hint)
        with self.assertRaisesRegex(UserError, "Berta Buyer has no valid e-mail"):
            self._send()

    def test_the_hint_asks_once_for_many(self):
        tasks = self.task
        for _i in range(6):
            tasks += self._create_task()
        tasks.mapped("message_tone")
        counts = []
        for some in (tasks[:1], tasks):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            some.mapped("contact_hint")
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(*counts)
