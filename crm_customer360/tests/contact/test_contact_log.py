from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactLog(ContactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.touches = cls.env["c360.contact.touch"]
        cls.buyer.write(
            {"phone": "+32456001122", "country_id": cls.env.ref("base.be").id}
        )

    def _open(self, record, role="user", **values):
        log = self.env_of(role)["c360.contact.log"].with_context(
            active_model=record._name, active_id=record.id
        )
        return log.create({"subject": "Asked for an offer", **values})

    def _log(self, record=None, **values):
        self._open(record or self.buyer, **values).action_save()
        return self.touches.search([], order="id desc", limit=1)

    # ----------------------------------------------------------------- the door

    def test_the_door_fills_in_who_it_was(self):
        touches = self.touches._log(
            [
                {"partner_id": self.buyer.id, "channel": channel}
                for channel in ("phone", "letter", "email")
            ]
        )
        self.assertEqual(
            touches.mapped("address"), ["+32456001122", False, "berta@timber.example"]
        )
        self.assertRecordValues(
            touches[0],
            [
                {
                    "state": "sent",
                    "direction": "out",
                    "purpose": "transactional",
                    "partner_name": "Berta Buyer",
                    "customer_id": self.customer.id,
                    "user_id": self.env.uid,
                    "company_id": self.company.id,
                    "date": NOW,
                }
            ],
        )

    def test_an_incoming_sms_answers_what_it_answers(self):
        sent = self.touches._log([{"partner_id": self.buyer.id, "channel": "sms"}])
        self.touches._log(
            [
                {
                    "partner_id": self.buyer.id,
                    "channel": "sms",
                    "direction": "in",
                    "outcome": "Yes,\nplease " + "x" * 300,
                    "answer_to_id": sent.id,
                }
            ]
        )
        self.assertEqual(sent.state, "answered")
        self.assertEqual(sent.outcome[:12], "Yes, please ")
        self.assertEqual(len(sent.outcome), 200)

    def test_the_door_refuses_unknown_words(self):
        for values in ({"channel": "pigeon"}, {"channel": "sms", "purpose": "fun"}):
            with self.assertRaises(UserError):
                self.touches._log([values])

    def test_many_cost_as_much_as_few(self):
        people = self.env["res.partner"].create(
            [{"name": f"P{i}", "phone": f"+324560050{i:02}"} for i in range(30)]
        )
        counts = []
        for some in (people[:2], people[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.touches._log(
                [{"partner_id": who.id, "channel": "visit"} for who in some]
            )
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 1)

    # --------------------------------------------------------------- the window

    def test_a_visit_is_written_down(self):
        touch = self._log(
            channel="visit",
            outcome="He wants samples",
            date=NOW - timedelta(days=1),
        )
        self.assertRecordValues(
            touch,
            [
                {
                    "state": "sent",
                    "channel": "visit",
                    "direction": "out",
                    "purpose": "sales",
                    "partner_id": self.buyer.id,
                    "subject": "Asked for an offer",
                    "outcome": "He wants samples",
                    "date": NOW - timedelta(days=1),
                    "user_id": self.users_by_role["user"].id,
                    "is_manual": True,
                    "purpose_source": "sender",
                }
            ],
        )

    def test_what_was_written_down_counts(self):
        self._create_policy(limit=1, channel=False, purposes=("sales",))
        self._log(channel="letter")
        [decision] = self.gate.check(self.buyer.ids, "email", "sales")
        self.assertEqual(decision["decision"], "deferred")

    def test_the_document_is_known(self):
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "Broken", "description": "Broken", "partner_id": self.buyer.id}
        )
        touch = self._log(ticket, role="service")
        self.assertEqual(
            (touch.source_model, touch.source_id, touch.purpose),
            ("helpdesk.ticket", ticket.id, "service"),
        )
        self.assertEqual(touch.partner_id, self.buyer)

    def test_a_lead_without_contact_is_known_by_its_number(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Timber",
                "contact_name": "New Man",
                "phone": "+32456009999",
                "country_id": self.env.ref("base.be").id,
                "user_id": self.users_by_role["user"].id,
            }
        )
        touch = self._log(lead)
        self.assertEqual(
            (touch.partner_name, touch.address, touch.lead_id),
            ("New Man", "+32456009999", lead),
        )

    def test_his_answer_ends_what_it_answers(self):
        letter = self._log(channel="letter")
        answer = self._log(
            direction="in", answer_to_id=letter.id, outcome="Not this year"
        )
        self.assertEqual((letter.state, letter.outcome), ("answered", "Not this year"))
        self.assertEqual(answer.answer_to_id, letter)

    def test_only_an_incoming_contact_answers(self):
        letter = self._log(channel="letter")
        self.assertFalse(self._log(answer_to_id=letter.id).answer_to_id)
        self.assertEqual(letter.state, "sent")

    def test_nobody_answers_for_another_customer(self):
        other = self._create_customer("Other Works")
        sent = self._reserve(other)
        sent._move("sent")
        incoming = self.touches._log(
            [{"partner_id": self.buyer.id, "channel": "phone", "direction": "in"}]
        )
        for wrong in (sent, incoming):
            with self.assertRaisesRegex(UserError, "answer"):
                self._log(direction="in", answer_to_id=wrong.id, outcome="Made up")
        with self.assertRaisesRegex(UserError, "answer"):
            self._correct(self._log(direction="in"), role="user", answer_to_id=sent.id)
        self.assertRecordValues(
            sent + incoming, [{"state": "sent", "outcome": False}] * 2
        )

    def test_nobody_answers_what_he_may_not_read(self):
        letter = self._log(channel="letter")
        self.customer.user_id = self.users_by_role["leader"]
        letter.user_id = self.users_by_role["leader"]
        with self.assertRaises(AccessError):
            self._log(direction="in", answer_to_id=letter.id, outcome="Made up")
        self.assertEqual(letter.state, "sent")

    def test_a_lead_without_contact_answers_what_was_about_it(self):
        lead, other = self.env["crm.lead"].create(
            [
                {"name": name, "phone": phone, "user_id": self.users_by_role["user"].id}
                for name, phone in (("A", "+32456009999"), ("B", "+32456008888"))
            ]
        )
        letter = self._log(lead, channel="letter")
        with self.assertRaisesRegex(UserError, "answer"):
            self._log(other, direction="in", answer_to_id=letter.id)
        self._log(lead, direction="in", answer_to_id=letter.id)
        self.assertEqual(letter.state, "answered")

    def test_the_future_is_planned_not_logged(self):
        with self.assertRaisesRegex(UserError, "activity"):
            self._log(date=NOW + timedelta(minutes=1))

    def test_somebody_must_be_named(self):
        with self.assertRaisesRegex(UserError, "who"):
            self._log(partner_id=False)

    def test_the_window_opens(self):
        wizard = self._open(self.buyer)
        with Form(wizard) as form:
            form.channel = "visit"
        self.assertEqual(wizard.partner_id, self.buyer)

    def test_who_may_not_see_the_person_has_not_met_him(self):
        self.env["ir.rule"].create(
            {
                "name": "Nobody sees the buyer",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {self.buyer.id})]",
            }
        )
        with self.assertRaises(AccessError):
            self._log()

    def test_analysts_and_strangers_log_nothing(self):
        for role in ("analyst", "stranger"):
            with self.assertRaises(AccessError):
                self._log(role=role)

    # --------------------------------------------------------------- correcting

    def _correct(self, touch, role="user", **values):
        action = touch.with_env(self.env_of(role)).action_correct()
        wizard = self.env_of(role)["c360.contact.log"].browse(action["res_id"])
        wizard.write({"reason": "It was his colleague", **values})
        wizard.action_save()

    def test_a_wrong_row_is_ended_and_the_right_one_follows(self):
        wrong = self._log(channel="visit")
        self._correct(wrong, partner_id=self.engineer.id)
        self.assertEqual(wrong.state, "cancelled")
        self.assertIn("It was his colleague", wrong.reason)
        right = self._get_touches(self.engineer)
        self.assertEqual((right.channel, right.subject), ("visit", wrong.subject))
        with self.assertRaises(UserError):
            self._correct(wrong)

    def test_what_never_took_place_has_no_right_row(self):
        self._create_policy(limit=1, channel=False, purposes=("sales",))
        wrong = self._log()
        self._correct(wrong, is_void=True)
        self.assertEqual(self._get_touches(self.buyer), wrong)
        [decision] = self.gate.check(self.buyer.ids, "email", "sales")
        self.assertEqual(decision["decision"], "allowed")

    def test_a_correction_needs_a_reason(self):
        with self.assertRaisesRegex(UserError, "why"):
            self._correct(self._log(), reason=False)

    def test_nobody_corrects_what_he_may_not_read(self):
        touch = self._log()
        self.customer.user_id = self.users_by_role["leader"]
        touch.user_id = self.users_by_role["leader"]
        wizard = self._open(self.engineer, corrected_id=touch.id, reason="Wrong")
        with self.assertRaises(AccessError):
            wizard.action_save()
        self.assertEqual(touch.state, "sent")

    def test_colleagues_do_not_correct_each_other(self):
        touch = self._log(role="service")
        with self.assertRaises(AccessError):
            self._correct(touch)
        self._correct(touch, role="care", is_void=True)
        self.assertEqual(touch.state, "cancelled")

    def test_what_the_system_booked_is_not_corrected(self):
        touch = self._reserve(self.buyer)
        with self.assertRaises(UserError):
            self._correct(touch, role="care")
