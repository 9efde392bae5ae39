from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from odoo.addons.crm_customer360.tests.contact.common import ContactCommon
from odoo.addons.sms.tests.common import SMSCase

NOW = datetime(2026, 3, 31, 9, 0, 0)
BERTA, ZOE, MAX = "+32470000001", "+32470000002", "+32470000003"


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestMailingSms(ContactCommon, SMSCase):
    """Text message mailings: each recipient ends in the right state, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.be")
        cls.buyer.write({"phone": BERTA, "country_id": cls.env.ref("base.be").id})
        cls.list = cls.env["mailing.list"].create({"name": "Texts"})
        cls.berta, cls.zoe = cls._subscribe(BERTA, ZOE)

    @classmethod
    def _subscribe(cls, *numbers, lists=None):
        return cls.env["mailing.contact"].create(
            [
                {
                    "name": number,
                    "mobile": number,
                    "country_id": cls.env.ref("base.be").id,
                    "list_ids": [Command.set((lists or cls.list).ids)],
                }
                for number in numbers
            ]
        )

    @classmethod
    def _create_mailing(cls, **values):
        return cls.env["mailing.mailing"].create(
            {
                "subject": "Spring sale",
                "mailing_type": "sms",
                "body_plaintext": "All oak is 10% off",
                "sms_force_send": True,
                "mailing_model_id": cls.env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": [Command.set(cls.list.ids)],
                **values,
            }
        )

    def _send(self, mailings):
        """Send and return the numbers that got a text."""
        with self.mockSMSGateway(sms_allow_unlink=True):
            mailings.action_send_mail()
        return sorted(sms["number"] for sms in self._sms)

    def _get_trace(self, mailing, contact):
        return mailing.mailing_trace_ids.filtered(
            lambda trace: trace.res_id == contact.id
        )

    def test_a_mailing_is_on_the_ledger_as_a_campaign(self):
        mailing = self._create_mailing()
        self.assertEqual(self._send(mailing), [BERTA, ZOE])
        touches = self.env["c360.contact.touch"].search(
            [("campaign_key", "=", f"mailing.mailing:{mailing.id}")], order="address"
        )
        self.assertRecordValues(
            touches,
            [
                {
                    "channel": "sms",
                    "purpose": "marketing",
                    "state": "sent",
                    "address": BERTA,
                    "partner_id": self.buyer.id,
                },
                {
                    "channel": "sms",
                    "purpose": "marketing",
                    "state": "sent",
                    "address": ZOE,
                    "partner_id": False,
                },
            ],
        )
        self.assertEqual(mailing.state, "done")

    def test_who_must_wait_gets_it_in_time(self):
        self._create_policy(limit=1, days=7, channel="sms")
        with freeze_time(NOW - timedelta(days=4)):
            self.gate._reserve(self.buyer, "sms", "marketing")
        mailing = self._create_mailing()
        check = self.env["c360.contact.mailing.check"].browse(
            mailing.action_check_limits()["res_id"]
        )
        self.assertEqual((check.allowed_count, check.deferred_count), (1, 1))
        self.assertEqual(self._send(mailing), [ZOE])
        trace = self._get_trace(mailing, self.berta)
        self.assertEqual((trace.trace_status, trace.failure_type), ("outgoing", False))
        self.assertEqual(
            (mailing.contact_waiting_count, mailing.contact_waiting_date),
            (1, NOW + timedelta(days=3)),
        )
        with (
            freeze_time(NOW + timedelta(days=3, seconds=1)),
            self.mockSMSGateway(sms_allow_unlink=True),
            # the host commits after a batch, a test must not
            patch.object(type(self.env["ir.cron"]), "_commit_progress"),
        ):
            self.env["sms.sms"]._process_queue()
        self.assertEqual([sms["number"] for sms in self._sms], [BERTA])
        self.assertIn(trace.trace_status, ("pending", "sent"))

    def test_a_mailing_that_waits_as_a_whole_is_done(self):
        self._create_policy(limit=1, days=7, channel="sms")
        self.gate._reserve(self.buyer, "sms", "marketing")
        mailing = self._create_mailing(
            mailing_model_id=self.env["ir.model"]._get_id("res.partner"),
            mailing_domain=f"[('id', '=', {self.buyer.id})]",
        )
        self.assertFalse(self._send(mailing))
        self.assertEqual(
            (mailing.state, mailing.scheduled, mailing.failed), ("done", 1, 0)
        )

    def test_who_is_stopped_ends_cancelled_with_the_reason(self):
        policy = self._create_policy(
            limit=0, channel="sms", partner_domain=f"[('id', '=', {self.buyer.id})]"
        )
        mailing = self._create_mailing()
        self.assertEqual(self._send(mailing), [ZOE])
        trace = self._get_trace(mailing, self.berta)
        self.assertEqual(
            (trace.trace_status, trace.failure_type), ("cancel", "c360_limit")
        )
        self.assertIn(policy.name, trace.failure_reason)
        self.assertEqual((mailing.state, mailing.canceled), ("done", 1))

    def test_two_mailings_keep_their_recipients_apart(self):
        other = self.env["mailing.list"].create({"name": "Others"})
        self._subscribe(MAX, lists=other)
        first = self._create_mailing()
        second = self._create_mailing(
            subject="Other", contact_list_ids=[Command.set(other.ids)]
        )
        self._send(first + second)
        self.assertEqual(
            set(second.mailing_trace_ids.mapped("sms_number")),
            {MAX},
        )
        self.assertEqual(len(first.mailing_trace_ids), 2)

    def test_nobody_gets_it_twice(self):
        twin = self._subscribe(ZOE)
        mailing = self._create_mailing()
        self.assertEqual(self._send(mailing), [BERTA, ZOE])
        traces = self._get_trace(mailing, twin) + self._get_trace(mailing, self.zoe)
        self.assertEqual(set(traces.mapped("failure_type")), {False, "sms_duplicate"})
        late = self._subscribe(ZOE, MAX)
        self.assertEqual(self._send(mailing), [MAX])
        self.assertEqual(
            self._get_trace(mailing, late[0]).failure_type, "sms_duplicate"
        )
        with self.mockSMSGateway(sms_allow_unlink=True):
            mailing.action_send_sms(self.berta.ids)
        self.assertFalse(self._sms)

    def test_lists_are_the_hosts(self):
        self.zoe.subscription_ids.opt_out = True
        mailing = self._create_mailing()
        ids = (self.berta + self.zoe).ids
        self.assertEqual(
            mailing._get_opt_out_ids_among(ids), set(mailing._get_opt_out_list_sms())
        )
        self.env["phone.blacklist"]._add([BERTA])
        self.assertFalse(self._send(mailing))
        self.assertEqual(self._get_trace(mailing, self.zoe).failure_type, "sms_optout")
        self.assertEqual(
            self._get_trace(mailing, self.berta).failure_type, "sms_blacklist"
        )

    def test_customers_who_refused_get_no_text(self):
        lead = self.env["crm.lead"].create({"name": "Oak", "phone": BERTA})
        self.env["c360.contact.consent"]._record(
            [
                {
                    "partner_id": self.buyer.id,
                    "channel": "sms",
                    "purpose": "marketing",
                    "status": "refused",
                    "source": "staff",
                }
            ]
        )
        for record in (self.buyer, lead):
            with self.subTest(record._name):
                mailing = self._create_mailing(
                    mailing_model_id=self.env["ir.model"]._get_id(record._name),
                    mailing_domain=f"[('id', '=', {record.id})]",
                )
                self.assertEqual(mailing._get_opt_out_list_sms(), record.ids)
                self.assertFalse(self._send(mailing))
                self.assertEqual(mailing.mailing_trace_ids.failure_type, "sms_optout")

    def test_the_check_counts_what_is_left_out(self):
        self.env["phone.blacklist"]._add([BERTA])
        self.zoe.subscription_ids.opt_out = True
        self._subscribe("no number", MAX, MAX)
        mailing = self._create_mailing()
        check = self.env["c360.contact.mailing.check"].browse(
            mailing.action_check_limits()["res_id"]
        )
        self.assertEqual((check.allowed_count, check.excluded_count), (1, 4))
        self.assertEqual(self._send(mailing), [MAX])
