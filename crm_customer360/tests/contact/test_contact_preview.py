from datetime import datetime

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import MockEmail

from ...models.contact import c360_contact_preview
from .common import ContactCommon

NOW = datetime(2026, 3, 5, 9)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactPreview(ContactCommon):
    """What is told before anything leaves is what happens then."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(limit=1, days=7, purposes=("care", "sales"))
        cls.people = cls.env["res.partner"].create(
            [
                {"name": f"Person {number}", "email": f"p{number}@people.example"}
                for number in range(6)
            ]
        )
        cls.tired = cls.people[:2]
        cls._reserve(cls.tired, at="2026-03-04 09:00:00")

    def preview(self, records, role="care", **arguments):
        gate = self.env_of(role)["c360.contact.gate"]
        return gate.preview(records._name, records.ids, **arguments)

    def test_counts_and_sentences(self):
        found = self.preview(self.people, purpose="sales")
        self.assertEqual(
            [found[key] for key in ("total", "now", "waiting", "stopped")], [6, 4, 2, 0]
        )
        self.assertEqual(
            [line["tone"] for line in found["lines"]], ["success", "warning"]
        )
        self.assertEqual(found["lines"][0]["text"], "4 leave now.")
        self.assertIn("2 wait until 3/11/26", found["lines"][1]["text"])
        self.assertIn(self.policy.name, found["lines"][1]["text"])

    def test_it_books_nothing(self):
        before = self._get_touches(self.people)
        self.preview(self.people, purpose="sales")
        self.assertEqual(self._get_touches(self.people), before)

    def test_two_letters_to_one_person_take_one_place(self):
        leads = self.env["crm.lead"].create(
            [
                {"name": name, "partner_id": self.people[5].id, "type": "opportunity"}
                for name in ("First", "Second")
            ]
        )
        found = self.preview(leads, purpose="sales")
        self.assertEqual((found["now"], found["waiting"]), (1, 1))
        self.assertFalse(found["people"])

    def test_the_same_reason_about_others_is_one_line(self):
        self.policy.limit_count = 0
        found = self.preview(self.people, purpose="sales")
        self.assertEqual(found["stopped"], 6)
        self.assertEqual(len(found["lines"]), 1)
        self.assertIn("6 are stopped", found["lines"][0]["text"])

    def test_few_people_are_named(self):
        found = self.preview(self.tired[0], purpose="sales")
        [person] = found["people"]
        self.assertEqual(person["name"], "Person 0")
        self.assertEqual(person["decision"], "deferred")
        self.assertEqual(person["date"], "2026-03-11 09:00:00")
        self.assertIn("It waits until", found["lines"][0]["text"])

    def test_needed_messages_all_leave(self):
        self.policy.limit_count = 0
        found = self.preview(self.people, purpose="transactional")
        self.assertEqual(found["now"], 6)

    def test_a_bulk_message_to_contacts_is_selling(self):
        self.assertEqual(self.preview(self.people)["purpose"], "sales")
        orders = self.env["sale.order"].create({"partner_id": self.people[0].id})
        found = self.preview(orders, role="manager")
        self.assertEqual(found["purpose"], "transactional")

    def test_colleagues_and_people_without_address(self):
        colleague = self.users_by_role["leader"].partner_id
        mute = self.env["res.partner"].create({"name": "No Address"})
        found = self.preview(self.people[5] + colleague + mute, purpose="sales")
        self.assertEqual((found["total"], found["unreachable"]), (1, 1))
        self.assertIn("no address", found["lines"][-1]["text"])

    def test_a_lead_without_contact_is_known_by_its_address(self):
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": email,
                    "type": "opportunity",
                    "email_from": email,
                }
                for email in ("p0@people.example", "new@people.example")
            ]
        )
        found = self.preview(leads, purpose="sales")
        self.assertEqual((found["now"], found["waiting"]), (1, 1))

    def test_domain_in_place_of_ids(self):
        gate = self.env_of("care")["c360.contact.gate"]
        found = gate.preview(
            "res.partner", domain=[("id", "in", self.tired.ids)], purpose="sales"
        )
        self.assertEqual(found["waiting"], 2)

    def test_too_many_are_not_looked_at(self):
        limit = c360_contact_preview.PREVIEW_LIMIT
        self.patch(c360_contact_preview, "PREVIEW_LIMIT", 4)
        found = self.preview(self.people, purpose="sales")
        self.assertEqual((found["total"], found["skipped"]), (4, 2))
        self.assertIn("2 more", found["lines"][-1]["text"])
        self.assertGreaterEqual(limit, 1000)

    def test_bad_input_gets_words(self):
        gate = self.env_of("care")["c360.contact.gate"]
        for arguments in (
            ("no.model", [1]),
            (None, [1]),
            ("res.partner", 7),
            ("res.partner", [1], "pigeon"),
            ("res.partner", [1], "email", "nonsense"),
            ("res.partner", [1], "email", "sales", [("no_such_field", "=", 1)]),
            ("res.partner", [1], "email", "sales", None, ["1"]),
        ):
            with self.subTest(arguments), self.assertRaises(UserError):
                gate.preview(*arguments)

    def test_who_may_not_read_the_ledger_is_told_nothing(self):
        self.assertIs(self.preview(self.people, role="stranger"), False)

    def test_documents_the_user_may_not_read_are_left_out(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Not mine",
                "type": "opportunity",
                "partner_id": self.tired[0].id,
                "user_id": self.users_by_role["leader"].id,
            }
        )
        self.assertEqual(self.preview(lead, role="user", purpose="sales")["total"], 0)
        with self.assertRaises(AccessError):
            self.env_of("service")["c360.contact.gate"].preview("crm.lead", lead.ids)

    def test_a_fixed_number_of_queries(self):
        self.preview(self.people[:1], purpose="sales")
        counts = []
        for records in (self.people[:2], self.people):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.preview(records, purpose="sales")
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)
        self.assertLessEqual(counts[0], 12)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactComposer(ContactCommon, MockEmail):
    """The composer passes on what its author decided."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(limit=0, purposes=("sales",))
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Benches",
                "type": "opportunity",
                "partner_id": cls.buyer.id,
                "user_id": cls.users_by_role["user"].id,
            }
        )

    def compose(self, mode="comment", **values):
        Composer = self.env_of("user")["mail.compose.message"].with_context(
            default_composition_mode=mode,
            default_model="crm.lead",
            default_res_ids=self.lead.ids,
        )
        return Composer.create(
            {
                "partner_ids": self.buyer.ids if mode == "comment" else [],
                "subject": "Hello",
                "body": "<p>Hello</p>",
                **values,
            }
        )

    def send(self, composer):
        with self.mock_mail_gateway():
            composer.action_send_mail()
            self.env.cr.precommit.run()
            self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).send()
        return self._get_touches(self.buyer)

    def test_an_answer_needs_no_reason(self):
        touch = self.send(self.compose())
        self.assertEqual((touch.state, touch.purpose), ("sent", "transactional"))

    def test_what_nobody_would_get_is_refused_with_the_reason(self):
        with self.assertRaisesRegex(UserError, self.policy.name):
            self.compose(contact_purpose="sales").action_send_mail()

    def test_with_a_reason_it_leaves_and_the_ledger_says_so(self):
        touch = self.send(
            self.compose(
                contact_purpose="sales", contact_override_reason="She asked for it"
            )
        )
        self.assertEqual((touch.state, touch.is_override), ("sent", True))
        self.assertEqual(touch.override_reason, "She asked for it")
        self.assertIn(self.policy.name, touch.reason)

    def test_who_waits_may_be_left_waiting(self):
        self.policy.write({"limit_count": 1})
        self.gate._reserve(self.buyer, "email", "sales")
        touch = self.send(self.compose(contact_purpose="sales"))[-1]
        self.assertEqual(touch.state, "deferred")

    def test_writing_to_many_goes_on_against_nothing(self):
        touch = self.send(
            self.compose(
                "mass_mail",
                contact_purpose="sales",
                contact_override_reason="Because",
            )
        )
        self.assertEqual((touch.state, touch.is_override), ("blocked", False))

    def test_the_form_has_purpose_and_warning_for_those_who_sell(self):
        for role, seen in (("user", True), ("service", True), ("stranger", False)):
            Composer = self.env_of(role)["mail.compose.message"]
            arch = Composer.get_view(
                self.env.ref("mail.email_compose_message_wizard_form").id
            )["arch"]
            self.assertEqual("c360_contact_notice" in arch, seen, role)
            self.assertEqual("contact_purpose" in arch, seen, role)

    def test_the_form_opens(self):
        composer = Form(
            self.env_of("user")["mail.compose.message"].with_context(
                default_composition_mode="comment",
                default_model="crm.lead",
                default_res_ids=self.lead.ids,
            )
        )
        composer.contact_purpose = "care"
        self.assertEqual(composer.contact_purpose, "care")

    def test_an_sms_to_one_person_goes_on_with_a_reason(self):
        self.policy.channel = False
        self.buyer.phone = "+32475123456"
        composer = (
            self.env_of("user")["sms.composer"]
            .with_context(
                default_composition_mode="comment",
                default_res_model="crm.lead",
                default_res_id=self.lead.id,
            )
            .create(
                {
                    "body": "Hello",
                    "contact_purpose": "sales",
                    "contact_override_reason": "She asked for it",
                }
            )
        )
        composer._action_send_sms()
        message = self.lead.message_ids[0]
        self.assertEqual(message.message_type, "sms")
        self.assertEqual(message.contact_override_reason, "She asked for it")

    def test_without_limits_nothing_is_told(self):
        self.env.ref("base.group_user").write(
            {
                "implied_ids": [
                    Command.unlink(self.env.ref(f"crm_customer360.group_use_{name}").id)
                    for name in ("contact", "complaint")
                ]
            }
        )
        gate = self.env_of("care")["c360.contact.gate"]
        self.assertIs(gate.preview("res.partner", self.buyer.ids), False)
        self.env["c360.contact.touch"].create(
            {
                "partner_id": self.buyer.id,
                "channel": "email",
                "purpose": "sales",
                "state": "sent",
                "date": NOW,
            }
        )
        pressure = self.env_of("care")["c360.contact.pressure"]
        self.assertIs(pressure.brief(self.buyer.ids), False)

    def test_what_is_scheduled_keeps_purpose_and_reason(self):
        composer = self.compose(
            contact_purpose="sales",
            contact_override_reason="She asked for it",
            scheduled_date="2026-03-06 09:00:00",
        )
        composer.action_schedule_message()
        scheduled = self.env["mail.scheduled.message"].search(
            [("model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]
        )
        with self.mock_mail_gateway():
            scheduled.with_user(self.users_by_role["user"])._post_message()
        message = self.lead.message_ids[0]
        self.assertEqual(message.contact_purpose, "sales")
        self.assertEqual(message.contact_purpose_source, "sender")
        self.assertEqual(message.contact_override_reason, "She asked for it")
