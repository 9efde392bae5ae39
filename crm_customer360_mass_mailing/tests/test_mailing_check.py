from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_customer360.models.contact.c360_contact_gate import ContactDecision

from .common import MailingCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestMailingCheck(MailingCommon):
    """Before anything is sent: how many go, wait or are stopped, and by what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketer = new_test_user(
            cls.env,
            login="c360_marketer",
            groups="mass_mailing.group_mass_mailing_user",
        )

    def _check(self, mailing, user=None):
        action = mailing.with_user(user or self.env.user).action_check_limits()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_everybody_is_counted_once(self):
        week = self._create_policy(limit=1, days=7)
        never = self._create_policy(
            name="Never Emil",
            limit=0,
            partner_domain=f"[('id', '=', {self.engineer.id})]",
        )
        with freeze_time(NOW - timedelta(days=4)):
            self._reserve(self.buyer)
        self._subscribe(
            "emil@timber.example",
            "nowhere",
            "Zoe <ZOE@far.example>",
            "bl@far.example",
        )
        gone = self._subscribe("gone@far.example")
        gone.subscription_ids.opt_out = True
        self.env["mail.blacklist"]._add("bl@far.example")
        mailing = self._create_mailing()
        check = self._check(mailing)
        self.assertEqual(
            [
                (line.kind, line.count, line.date, line.explanation)
                for line in check.line_ids
            ],
            [
                ("allowed", 1, False, ""),
                ("deferred", 1, date(2026, 4, 3), week.name),
                ("blocked", 1, False, never.name),
                ("excluded", 1, False, "No usable address"),
                ("excluded", 1, False, "Reached already, or the same address twice"),
                ("excluded", 1, False, "On the blacklist"),
                ("excluded", 1, False, "Opted out"),
            ],
        )
        self.assertEqual(
            (
                check.total_count,
                check.allowed_count,
                check.deferred_count,
                check.blocked_count,
                check.excluded_count,
            ),
            (7, 1, 1, 1, 4),
        )
        # and that is what happens
        self.assertEqual(self._send(mailing), ["zoe@far.example"])
        self.assertEqual((mailing.scheduled, mailing.canceled), (1, 5))

    def test_the_same_reason_about_other_documents_is_one_line(self):
        self._subscribe("emil@timber.example", "lime@far.example")
        mailing = self._create_mailing()
        stop = "The complaint %s is open."
        requests = mailing._decide_for(
            mailing._get_contact_recipients(mailing._get_remaining_recipients()), NOW
        )
        decided = {
            who: (None, ContactDecision("blocked", stop % number))
            for number, who in enumerate(requests, 7)
        }
        with patch.object(type(mailing), "_decide_for", return_value=decided):
            line = self._check(mailing).line_ids
        self.assertEqual((line.kind, line.count), ("blocked", len(decided)))
        self.assertRegex(line.explanation, r"^e\.g\. The complaint \d+ is open\.$")

    def test_an_unknown_purpose_gets_a_sentence(self):
        mailing = self._create_mailing()
        with self.assertRaisesRegex(ValidationError, "“foo” is unknown"):
            self._create_mailing(contact_purpose="foo")
        with self.assertRaisesRegex(ValidationError, "“foo” is unknown"):
            mailing.contact_purpose = "foo"

    def test_nothing_is_booked_or_sent(self):
        count = self.env["c360.contact.touch"].search_count([])
        mailing = self._create_mailing()
        self._check(mailing)
        self.assertEqual(self.env["c360.contact.touch"].search_count([]), count)
        self.assertFalse(mailing.mailing_trace_ids)
        self.assertEqual(mailing.state, "draft")

    def test_it_asks_for_the_moment_of_departure(self):
        self._create_policy(limit=1, days=7)
        self._reserve(self.buyer)
        mailing = self._create_mailing(
            schedule_type="scheduled", schedule_date=NOW + timedelta(days=8)
        )
        self.assertEqual(self._check(mailing).allowed_count, 2)

    def test_the_numbers_open_their_recipients(self):
        self._create_policy(limit=0, partner_domain=f"[('id', '=', {self.buyer.id})]")
        line = self._check(self._create_mailing()).line_ids.filtered(
            lambda line: line.kind == "blocked"
        )
        action = line.action_open()
        self.assertEqual(action["res_model"], "mailing.contact")
        self.assertEqual(
            self.env["mailing.contact"].search(action["domain"]), self.berta
        )

    def test_a_marketing_user_may_ask_and_an_employee_may_not(self):
        self._create_policy(limit=0)
        mailing = self._create_mailing()
        check = self._check(mailing, self.marketer).with_user(self.marketer)
        self.assertEqual(check.blocked_count, 2)
        self.assertEqual(check.line_ids.explanation, "0 in 7 days")
        with self.assertRaises(AccessError):
            self._check(mailing, self.users_by_role["stranger"])

    def test_it_asks_the_database_as_often_for_many(self):
        self._create_policy(limit=1)
        mailing = self._create_mailing()
        self._check(mailing)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._check(mailing)
            return self.env.cr.sql_log_count - before

        few = count()
        self._subscribe(*[f"many{i}@far.example" for i in range(60)])
        self.assertEqual(count(), few)

    def test_leads_are_found_by_their_customer_and_their_address(self):
        leads = self.env["crm.lead"].create(
            [
                {"name": "Customer", "partner_id": self.buyer.id},
                {"name": "Known address", "email_from": "emil@timber.example"},
                {"name": "Stranger", "email_from": "who@far.example"},
            ]
        )
        mailing = self._create_mailing(
            mailing_model_id=self.env["ir.model"]._get_id("crm.lead"),
            mailing_domain=f"[('id', 'in', {leads.ids})]",
        )
        found = {
            recipient.res_id: (
                recipient.address,
                recipient.partner and recipient.partner.id,
            )
            for recipient in mailing._get_contact_recipients(leads.ids)
        }
        self.assertEqual(
            [found[lead.id] for lead in leads],
            [
                ("berta@timber.example", self.buyer.id),
                ("emil@timber.example", self.engineer.id),
                ("who@far.example", None),
            ],
        )

    def test_waiting_ones_open_with_their_reasons(self):
        self._create_policy(limit=1)
        self._reserve(self.buyer)
        mailing = self._create_mailing()
        self._send(mailing)
        action = mailing.with_user(
            self.users_by_role["care"]
        ).action_view_contact_waiting()
        touches = self.env["c360.contact.touch"].search(action["domain"])
        self.assertEqual((touches.partner_id, touches.state), (self.buyer, "deferred"))
        action = mailing.with_user(self.marketer).action_view_contact_waiting()
        self.assertEqual(action["res_model"], "mailing.trace")
