from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ContactCommon

NOW = datetime(2026, 3, 5, 9)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactDial(ContactCommon):
    """The phone button asks before it rings at the customer's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer.phone = "+32475123456"
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Benches",
                "type": "opportunity",
                "partner_id": cls.buyer.id,
                "user_id": cls.users_by_role["user"].id,
            }
        )
        cls.policy = cls._create_policy(limit=1, channel="phone", purposes=("sales",))

    def dial(self, role="user"):
        return self.env_of(role)["c360.contact.dial"]

    def call(self, days=2):
        return self.env["c360.contact.touch"].create(
            {
                "partner_id": self.buyer.id,
                "customer_id": self.customer.id,
                "channel": "phone",
                "purpose": "sales",
                "state": "sent",
                "date": NOW - timedelta(days=days),
                "company_id": self.company.id,
            }
        )

    def test_it_rings_when_nothing_is_in_the_way(self):
        advice = self.dial().ask("crm.lead", self.lead.id, self.lead.phone)
        self.assertEqual((advice["decision"], advice["purpose"]), ("allowed", "sales"))

    def test_it_tells_the_reason_and_the_moment(self):
        self.call()
        advice = self.dial().ask("crm.lead", self.lead.id, self.lead.phone)
        self.assertEqual(advice["decision"], "deferred")
        self.assertEqual(advice["date"], "2026-03-10 09:00:00")
        self.assertIn(self.policy.name, advice["reason"])
        self.assertEqual(advice["name"], "Berta Buyer")

    def test_a_call_about_a_ticket_is_service(self):
        self.call()
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "It leaks", "description": "-", "partner_id": self.buyer.id}
        )
        advice = self.dial("service").ask("helpdesk.ticket", ticket.id)
        self.assertEqual(
            (advice["decision"], advice["purpose"]), ("allowed", "service")
        )

    def test_asking_books_nothing(self):
        before = self._get_touches(self.buyer)
        self.dial().ask("crm.lead", self.lead.id, self.lead.phone)
        self.assertEqual(self._get_touches(self.buyer), before)

    def test_calling_anyway_stands_in_the_ledger(self):
        self.call()
        touch_id = self.dial().call_anyway(
            "crm.lead", self.lead.id, self.lead.phone, "He asked me to"
        )
        touch = self.env["c360.contact.touch"].browse(touch_id)
        self.assertEqual(touch.state, "sent")
        self.assertTrue(touch.is_override)
        self.assertEqual(touch.override_reason, "He asked me to")
        self.assertIn(self.policy.name, touch.reason)
        self.assertEqual(touch.user_id, self.users_by_role["user"])
        self.assertEqual((touch.source_model, touch.lead_id), ("crm.lead", self.lead))

    def test_calling_anyway_needs_a_reason(self):
        for reason in ("", "  ", None):
            with self.assertRaises(UserError):
                self.dial().call_anyway("crm.lead", self.lead.id, "", reason)

    def test_calling_later_plans_a_call(self):
        activity = self.env["mail.activity"].browse(
            self.dial().call_later("crm.lead", self.lead.id, "2026-03-10 09:00:00")
        )
        self.assertEqual(activity.date_deadline, date(2026, 3, 10))
        self.assertEqual(activity.user_id, self.users_by_role["user"])
        self.assertEqual(activity.activity_type_id.category, "phonecall")
        self.assertEqual(
            (activity.res_model, activity.res_id), ("crm.lead", self.lead.id)
        )

    def test_nothing_is_said_about_colleagues(self):
        colleague = self.users_by_role["leader"].partner_id
        self.assertIs(self.dial().ask("res.partner", colleague.id), False)
        with self.assertRaises(UserError):
            self.dial().call_anyway("res.partner", colleague.id, "1", "Why not")

    def test_rights(self):
        self.assertIs(self.dial("stranger").ask("res.partner", self.buyer.id), False)
        self.lead.user_id = self.users_by_role["leader"]
        for method, arguments in (
            ("ask", ()),
            ("call_anyway", ("1", "Why not")),
            ("call_later", ("2026-03-10 09:00:00",)),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self.dial(), method)("crm.lead", self.lead.id, *arguments)

    def test_bad_input_gets_words(self):
        with self.assertRaises(UserError):
            self.dial().ask("no.model", 1)
        with self.assertRaises(UserError):
            self.dial().call_later("res.country", self.env.ref("base.be").id, NOW)
        with self.assertRaises(UserError):
            self.dial().call_later("crm.lead", self.lead.id, "tomorrow")
        self.assertIs(self.dial().ask("crm.lead", False), False)

    def test_a_planned_call_does_not_stand_in_its_own_way(self):
        self.lead.with_user(self.users_by_role["user"]).activity_schedule(
            "mail.mail_activity_data_call", date_deadline=date(2026, 3, 5)
        )
        planned = self._get_touches(self.buyer)
        self.assertEqual((planned.channel, planned.state), ("phone", "reserved"))
        advice = self.dial().ask("crm.lead", self.lead.id, self.lead.phone)
        self.assertEqual(advice["decision"], "allowed")
        self.assertFalse(advice["log_action"], "the activity keeps what was said")
        advice = self.dial().ask("res.partner", self.buyer.id, self.buyer.phone)
        self.assertEqual(advice["decision"], "deferred", "another call")
        self.call(days=1)
        touch_id = self.dial().call_anyway(
            "crm.lead", self.lead.id, self.lead.phone, "He asked me to"
        )
        self.assertEqual(touch_id, planned.id, "no second row for one call")
        self.assertEqual((planned.state, planned.is_override), ("reserved", True))
        self.assertEqual(planned.override_reason, "He asked me to")

    def test_calling_later_moves_the_planned_call(self):
        self.call()
        asked = ("crm.lead", self.lead.id, self.lead.phone)
        self.assertFalse(self.dial().ask(*asked)["planned"])
        first = self.dial().call_later("crm.lead", self.lead.id, "2026-03-10 09:00:00")
        planned = self._get_touches(self.buyer)[-1]
        self.assertIn("3/10/2026 already", self.dial().ask(*asked)["planned"])
        # also who did not plan it: it is the same call
        self.lead.user_id = False
        leader = self.dial("leader")
        self.assertIn("by Test user", leader.ask(*asked)["planned"])
        for dial, day in ((self.dial(), 11), (leader, 12)):
            again = dial.call_later("crm.lead", self.lead.id, f"2026-03-{day} 09:00:00")
            self.assertEqual(again, first)
        activity = self.lead.activity_ids
        self.assertEqual((activity.id, activity.date_deadline.day), (first, 12))
        self.assertEqual(activity.user_id, self.users_by_role["user"])
        self.assertEqual(self._get_touches(self.buyer)[-1], planned)
        self.assertEqual(planned.date, datetime(2026, 3, 12, 12))
        # once it is made, the next one is another call
        activity.action_done()
        another = self.dial().call_later(
            "crm.lead", self.lead.id, "2026-03-20 09:00:00"
        )
        self.assertNotEqual(another, first)

    def test_a_call_in_the_afternoon_is_planned_for_the_next_day(self):
        for moment, day in (
            ("2026-03-10 12:00:00", date(2026, 3, 10)),
            ("2026-03-10 12:00:01", date(2026, 3, 11)),
        ):
            activity_id = self.dial().call_later("crm.lead", self.lead.id, moment)
            activity = self.env["mail.activity"].browse(activity_id)
            self.assertEqual(activity.date_deadline, day)
            activity.unlink()

    def test_what_was_said_can_be_written_down(self):
        advice = self.dial().ask("crm.lead", self.lead.id, self.lead.phone)
        self.assertEqual(advice["log_action"]["res_model"], "c360.contact.log")
        self.assertEqual(advice["log_action"]["context"]["active_id"], self.lead.id)
