from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ContactCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactTouchSafe(ContactCommon):
    """What points to a row of the ledger gives nobody power over it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users_by_role["user"]
        cls.call = cls.env.ref("mail.mail_activity_data_call")
        cls.buyer.phone = "+32456001122"
        cls.lead = cls.env["crm.lead"].create({"name": "Mine", "user_id": cls.user.id})
        cls.foreign = cls._reserve(cls.buyer)
        cls.env["c360.contact.touch"].flush_model()

    def _prepare_activity_vals(self, record=None, **values):
        record = record or self.lead
        return {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "res_model_id": self.env["ir.model"]._get_id(record._name),
            "res_id": record.id,
            "date_deadline": date(2026, 4, 2),
            "user_id": self.user.id,
            **values,
        }

    def _plan(self, *args, **values):
        return self.env_of("user")["mail.activity"].create(
            self._prepare_activity_vals(*args, **values)
        )

    def _end_in_every_way(self, activities):
        activities[0].action_feedback(feedback="I decide")
        activities[1].unlink()
        activities[2].active = False
        activities[3].date_deadline = date(2026, 5, 5)
        activities[4].summary = "Other"
        activities[5].contact_purpose = "care"

    def assertUntouched(self):
        self.foreign.invalidate_recordset()
        self.assertRecordValues(
            self.foreign,
            [{"state": "reserved", "outcome": False, "date": self.date}],
        )

    def setUp(self):
        super().setUp()
        self.date = self.foreign.date

    def test_no_activity_is_born_with_a_row(self):
        ref = {"contact_touch_id": self.foreign.id}
        env = self.env_of("user")
        lead = self.lead.with_env(env)
        found = [self._plan(**ref) for _ in range(6)]
        found.append(
            env["mail.activity"]
            .with_context(default_contact_touch_id=self.foreign.id)
            .create(self._prepare_activity_vals())
        )
        found.append(
            env["mail.activity"].sudo().create(self._prepare_activity_vals(**ref))
        )
        found.append(lead.activity_schedule("mail.mail_activity_data_todo", **ref))
        before = lead.activity_ids
        lead.activity_ids = [Command.create(self._prepare_activity_vals(**ref))]
        found.append(lead.activity_ids - before)
        for activity in found:
            self.assertFalse(activity.contact_touch_id)
        self._end_in_every_way(found)
        self.assertUntouched()

    def test_nobody_ties_an_activity_to_a_row(self):
        activity = self._plan()
        with self.assertRaises(AccessError):
            activity.contact_touch_id = self.foreign
        with self.assertRaises(AccessError):
            self.lead.with_env(self.env_of("user")).activity_ids = [
                Command.update(activity.id, {"contact_touch_id": self.foreign.id})
            ]

    def test_an_activity_moves_only_the_call_about_its_document(self):
        """Even where the system tied the wrong ones together."""
        others = self.foreign + self.gate._reserve(self.buyer, "phone", "care")
        for foreign in others:
            self.foreign, self.date = foreign, foreign.date
            activities = [self._plan() for _ in range(6)]
            for activity in activities:
                activity.sudo().contact_touch_id = foreign
            self._end_in_every_way(activities)
            self.assertUntouched()

    def test_a_call_that_moves_to_another_document_ends_its_row(self):
        activity = self._plan(activity_type_id=self.call.id, record=self.buyer)
        touch = activity.contact_touch_id
        activity.sudo().res_id = self.engineer.id
        self.assertEqual(touch.state, "cancelled")
        self.assertEqual(activity.sudo().contact_touch_id.source_id, self.engineer.id)

    def test_the_call_of_a_merged_person_is_still_his(self):
        twin = self._create_customer("Twin", phone="+32456001133")
        activity = self._plan(activity_type_id=self.call.id, record=twin)
        booked = activity.sudo().contact_touch_id
        letter = self.gate._reserve(twin, "letter", "care")
        letter.sudo().write({"source_model": "res.partner", "source_id": twin.id})
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (twin + self.customer).ids, self.customer
        )
        self.assertEqual((booked + letter).mapped("source_id"), [self.customer.id] * 2)
        activity.invalidate_recordset()
        touch = activity.sudo().contact_touch_id
        activity.action_feedback(feedback="Twenty")
        self.assertIn(booked.state, ("sent", "cancelled"))
        self.assertEqual((touch.state, touch.outcome), ("sent", "Twenty"))

    def test_an_sms_is_not_tied_to_a_row_by_hand(self):
        admin = self.users_by_role["manager"]
        admin.group_ids += self.env.ref("base.group_system")
        vals = {"number": "+32456001122", "contact_touch_id": self.foreign.id}
        sms = self.env["sms.sms"].with_user(admin).create(vals)
        self.assertFalse(sms.contact_touch_id)
        with self.assertRaises(AccessError):
            sms.contact_touch_id = self.foreign

    def test_an_sms_ends_no_row_of_another_channel(self):
        sms = self.env["sms.sms"].create({"number": "+32456001122", "body": "x"})
        sms.sudo().contact_touch_id = self.foreign
        sms.state = "sent"
        sms.unlink()
        self.assertUntouched()
