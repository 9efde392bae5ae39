from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MockEmail

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactMail(ContactCommon, MockEmail):
    def _send(self, mail):
        with self.mock_mail_gateway(mail_unlink_sent=True):
            mail.send()
        return [sent["email_to"] for sent in self._mails]

    def test_every_mail_leaves_a_row(self):
        self._send(self._create_mail(self.buyer, purpose=False))
        touch = self._get_touches(self.buyer)
        self.assertRecordValues(
            touch,
            [
                {
                    "state": "sent",
                    "purpose": "transactional",
                    "channel": "email",
                    "direction": "out",
                    "customer_id": self.customer.id,
                    "address": "berta@timber.example",
                    "subject": "How are you?",
                    "date": NOW,
                    "company_id": self.company.id,
                }
            ],
        )

    def test_the_third_mail_of_the_week_waits_and_leaves_in_time(self):
        policy = self._create_policy(limit=2)
        for days in (5, 2):
            with freeze_time(NOW - timedelta(days=days)):
                self._send(self._create_mail(self.buyer))
        third = self._create_mail(self.buyer)
        self.assertFalse(self._send(third))
        self.assertEqual(third.state, "outgoing")
        self.assertEqual(third.scheduled_date, NOW + timedelta(days=2))
        touch = self._get_touches(self.buyer)[-1]
        self.assertEqual((touch.state, touch.policy_id), ("deferred", policy))
        self.assertTrue(
            self.env["ir.cron.trigger"].search_count(
                [
                    (
                        "cron_id",
                        "=",
                        self.env.ref("mail.ir_cron_mail_scheduler_action").id,
                    ),
                    ("call_at", "=", NOW + timedelta(days=2)),
                ]
            )
        )
        # a queue that looks too early does not send it
        with freeze_time(NOW + timedelta(days=1)), self.mock_mail_gateway():
            self.env["mail.mail"].process_email_queue(email_ids=third.ids)
        self.assertEqual(third.state, "outgoing")
        with freeze_time(NOW + timedelta(days=2)), self.mock_mail_gateway():
            self.env["mail.mail"].process_email_queue(email_ids=third.ids)
            self.assertEqual(len(self._mails), 1)
        self.assertEqual(touch.state, "sent")
        self.assertEqual(touch.date, NOW + timedelta(days=2))
        self.assertEqual(len(self._get_touches(self.buyer)), 3)

    def test_whoever_presses_send_again_is_deferred_again(self):
        self._create_policy(limit=1)
        self._send(self._create_mail(self.buyer))
        second = self._create_mail(self.buyer)
        for _attempt in range(5):
            self.assertFalse(self._send(second))
        self.assertEqual(
            self._get_touches(self.buyer).mapped("state"), ["sent", "deferred"]
        )

    def test_a_mail_loses_only_those_who_may_not(self):
        self._create_policy(limit=1, days=7)
        self._send(self._create_mail(self.buyer))
        mail = self._create_mail(self.buyer + self.engineer, is_notification=True)
        message = mail.mail_message_id
        self.env["mail.notification"].create(
            [
                {
                    "mail_message_id": message.id,
                    "mail_mail_id": mail.id,
                    "res_partner_id": partner.id,
                    "notification_type": "email",
                    "notification_status": "ready",
                }
                for partner in self.buyer + self.engineer
            ]
        )
        recipients = self._send(mail)
        self.assertEqual(len(recipients), 1)
        self.assertIn("emil@timber.example", recipients[0][0])
        later = self.env["mail.mail"].search(
            [("mail_message_id", "=", message.id), ("state", "=", "outgoing")]
        )
        self.assertEqual(later.recipient_ids, self.buyer)
        self.assertEqual(later.scheduled_date, NOW + timedelta(days=7))
        notifications = (
            self.env["mail.notification"]
            .search([("mail_message_id", "=", message.id)])
            .grouped("res_partner_id")
        )
        self.assertEqual(notifications[self.engineer].notification_status, "sent")
        self.assertEqual(notifications[self.buyer].notification_status, "ready")
        self.assertEqual(notifications[self.buyer].mail_mail_id, later)

    def test_a_stopped_mail_is_cancelled_with_its_reason(self):
        self._create_policy(limit=0)
        mail = self._create_mail(self.buyer, is_notification=True)
        notification = self.env["mail.notification"].create(
            {
                "mail_message_id": mail.mail_message_id.id,
                "mail_mail_id": mail.id,
                "res_partner_id": self.buyer.id,
                "notification_type": "email",
                "notification_status": "ready",
            }
        )
        self.assertFalse(self._send(mail))
        self.assertEqual(mail.state, "cancel")
        self.assertIn("never", mail.failure_reason)
        self.assertEqual(notification.notification_status, "canceled")
        self.assertIn("never", notification.failure_reason)
        self.assertEqual(self._get_touches(self.buyer).state, "blocked")

    def test_a_stopped_mail_leaves_once_the_reason_is_gone(self):
        policy = self._create_policy(limit=0)
        mail = self._create_mail(self.buyer)
        self.assertFalse(self._send(mail))
        policy.active = False
        mail.mark_outgoing()
        self.assertEqual(len(self._send(mail)), 1)
        self.assertEqual(
            self._get_touches(self.buyer).mapped("state"), ["blocked", "sent"]
        )

    def test_stopping_many_costs_as_much_as_stopping_few(self):
        self._create_policy(limit=0)
        people = self.env["res.partner"].create(
            [{"name": f"P{i}", "email": f"p{i}@many.example"} for i in range(40)]
        )
        counts = []
        for some in (people[:3], people[3:]):
            mails = self.env["mail.mail"].concat(
                *(self._create_mail(person) for person in some)
            )
            self.env.flush_all()
            before = self.cr.sql_log_count
            self._send(mails)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 5)

    def test_the_part_that_waits_survives_the_part_that_left(self):
        self._create_policy(limit=1)
        self._send(self._create_mail(self.buyer))
        mail = self._create_mail(self.buyer + self.engineer, auto_delete=True)
        self.assertEqual(len(self._send(mail)), 1)
        touch = self._get_touches(self.buyer)[-1]
        self.assertEqual(touch.state, "deferred")
        part = self.env["mail.mail"].search(
            [("mail_message_id", "=", touch.message_id.id), ("state", "=", "outgoing")]
        )
        self.assertEqual(part.recipient_ids, self.buyer)
        self.assertTrue(
            self.env["ir.cron.trigger"].search_count(
                [("call_at", "=", part.scheduled_date)]
            )
        )
        with freeze_time(part.scheduled_date):
            self.assertEqual(len(self._send(part)), 1)
        self.assertEqual(touch.state, "sent")

    def test_a_row_whose_waiting_mail_is_gone_ends_with_a_reason(self):
        self._create_policy(limit=1)
        self._send(self._create_mail(self.buyer))
        mail = self._create_mail(self.buyer)
        self._send(mail)
        mail.mail_message_id.unlink()
        touch = self._get_touches(self.buyer)[-1]
        with freeze_time(NOW + timedelta(days=6)):
            self.env["c360.contact.touch"]._get_broken()._settle_broken()
        self.assertEqual(touch.state, "deferred")
        with freeze_time(NOW + timedelta(days=8)):
            self.env["c360.contact.touch"]._get_broken()._settle_broken()
        self.assertEqual(touch.state, "cancelled")
        self.assertTrue(touch.reason)

    def test_bulk_answers_on_documents_are_not_held_back(self):
        self._create_policy(limit=0, channel=False, purposes=())
        orders = self.env["sale.order"].create(
            [{"partner_id": partner.id} for partner in self.buyer + self.engineer]
        )
        composer = self.env["mail.compose.message"].with_context(
            default_composition_mode="mass_mail",
            default_model="sale.order",
            default_res_ids=orders.ids,
        )
        with self.mock_mail_gateway():
            composer.create(
                {"subject": "Your order", "body": "<p>It comes.</p>"}
            ).action_send_mail()
        touches = self._get_touches(self.buyer + self.engineer)
        self.assertEqual(touches.mapped("purpose"), ["transactional"] * 2)
        self.assertEqual(touches.mapped("state"), ["sent"] * 2)

    def test_portal_invitations_are_on_the_ledger(self):
        with self.mock_mail_gateway():
            self.env["res.users"].create(
                {
                    "name": "Berta Buyer",
                    "login": "berta@timber.example",
                    "partner_id": self.buyer.id,
                    "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                }
            )
            self.assertTrue(self._mails)
        self.assertRecordValues(
            self._get_touches(self.buyer),
            [{"state": "sent", "purpose": "transactional"}],
        )

    def test_another_companys_partner_is_nobody_here(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self.engineer.write({"parent_id": False, "company_id": other.id})
        mail = self._create_mail(
            self.env["res.partner"], email_to="emil@timber.example"
        )
        self._send(mail)
        self.assertFalse(self._get_touches(self.engineer))

    def test_raw_addresses_find_their_partner(self):
        self._create_policy(limit=1)
        self._send(self._create_mail(self.buyer))
        mail = self._create_mail(
            self.env["res.partner"],
            email_to="Berta <BERTA@timber.example>, nobody@else.example",
        )
        recipients = self._send(mail)
        self.assertEqual(len(recipients), 1)
        self.assertIn("nobody@else.example", recipients[0][0])
        self.assertEqual(self._get_touches(self.buyer)[-1].state, "deferred")
        stranger = self.env["c360.contact.touch"].search(
            [("address", "=", "nobody@else.example")]
        )
        self.assertEqual((stranger.state, stranger.customer_id.id), ("sent", False))

    def test_an_address_without_partner_is_limited_too(self):
        self._create_policy(limit=1)
        nobody = self.env["res.partner"]
        for expected in (1, 0):
            mail = self._create_mail(nobody, email_to="nobody@else.example")
            self.assertEqual(len(self._send(mail)), expected)

    def test_colleagues_are_not_customers(self):
        self._create_policy(limit=0)
        colleague = self.users_by_role["user"].partner_id
        self.assertEqual(len(self._send(self._create_mail(colleague))), 1)
        self.assertFalse(self._get_touches(colleague))

    def test_a_failed_mail_gives_its_slot_back(self):
        self._create_policy(limit=1)
        mail = self._create_mail(self.buyer)
        with self.mock_mail_gateway(), self.mock_smtplib_error():
            mail.send()
        touch = self._get_touches(self.buyer)
        self.assertEqual((mail.state, touch.state), ("exception", "failed"))
        mail.mark_outgoing()
        self.assertEqual(len(self._send(mail)), 1)
        self.assertEqual(touch.state, "sent")

    def mock_smtplib_error(self):
        return patch.object(
            type(self.env["ir.mail_server"]),
            "send_email",
            side_effect=Exception("The mail server hung up"),
        )

    def test_cancelling_or_deleting_a_waiting_mail_ends_its_row(self):
        self._create_policy(limit=1)
        self._send(self._create_mail(self.buyer))
        cancelled = self._create_mail(self.buyer)
        deleted = self._create_mail(self.buyer)
        self._send(cancelled + deleted)
        cancelled.cancel()
        deleted.unlink()
        self.assertEqual(
            self._get_touches(self.buyer).mapped("state"),
            ["sent", "cancelled", "cancelled"],
        )

    def test_a_mail_that_is_not_kept_leaves_its_row(self):
        mail = self._create_mail(self.buyer, auto_delete=True)
        self._send(mail)
        self.assertFalse(mail.exists())
        self.assertRecordValues(
            self._get_touches(self.buyer),
            [{"state": "sent", "subject": "How are you?", "purpose": "care"}],
        )

    def test_a_rival_booking_leaves_the_mail_in_the_queue(self):
        self._create_policy(limit=1)
        mail = self._create_mail(self.buyer)
        with patch.object(
            type(self.env["c360.contact.lock"]),
            "_take",
            side_effect=SerializationFailure,
        ):
            self.assertFalse(self._send(mail))
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(len(self._send(mail)), 1)

    def test_bookings_whose_sending_broke_off_are_settled(self):
        mail = self._create_mail(self.buyer)
        mail._pass_gate(auto_commit=False)
        gone = self._create_mail(self.engineer)
        gone._pass_gate(auto_commit=False)
        self.env["mail.mail"].flush_model()
        self.env.cr.execute("DELETE FROM mail_mail WHERE id = %s", [gone.id])
        self.env.invalidate_all()
        with freeze_time(NOW + timedelta(hours=2)):
            self.env["c360.contact.touch"]._get_broken()._settle_broken()
            self.assertEqual(self._get_touches(self.engineer).state, "cancelled")
            # still in the queue: still booked, and sent with the same booking
            self.assertEqual(self._get_touches(self.buyer).state, "reserved")
            self._send(mail)
        self.assertEqual(self._get_touches(self.buyer).mapped("state"), ["sent"])
