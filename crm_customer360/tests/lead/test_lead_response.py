from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_followup import FollowupCommon

QUESTION = "When may I call?"


@tagged("post_install", "-at_install", "c360_lead")
@freeze_time("2026-03-27 15:00:00")
class TestLeadResponse(FollowupCommon):
    """Friday, two hours before people go home."""

    def setUp(self):
        super().setUp()
        self.lead = self._create_leads(
            partner_id=self.buyer.id, capture_date="2026-03-27 15:00:00"
        )

    def _log(self, moment, lead=None, user=None, **values):
        lead = self.lead if lead is None else lead
        with freeze_time(moment):
            touch = (
                self.env["c360.contact.touch"]
                .with_user(user or self.user)
                ._log(
                    [
                        {
                            "channel": "phone",
                            "partner_id": self.buyer.id,
                            "source_model": "crm.lead",
                            "source_id": lead.id,
                            **values,
                        }
                    ]
                )
            )
        return touch

    def test_an_answer_is_due_in_working_hours(self):
        self.assertEqual(str(self.lead.response_due_date), "2026-03-30 11:00:00")
        self.assertEqual(self.lead.response_state, "waiting")

    def test_a_holiday_of_everybody_is_no_working_time(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Monday off",
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2026-03-30 00:00:00",
                "date_to": "2026-03-30 23:59:59",
            }
        )
        lead = self._create_leads(capture_date="2026-03-27 15:00:00")
        self.assertEqual(str(lead.response_due_date), "2026-03-31 11:00:00")

    def test_changed_hours_count_at_once(self):
        self.company.resource_calendar_id.attendance_ids.filtered(
            lambda attendance: attendance.dayofweek == "0"
        ).hour_from = 12
        lead = self._create_leads(capture_date="2026-03-27 15:00:00")
        self.assertEqual(str(lead.response_due_date), "2026-03-30 14:00:00")

    def test_without_a_calendar_people_work_around_the_clock(self):
        self.company.resource_calendar_id.flexible_hours = True
        lead = self._create_leads(capture_date="2026-03-28 23:00:00")
        self.assertEqual(str(lead.response_due_date), "2026-03-29 03:00:00")

    def test_no_aim_no_due_date(self):
        self.company.c360_response_hours = 0
        lead = self._create_leads()
        self.assertFalse(lead.response_due_date)
        self.assertFalse(lead.response_state)

    def test_warm_it_costs_no_query(self):
        vals_list = [{"capture_date": "2026-03-27 15:00:00"}] * 10
        with self.assertQueryCount(0):
            prepared = self.env["crm.lead"]._add_response_due(vals_list)
        self.assertEqual(
            {str(vals["response_due_date"]) for vals in prepared},
            {"2026-03-30 11:00:00"},
        )
        self.assertNotIn("response_due_date", vals_list[0])

    def test_nobody_says_of_himself_how_soon_he_answered(self):
        lead = self.lead.with_user(self.user)
        for name in ("response_due_date", "first_response_date"):
            with self.assertRaisesRegex(AccessError, "contact history"):
                lead.write({name: "2026-03-27 15:00:00"})
            with self.assertRaisesRegex(AccessError, "contact history"):
                lead.create({"name": "Mine", name: "2026-03-27 15:00:00"})

    def test_the_first_call_answers(self):
        self._log("2026-03-30 10:30:00")
        self.assertEqual(str(self.lead.first_response_date), "2026-03-30 10:30:00")
        self.assertEqual(self.lead.first_response_hours, 3.5)
        self.assertEqual(self.lead.response_state, "answered")
        self._log("2026-03-31 10:30:00")
        self.assertEqual(self.lead.first_response_hours, 3.5)

    def test_late_is_late(self):
        self._log("2026-03-31 10:00:00", channel="visit")
        self.assertEqual(self.lead.first_response_hours, 2 + 8 + 1)
        self.assertEqual(self.lead.response_state, "late")
        leads = self.env["crm.lead"].search([("response_state", "=", "late")])
        self.assertIn(self.lead, leads)

    def test_a_call_to_the_customer_answers_his_open_leads(self):
        other = self._create_leads(partner_id=self.engineer.id)
        lost = self._create_leads(partner_id=self.buyer.id)
        lost.action_set_lost()
        self._log(
            "2026-03-30 09:00:00",
            source_model="res.partner",
            source_id=self.buyer.id,
        )
        self.assertTrue(self.lead.first_response_date)
        self.assertFalse(other.first_response_date)
        self.assertFalse(lost.first_response_date)

    def test_who_calls_need_not_see_the_lead(self):
        self._log(
            "2026-03-30 09:00:00",
            user=self.rival,
            source_model="res.partner",
            source_id=self.buyer.id,
        )
        self.assertTrue(self.lead.first_response_date)

    def test_what_is_no_answer(self):
        for values in (
            {"direction": "in"},
            {"state": "blocked"},
            {"purpose_source": "bulk"},
            {"campaign_key": "spring"},
            {"user_id": False},
            {"user_id": self.env.ref("base.user_root").id},
            # nobody wrote it: it has no message in the chatter
            {"channel": "email"},
            {"channel": "sms"},
            {"source_model": "sale.order", "source_id": 1},
        ):
            with self.subTest(values):
                self._log("2026-03-30 09:00:00", **values)
                self.assertFalse(self.lead.first_response_date)

    def test_automatic_mail_is_no_answer_a_message_is(self):
        template = self.env["mail.template"].create(
            {
                "name": "Welcome",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "subject": "Thank you for asking",
                "body_html": "<p>Soon</p>",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        lead = self.lead.with_user(self.user)
        with freeze_time("2026-03-30 09:00:00"):
            mail_id = template.with_user(self.user).send_mail(lead.id)
            self._leave(self.env["mail.mail"].browse(mail_id))
        self.assertFalse(self.lead.first_response_date)
        with freeze_time("2026-03-30 10:00:00"):
            message = lead.message_post(
                body=QUESTION,
                message_type="comment",
                partner_ids=self.buyer.ids,
                subtype_xmlid="mail.mt_comment",
            )
            mails = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
            self._leave(mails)
        self.assertEqual(str(self.lead.first_response_date), "2026-03-30 10:00:00")

    def _leave(self, mails):
        """Book and settle mails as the queue does, without a server."""
        self.assertTrue(mails)
        touches = mails.sudo()._get_touches(["reserved"])
        if not touches:
            mails.sudo()._pass_gate(auto_commit=False)
            touches = mails.sudo()._get_touches(["reserved"])
        self.assertTrue(touches)
        touches._confirm_sent()

    def test_a_done_call_answers(self):
        activity = self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "res_id": self.lead.id,
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                "date_deadline": "2026-03-30",
                "user_id": self.user.id,
            }
        )
        self.assertFalse(self.lead.first_response_date)
        with freeze_time("2026-03-30 09:30:00"):
            activity.with_user(self.user).action_feedback("Wants two")
        self.assertEqual(str(self.lead.first_response_date), "2026-03-30 09:30:00")

    def test_a_merged_lead_was_answered_when_its_first_was(self):
        early = self._create_leads(
            partner_id=self.buyer.id, capture_date="2026-03-27 15:00:00"
        )
        self._log("2026-03-30 09:30:00", lead=early)
        self.lead._merge_dependences(early)
        self.assertEqual(str(self.lead.first_response_date), "2026-03-30 09:30:00")
        self.assertEqual(self.lead.first_response_hours, 2.5)

    def test_overdue_by_filter_and_badge(self):
        leads = self.env["crm.lead"]
        domain = [("id", "=", self.lead.id), ("response_state", "=", "overdue")]
        self.assertFalse(leads.search(domain))
        with freeze_time("2026-03-30 11:00:01"):
            self.env.invalidate_all()
            self.assertEqual(leads.search(domain), self.lead)
            self.assertEqual(self.lead.response_state, "overdue")
            waiting = [("id", "=", self.lead.id), ("response_state", "=", "waiting")]
            self.assertFalse(leads.search(waiting))

    def test_switched_off_nobody_counts(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_lead"
        )
        self._log("2026-03-30 10:30:00")
        self.assertFalse(self.lead.first_response_date)
        self.assertFalse(self._create_leads().response_due_date)
