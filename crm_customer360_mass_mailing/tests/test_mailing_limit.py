from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MailingCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestMailingLimit(MailingCommon):
    """Whatever the limits say, each recipient of a mailing ends in the right state."""

    def _touches(self, mailing):
        return self.env["c360.contact.touch"].search(
            [("campaign_key", "=", mailing._get_contact_campaign_key())], order="id"
        )

    def test_a_mailing_is_on_the_ledger_of_its_customers(self):
        mailing = self._create_mailing()
        self.assertEqual(
            self._send(mailing), ["berta@timber.example", "zoe@far.example"]
        )
        self.assertRecordValues(
            self._touches(mailing).sorted("address"),
            [
                {
                    "partner_id": self.buyer.id,
                    "customer_id": self.customer.id,
                    "purpose": "marketing",
                    "state": "sent",
                    "address": "berta@timber.example",
                    "subject": "Spring sale",
                },
                {
                    "partner_id": False,
                    "customer_id": False,
                    "purpose": "marketing",
                    "state": "sent",
                    "address": "zoe@far.example",
                    "subject": "Spring sale",
                },
            ],
        )
        self.assertEqual((mailing.state, mailing.delivered), ("done", 2))

    def test_who_must_wait_gets_it_in_time(self):
        self._create_policy(limit=1, days=7)
        with freeze_time(NOW - timedelta(days=4)):
            self._reserve(self.buyer)
        mailing = self._create_mailing()
        self.assertEqual(self._send(mailing), ["zoe@far.example"])
        trace = self._get_trace(mailing, self.berta)
        self.assertEqual((trace.trace_status, trace.failure_type), ("outgoing", False))
        self.assertEqual(mailing.state, "done")
        self.assertEqual(
            (mailing.scheduled, mailing.failed, mailing.canceled), (1, 0, 0)
        )
        self.assertEqual(
            (mailing.contact_waiting_count, mailing.contact_waiting_date),
            (1, NOW + timedelta(days=3)),
        )
        with freeze_time(NOW + timedelta(days=2)):
            self.assertFalse(self._run_queue())
        with freeze_time(NOW + timedelta(days=3, seconds=1)):
            self.assertEqual(self._run_queue(), ["berta@timber.example"])
            mailing.invalidate_recordset()
            self.assertEqual(mailing.contact_waiting_count, 0)
        self.assertEqual(trace.trace_status, "sent")
        self.assertEqual((mailing.delivered, mailing.scheduled), (2, 0))

    def test_who_is_stopped_ends_cancelled_with_the_reason(self):
        policy = self._create_policy(
            limit=0, partner_domain=f"[('id', '=', {self.buyer.id})]"
        )
        mailing = self._create_mailing()
        self.assertEqual(self._send(mailing), ["zoe@far.example"])
        trace = self._get_trace(mailing, self.berta)
        self.assertEqual(
            (trace.trace_status, trace.failure_type), ("cancel", "c360_limit")
        )
        self.assertIn(policy.name, trace.failure_reason)
        self.assertFalse(trace.mail_mail_id, "no mail was made for nothing")
        self.assertEqual((mailing.state, mailing.canceled), ("done", 1))
        self.assertRecordValues(
            self._touches(mailing).filtered("partner_id"),
            [{"state": "blocked", "policy_id": policy.id, "partner_id": self.buyer.id}],
        )

    def test_who_is_stopped_while_it_waits_ends_cancelled(self):
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer)
        mailing = self._create_mailing()
        self._send(mailing)
        policy = self._create_policy(limit=0)
        with freeze_time(NOW + timedelta(days=8)):
            self.assertFalse(self._run_queue())
        trace = self._get_trace(mailing, self.berta)
        self.assertEqual(
            (trace.trace_status, trace.failure_type), ("cancel", "c360_limit")
        )
        self.assertIn(policy.name, trace.failure_reason)
        self.assertEqual((mailing.canceled, mailing.failed), (1, 0))

    def test_what_is_worthless_later_does_not_wait(self):
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer)
        mailing = self._create_mailing(contact_expire_date=NOW + timedelta(days=2))
        self.assertEqual(self._send(mailing), ["zoe@far.example"])
        trace = self._get_trace(mailing, self.berta)
        self.assertEqual(trace.trace_status, "cancel")
        self.assertIn("too late", trace.failure_reason)

    def test_the_purpose_decides(self):
        self._create_policy(limit=0, purposes=("marketing",))
        mailing = self._create_mailing(contact_purpose="service")
        self.assertEqual(len(self._send(mailing)), 2)
        self.assertEqual(set(self._touches(mailing).mapped("purpose")), {"service"})

    def test_a_person_on_two_documents_gets_it_once(self):
        self.engineer.email = self.buyer.email
        mailing = self._create_mailing(
            mailing_model_id=self.env["ir.model"]._get_id("res.partner"),
            mailing_domain=f"[('id', 'in', {(self.buyer + self.engineer).ids})]",
        )
        self.assertEqual(self._send(mailing), ["berta@timber.example"])

    def test_sent_again_it_reaches_only_the_new_ones(self):
        mailing = self._create_mailing()
        self._send(mailing)
        self._subscribe("max@far.example")
        self.assertEqual(self._send(mailing), ["max@far.example"])

    def test_chosen_again_by_hand_it_reaches_nobody_twice(self):
        """The host trusts a list of ids; the ledger does not."""
        mailing = self._create_mailing()
        self._send(mailing)
        mailing.mailing_trace_ids.unlink()
        with self.mock_mail_gateway(mail_unlink_sent=True):
            mailing.action_send_mail(self.contacts.ids)
        self.assertFalse(self._mails)
        self.assertEqual(
            set(mailing.mailing_trace_ids.mapped("failure_type")), {"c360_limit"}
        )

    def test_versions_of_a_test_are_one_campaign(self):
        first = self._create_mailing(ab_testing_enabled=True, ab_testing_pc=100)
        second = self._create_mailing(
            ab_testing_enabled=True,
            ab_testing_pc=100,
            campaign_id=first.campaign_id.id,
        )
        self.assertEqual(len(self._send(first)), 2)
        first.mailing_trace_ids.unlink()
        with self.mock_mail_gateway(mail_unlink_sent=True):
            second.action_send_mail(self.contacts.ids)
        self.assertFalse(self._mails)

    def test_a_failed_one_is_tried_again(self):
        mailing = self._create_mailing()
        with (
            self.mock_mail_gateway(),
            patch.object(
                type(self.env["ir.mail_server"]),
                "send_email",
                side_effect=OSError("no route"),
            ),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            mailing.action_send_mail()
        self.assertEqual((mailing.failed, mailing.delivered), (2, 0))
        mailing.action_retry_failed()
        self.assertEqual(mailing.state, "in_queue")
        self.assertEqual(len(self._send(mailing)), 2)
        self.assertEqual((mailing.failed, mailing.delivered), (0, 2))

    def test_a_test_mail_is_no_contact_of_the_campaign(self):
        self._create_policy(limit=0)
        mailing = self._create_mailing()
        test = self.env["mailing.mailing.test"].create(
            {"mass_mailing_id": mailing.id, "email_to": "berta@timber.example"}
        )
        for _time in range(2):
            with self.mock_mail_gateway():
                test.send_mail_test()
            self.assertEqual(self._get_addresses(), ["berta@timber.example"])
        self.assertFalse(self._touches(mailing))

    def test_bulk_mail_with_a_name_keeps_its_purpose(self):
        composer = (
            self.env["mail.compose.message"]
            .with_context(active_ids=self.buyer.ids)
            .create(
                {
                    "composition_mode": "mass_mail",
                    "model": "res.partner",
                    "subject": "Named",
                    "body": "<p>Hi</p>",
                    "mass_mailing_name": "Named",
                    "contact_purpose": "survey",
                }
            )
        )
        with self.mock_mail_gateway(mail_unlink_sent=True):
            composer.action_send_mail()
        self.assertEqual(composer.mass_mailing_id.contact_purpose, "survey")
        self.assertEqual(
            self._touches(composer.mass_mailing_id).mapped("purpose"), ["survey"]
        )

    def test_a_colleague_is_no_contact(self):
        self._create_policy(limit=0)
        colleague = self.users_by_role["care"].partner_id
        mailing = self._create_mailing(
            mailing_model_id=self.env["ir.model"]._get_id("res.partner"),
            mailing_domain=f"[('id', '=', {colleague.id})]",
        )
        self.assertEqual(self._send(mailing), [colleague.email])

    def test_nothing_is_held_without_the_switch(self):
        self._create_policy(limit=0)
        group = self.env.ref("crm_customer360.group_use_contact")
        self.env.ref("base.group_user").implied_ids = [Command.unlink(group.id)]
        self.assertEqual(len(self._send(self._create_mailing())), 2)

    def test_without_the_bridge_the_host_knows_a_word_for_it(self):
        self._create_policy(limit=0)
        mailing = self._create_mailing()
        self._send(mailing)
        selection = self.env["ir.model.fields.selection"].search(
            [
                ("field_id.model", "=", "mailing.trace"),
                ("value", "=", "c360_limit"),
            ]
        )
        selection._process_ondelete()
        self.assertEqual(
            set(mailing.mailing_trace_ids.mapped("failure_type")), {"mail_optout"}
        )

    def test_the_queue_goes_on_while_mails_of_mailings_leave(self):
        self._subscribe("max@far.example")
        mailing = self._create_mailing()
        self.env["ir.config_parameter"].set_param("mail.mail.force.send.limit", "1")
        self.assertFalse(self._send(mailing), "many are queued")
        triggers = self.env["ir.cron.trigger"].search(
            [
                (
                    "cron_id",
                    "=",
                    self.env.ref("mail.ir_cron_mail_scheduler_action").id,
                )
            ]
        )
        triggers.unlink()
        self.env["ir.config_parameter"].set_param("mail.mail.queue.batch.size", "2")
        self.assertEqual(len(self._run_queue()), 2)
        self.assertEqual(triggers.search_count([("call_at", "<=", NOW)]), 1)
        triggers.search([]).unlink()
        self.assertEqual(len(self._run_queue()), 1)
        self.assertFalse(triggers.search_count([("call_at", "<=", NOW)]))
