from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactCall(ContactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.tz = "UTC"
        cls.call = cls.env.ref("mail.mail_activity_data_call")
        cls.todo = cls.env.ref("mail.mail_activity_data_todo")
        cls.buyer.write(
            {"phone": "+32456001122", "country_id": cls.env.ref("base.be").id}
        )

    def _plan(self, record=None, activity_type=None, **values):
        record = record or self.buyer
        return self.env["mail.activity"].create(
            {
                "activity_type_id": (activity_type or self.call).id,
                "summary": "Ask for the order",
                "res_model_id": self.env["ir.model"]._get_id(record._name),
                "res_id": record.id,
                "date_deadline": date(2026, 4, 2),
                "user_id": self.env.uid,
                **values,
            }
        )

    def test_an_unknown_purpose_gets_a_sentence(self):
        activity = self._plan()
        for attempt in (
            lambda: self._plan(contact_purpose="fun"),
            lambda: activity.write({"contact_purpose": "fun"}),
        ):
            with self.assertRaisesRegex(ValidationError, "“fun” is unknown"):
                attempt()

    def test_a_planned_call_is_booked(self):
        activity = self._plan()
        self.assertRecordValues(
            activity.contact_touch_id,
            [
                {
                    "state": "reserved",
                    "channel": "phone",
                    "purpose": "sales",
                    "purpose_source": "system",
                    "partner_id": self.buyer.id,
                    "customer_id": self.customer.id,
                    "address": "+32456001122",
                    "subject": "Ask for the order",
                    "date": datetime(2026, 4, 2, 12),
                    "source_model": "res.partner",
                    "source_id": self.buyer.id,
                    "is_leaving": True,
                    "is_override": False,
                }
            ],
        )
        self.assertFalse(activity.contact_warning)

    def test_a_call_of_today_is_not_in_the_past(self):
        with freeze_time("2026-03-31 16:00:00"):
            touch = self._plan(date_deadline=date(2026, 3, 31)).contact_touch_id
            self.assertEqual(touch.date, datetime(2026, 3, 31, 16))

    def test_the_moment_is_noon_of_who_calls(self):
        self.env.user.tz = "Asia/Taipei"
        touch = self._plan().contact_touch_id
        self.assertEqual(touch.date, datetime(2026, 4, 2, 4))

    def test_a_day_far_away_has_an_hour_to_call(self):
        night = {"name": "Night", "kind": "quiet", "hour_from": 20.0, "hour_to": 8.0}
        self._create_policy(limit=None, channel="phone", purposes=("sales",), **night)
        self.env.user.tz = "Asia/Taipei"
        # noon in Taipei is nine in the evening in Los Angeles
        self.buyer.tz = "America/Los_Angeles"
        activity = self._plan()
        touch = activity.contact_touch_id
        self.assertEqual(touch.date, datetime(2026, 4, 2, 4))
        self.assertFalse(activity.contact_warning)
        activity.date_deadline = date(2026, 4, 7)
        self.assertEqual(touch.date, datetime(2026, 4, 7, 4))
        self.assertFalse(activity.contact_warning)

    def test_a_zone_nobody_knows_stops_no_call(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET tz = 'Mars/Base' WHERE id = %s",
            [self.env.user.partner_id.id],
        )
        self.env.invalidate_all()
        touch = self._plan().contact_touch_id
        self.assertEqual(touch.date, datetime(2026, 4, 2, 12))

    def test_a_call_against_the_limits_is_made_with_a_warning(self):
        policy = self._create_policy(limit=1, channel="phone", purposes=("sales",))
        self._plan()
        second = self._plan()
        touch = second.contact_touch_id
        self.assertEqual((touch.state, touch.policy_id), ("reserved", policy))
        self.assertTrue(touch.is_override)
        self.assertFalse(touch.override_reason)
        self.assertIn(policy.name, second.contact_warning)
        other = self._plan(contact_purpose="service")
        self.assertFalse(other.contact_warning)
        self.assertEqual(other.contact_touch_id.purpose_source, "sender")

    def test_planned_calls_count_for_messages(self):
        self._create_policy(limit=1, channel=False, purposes=("sales",))
        self._plan(date_deadline=date(2026, 3, 31))
        with freeze_time("2026-03-31 13:00:00"):
            [decision] = self.gate.check(self.buyer.ids, "email", "sales")
        self.assertEqual(decision["decision"], "deferred")

    def test_done_is_sent_with_what_he_said(self):
        activity = self._plan()
        touch = activity.contact_touch_id
        activity.action_feedback(feedback="He wants\n  twenty of them")
        self.assertRecordValues(
            touch,
            [{"state": "sent", "date": NOW, "outcome": "He wants twenty of them"}],
        )
        self.assertEqual(touch.message_id.mail_activity_type_id, self.call)
        self.assertEqual(len(self._get_touches(self.buyer)), 1)

    def test_several_done_at_once_find_their_messages(self):
        activities = self._plan() + self._plan(self.engineer)
        touches = activities.contact_touch_id
        activities.action_done()
        self.assertEqual(touches.mapped("state"), ["sent"] * 2)
        self.assertEqual(
            touches.mapped("message_id.res_id"), (self.buyer + self.engineer).ids
        )

    def test_a_cancelled_call_frees_its_place(self):
        activity = self._plan()
        touch = activity.contact_touch_id
        activity.unlink()
        self.assertEqual(touch.state, "cancelled")
        self.assertTrue(touch.reason)

    def test_the_row_moves_with_the_deadline(self):
        policy = self._create_policy(limit=1, channel="phone", purposes=("sales",))
        self._plan()
        second = self._plan()
        self.assertTrue(second.contact_warning)
        second.date_deadline = date(2026, 4, 20)
        touch = second.contact_touch_id
        self.assertEqual(touch.date, datetime(2026, 4, 20, 12))
        self.assertFalse(second.contact_warning)
        second.date_deadline = date(2026, 4, 3)
        self.assertEqual(touch.policy_id, policy)
        self.assertTrue(second.contact_warning)

    def test_another_purpose_is_another_row(self):
        activity = self._plan()
        first = activity.contact_touch_id
        activity.contact_purpose = "care"
        self.assertEqual(first.state, "cancelled")
        self.assertEqual(activity.contact_touch_id.purpose, "care")

    def test_a_call_that_became_a_task_is_cancelled(self):
        activity = self._plan()
        activity.activity_type_id = self.todo
        self.assertEqual(self._get_touches(self.buyer).state, "cancelled")

    def test_what_is_no_call_leaves_no_row(self):
        self._plan(activity_type=self.todo)
        self.assertFalse(self._get_touches(self.buyer))

    def test_calls_to_colleagues_leave_no_row(self):
        colleague = self.users_by_role["user"].partner_id
        self.assertFalse(self._plan(colleague).contact_touch_id)

    def test_the_document_tells_the_purpose(self):
        order = self.env["sale.order"].create({"partner_id": self.buyer.id})
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "Broken", "description": "Broken", "partner_id": self.buyer.id}
        )
        lead = self.env["crm.lead"].create(
            {
                "name": "Timber",
                "phone": "+32456009999",
                "country_id": self.env.ref("base.be").id,
            }
        )
        purposes = {}
        for record in (order, ticket, lead):
            touch = self._plan(record).contact_touch_id
            purposes[record._name] = touch.purpose
        self.assertEqual(
            purposes,
            {"sale.order": "sales", "helpdesk.ticket": "service", "crm.lead": "sales"},
        )
        self.assertEqual((touch.lead_id, touch.address), (lead, "+32456009999"))

    def test_whoever_plans_a_call_need_not_write_the_ledger(self):
        activity = self.env_of("user")["mail.activity"].create(
            {
                "activity_type_id": self.call.id,
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.buyer.id,
                "date_deadline": date(2026, 4, 2),
            }
        )
        self.assertFalse(activity.contact_warning)
        activity.action_done()
        self.assertEqual(self._get_touches(self.buyer).state, "sent")

    def _count(self, number, activity_type):
        values = [
            {
                "activity_type_id": activity_type.id,
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": partner.id,
                "date_deadline": date(2026, 4, 2),
                "user_id": self.env.uid,
            }
            for partner in self.people[:number]
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.env["mail.activity"].create(values)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_twenty_calls_cost_as_much_as_two(self):
        self._create_policy(limit=1, channel=False, purposes=("sales",))
        self.people = self.env["res.partner"].create(
            [{"name": f"P{i}", "phone": f"+324560050{i:02}"} for i in range(20)]
        )
        counts = []
        for number in (2, 20):
            for activity_type in (self.todo, self.call) * 2:
                counts.append(self._count(number, activity_type))
        todo, call, many = counts[2], counts[3], counts[7]
        # the gate asks policies, consent and history once each
        self.assertLessEqual(call - todo, 6)
        self.assertLessEqual(many - call, 1)
