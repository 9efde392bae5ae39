from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import MockEmail
from odoo.addons.sms.tests.common import SMSCase

from ...models.contact.c360_contact_purpose import NEVER_HELD
from .common import ContactCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactComposer(ContactCommon, MockEmail, SMSCase):
    """Who writes to many cannot call it needed, whichever way he takes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        belgium = cls.env.ref("base.be")
        cls.buyer.write({"country_id": belgium.id, "phone": "+32456001122"})
        cls.engineer.write({"country_id": belgium.id, "phone": "+32456003344"})
        cls.many = cls.buyer + cls.engineer

    def send_mail(self, role="user", people=None, mode="mass_mail", **values):
        composer = self.env_of(role)["mail.compose.message"].create(
            {
                "composition_mode": mode,
                "model": "res.partner",
                "res_ids": str((self.many if people is None else people).ids),
                "subject": "Offer",
                "body": "<p>Offer</p>",
                **values,
            }
        )
        with self.mock_mail_gateway():
            composer.action_send_mail()

    def send_sms(self, role="user", people=None, mode="mass", now=False, **values):
        people = self.many if people is None else people
        composer = self.env_of(role)["sms.composer"].create(
            {
                "composition_mode": mode,
                "res_model": "res.partner",
                "res_ids": str(people.ids),
                "body": "Offer",
                **values,
            }
        )
        with self.mockSMSGateway():
            composer.action_send_sms_mass_now() if now else composer.action_send_sms()

    def get_purposes(self):
        return self._get_touches(self.many).mapped("purpose")

    def test_many_are_never_written_to_as_needed(self):
        numbers = {"mode": "numbers", "numbers": "+32456001122,+32456003344"}
        for role in ("user", "service", "analyst"):
            for purpose in NEVER_HELD:
                for send, arguments in (
                    (self.send_mail, {}),
                    (self.send_mail, {"mode": "comment"}),
                    (self.send_sms, {}),
                    (self.send_sms, {"now": True}),
                    (self.send_sms, {"mode": "comment"}),
                    (self.send_sms, numbers),
                    (self.send_sms, {**numbers, "res_model": False}),
                ):
                    with (
                        self.subTest(role=role, purpose=purpose, way=arguments),
                        self.assertRaisesRegex(UserError, "to many"),
                    ):
                        send(role, contact_purpose=purpose, **arguments)
        self.assertFalse(self._get_touches(self.many))

    def test_care_officers_and_leaders_answer_for_it(self):
        for role in ("care", "leader", "manager"):
            self.send_mail(role, contact_purpose="service")
            self.send_sms(role, now=True, contact_purpose="service")
        self.assertEqual(self.get_purposes(), ["service"] * 12)

    def test_other_purposes_and_single_people_are_free(self):
        self.send_mail(contact_purpose="care")
        self.send_sms(now=True, contact_purpose="care")
        self.send_mail(
            people=self.buyer,
            mode="comment",
            partner_ids=self.buyer.ids,
            contact_purpose="service",
        )
        self.send_sms(people=self.buyer, mode="comment", contact_purpose="service")
        self.assertEqual(self.get_purposes(), ["care"] * 4 + ["service"] * 2)

    def test_many_comments_without_a_purpose_are_sales(self):
        self.send_mail(mode="comment", partner_ids=self.many.ids)
        messages = self.many.message_ids.filtered("subject")
        self.assertEqual(messages.mapped("contact_purpose"), ["sales"] * 2)

    def test_the_window_says_what_it_will_do(self):
        def look(role, people):
            window = self.env_of(role)["sms.composer"].with_context(
                default_composition_mode="mass" if len(people) > 1 else "comment",
                default_res_model="res.partner",
                default_res_ids=str(people.ids),
            )
            form = Form(window)
            return form, form._get_modifier("contact_purpose", "invisible")

        self.assertTrue(look("user", self.many)[1], "not for him to choose")
        self.assertFalse(look("user", self.buyer)[1])
        self.assertTrue(look("care", self.many)[0].is_contact_bulk)

    def test_an_unknown_purpose_gets_a_sentence(self):
        for send in (self.send_mail, self.send_sms):
            with self.assertRaisesRegex(ValidationError, "Use one of: transactional"):
                send(contact_purpose="foo")
        for name, values in (
            ("mail.compose.message", {"composition_mode": "mass_mail"}),
            ("sms.composer", {"body": "Offer"}),
        ):
            composer = self.env_of("user")[name].create(values)
            with self.assertRaisesRegex(ValidationError, "“foo” is unknown"):
                composer.write({"contact_purpose": "foo"})
