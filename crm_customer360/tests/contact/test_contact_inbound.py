from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from markupsafe import Markup

from odoo.tests import new_test_user, tagged

from odoo.addons.mail.tests.common import MockEmail

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)
REPLY = """Return-Path: <{sender}>
To: {to}
From: {sender}
Subject: {subject}
Message-Id: <{number}@customer.example>
In-Reply-To: {reference}
Date: Tue, 31 Mar 2026 09:00:00 +0000
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{text}
"""
QUESTION = "How do you like it?"
PORTAL_QUESTION = "I have a question"
NOTE = "Internal"


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactInbound(ContactCommon, MockEmail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.env["sale.order"].create({"partner_id": cls.buyer.id})
        cls.portal_user = new_test_user(
            cls.env,
            login="emil",
            groups="base.group_portal",
            partner_id=cls.engineer.id,
        )

    def _post(self, record=None, days=0, **values):
        with (
            freeze_time(NOW - timedelta(days=days)),
            self.mock_mail_gateway(),
        ):
            return (record or self.order).message_post(
                body=QUESTION,
                partner_ids=self.buyer.ids,
                subtype_xmlid="mail.mt_comment",
                **values,
            )

    def _receive(self, text, reference="", sender="berta@timber.example", **values):
        with self.mock_mail_gateway():
            record_id = self.env["mail.thread"].message_process(
                values.get("model", "sale.order"),
                REPLY.format(
                    sender=sender,
                    to="office@company.example",
                    subject=values.get("subject", "Re: your order"),
                    number=len(text),
                    reference=reference,
                    text=text,
                ),
                thread_id=values.get("thread_id"),
            )
        return record_id

    def _get_incoming(self):
        return self.env["c360.contact.touch"].search(
            [("direction", "=", "in")], order="id"
        )

    def test_a_reply_is_tied_to_what_it_answers(self):
        first = self._post(days=3, contact_purpose="care")
        self._post(days=1, contact_purpose="sales")
        self._receive("Very much indeed,\n thanks", reference=first.message_id)
        outgoing = self._get_touches(self.buyer).filtered(
            lambda touch: touch.direction == "out"
        )
        self.assertRecordValues(
            outgoing,
            [
                {"state": "answered", "outcome": "Very much indeed, thanks"},
                {"state": "sent", "outcome": False},
            ],
        )
        self.assertRecordValues(
            self._get_incoming(),
            [
                {
                    "state": "sent",
                    "channel": "email",
                    "purpose": "care",
                    "partner_id": self.buyer.id,
                    "customer_id": self.customer.id,
                    "address": "berta@timber.example",
                    "answer_to_id": outgoing[0].id,
                    "subject": "Re: your order",
                    "outcome": "Very much indeed, thanks",
                    "source_model": "sale.order",
                    "source_id": self.order.id,
                    "user_id": False,
                    "date": NOW,
                }
            ],
        )

    def test_a_second_reply_does_not_rewrite_the_first(self):
        message = self._post()
        self._receive("Yes", reference=message.message_id)
        self._receive("Well, no", reference=message.message_id)
        self.assertEqual(self._get_incoming().mapped("outcome"), ["Yes", "Well, no"])
        self.assertEqual(self._get_touches(self.buyer)[0].outcome, "Yes")

    def test_of_a_shared_address_his_own_row_is_answered(self):
        self.engineer.email = self.buyer.email
        for parent in (True, False):
            for author in (self.buyer, self.engineer):
                order = self.order.copy()
                with self.subTest(author.name, parent=parent), self.mock_mail_gateway():
                    message = order.message_post(
                        body=QUESTION,
                        partner_ids=(self.buyer + self.engineer).ids,
                        subtype_xmlid="mail.mt_comment",
                    )
                    order.message_post(
                        body=QUESTION,
                        message_type="email",
                        author_id=author.id,
                        email_from=author.email,
                        parent_id=message.id if parent else False,
                    )
                    rows = self._get_touches(self.buyer + self.engineer).filtered(
                        lambda touch, order=order: (
                            touch.source_id == order.id and touch.direction == "out"
                        )
                    )
                    answered = rows.filtered(lambda touch: touch.state == "answered")
                    self.assertEqual(len(rows), 2)
                    self.assertEqual(answered.partner_id, author)

    def test_whoever_shares_the_address_answers_for_the_other(self):
        self.engineer.email = self.buyer.email
        self._post()
        with self.mock_mail_gateway():
            self.order.message_post(
                body=QUESTION,
                message_type="email",
                author_id=self.engineer.id,
                email_from=self.engineer.email,
            )
        self.assertEqual(self._get_touches(self.buyer).state, "answered")

    def _post_html(self, body):
        message = self.order.message_post(
            body=Markup(body),
            message_type="email",
            author_id=self.buyer.id,
            email_from=self.buyer.email,
        )
        return self._get_incoming().filtered(lambda row: row.message_id == message)

    def test_a_style_sheet_is_no_answer(self):
        style = "@font-face {font-family: Calibri; panose-1: 2 15 5 2} " * 200
        touch = self._post_html(
            f"<html><head><style>{style}</style></head>"
            "<body><p>Yes, I take ten.</p></body></html>"
        )
        self.assertEqual(touch.outcome, "Yes, I take ten.")

    def test_what_cannot_be_read_is_not_lost(self):
        for body in ("<!-- x -->", "<" * 6000, "<![CDATA[" + "x" * 6000):
            with self.subTest(body[:10]):
                message = self._post(contact_purpose="care")
                message.body = Markup(body)
                values = {
                    "author_id": self.buyer.id,
                    "model": self.order._name,
                    "res_id": self.order.id,
                }
                touches = self.env["c360.contact.touch"]
                self.assertEqual(len(touches._log_received(message, values)), 1)

    def test_a_customers_message_never_fails_for_the_ledger(self):
        touches = self.env["c360.contact.touch"]
        with (
            patch.object(type(touches), "_find_answered", side_effect=KeyError),
            self.assertLogs(touches._log_received.__module__, "ERROR"),
        ):
            self.assertFalse(self._post_html("<p>Hello</p>"))
        self.assertIn("Hello", self.order.message_ids[0].body)

    def test_mail_that_comes_back_has_failed(self):
        with self.mock_mail_gateway():
            message = self.order.message_post(
                body=QUESTION,
                partner_ids=(self.buyer + self.engineer).ids,
                subtype_xmlid="mail.mt_comment",
            )
        bounce = {
            "bounced_email": self.buyer.email_normalized,
            "bounced_partner": self.buyer,
            "bounced_msg_ids": [message.message_id],
            "bounced_message": message,
            "body": "<p>No such user</p>",
            "to": "bounce@company.example",
            "email_from": "mailer-daemon@timber.example",
            "message_id": "<1@timber.example>",
        }
        for _twice in range(2):
            self.env["mail.thread"]._routing_handle_bounce(None, dict(bounce))
        self.assertRecordValues(
            self._get_touches(self.buyer),
            [{"state": "failed", "reason": "No such user"}],
        )
        self.assertEqual(self._get_touches(self.engineer)[-1].state, "sent")

    def test_incoming_rows_use_up_no_limit(self):
        self._create_policy(limit=1, purposes=(), channel=False)
        self._receive("Hello", model="res.partner", thread_id=self.buyer.id)
        self.assertEqual(len(self._get_incoming()), 1)
        self.assertEqual(self._reserve(self.buyer).state, "reserved")

    def test_mail_of_unknown_people_counts_by_address(self):
        lead_id = self._receive(
            "Do you sell beech?", sender="new@elsewhere.example", model="crm.lead"
        )
        touch = self._get_incoming()
        self.assertEqual(touch.address, "new@elsewhere.example")
        self.assertEqual((touch.partner_id.id, touch.lead_id.id), (False, lead_id))
        self.assertEqual((touch.purpose, touch.state), ("service", "sent"))

    def test_mail_of_colleagues_is_not_incoming(self):
        self._receive(
            "Dear customer",
            sender=self.users_by_role["user"].email,
            thread_id=self.order.id,
        )
        self.assertFalse(self._get_incoming())

    def test_comments_in_the_portal_are_incoming(self):
        with self.mock_mail_gateway():
            self.customer.with_user(self.portal_user).sudo().message_post(
                body=PORTAL_QUESTION,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        touch = self._get_incoming()
        self.assertEqual((touch.channel, touch.partner_id), ("other", self.engineer))
        self.assertEqual(touch.outcome, "I have a question")

    def test_what_colleagues_write_asks_nothing(self):
        touches = self.env["c360.contact.touch"]
        author_id = self.env.user.partner_id.id
        self.assertFalse(self.env.user.share)  # the session knows its user
        for message_type in ("comment", "notification", "auto_comment", "sms"):
            with self.assertQueryCount(0):
                self.assertFalse(touches._is_from_outside(author_id, message_type))
        self._post()
        self.order.message_post(body=NOTE)
        self.assertFalse(self._get_incoming())

    def test_a_ticket_opened_in_the_portal_is_incoming(self):
        ticket = (
            self.env["helpdesk.ticket"]
            .with_user(self.portal_user)
            .sudo()
            .create(
                {
                    "name": "Rotten boards",
                    "description": "<p>All of them</p>",
                    "partner_id": self.engineer.id,
                    "channel_id": self.env.ref(
                        "helpdesk_mgmt.helpdesk_ticket_channel_web"
                    ).id,
                }
            )
        )
        touch = self._get_incoming()
        self.assertRecordValues(
            touch,
            [
                {
                    "channel": "other",
                    "purpose": "service",
                    "partner_id": self.engineer.id,
                    "subject": "Rotten boards",
                    "outcome": "All of them",
                    "source_model": "helpdesk.ticket",
                    "source_id": ticket.id,
                    "user_id": False,
                }
            ],
        )

    def test_a_call_written_down_as_ticket_is_incoming(self):
        self.env["helpdesk.ticket"].create(
            {
                "name": "Rotten boards",
                "description": "All of them",
                "partner_name": "Stranger",
                "partner_email": "Stranger <NEW@elsewhere.example>",
                "channel_id": self.env.ref(
                    "helpdesk_mgmt.helpdesk_ticket_channel_phone"
                ).id,
            }
        )
        touch = self._get_incoming()
        self.assertEqual((touch.channel, touch.user_id), ("phone", self.env.user))
        self.assertEqual(touch.address, "new@elsewhere.example")

    def test_a_ticket_by_mail_is_one_contact(self):
        ticket_id = self._receive("It creaks", model="helpdesk.ticket")
        touch = self._get_incoming()
        self.assertEqual((touch.channel, touch.source_id), ("email", ticket_id))

    def test_tickets_of_our_own_are_no_contact(self):
        self.env["helpdesk.ticket"].create(
            {"name": "Check", "description": "Check", "partner_id": self.buyer.id}
        )
        self.assertFalse(self._get_incoming())
