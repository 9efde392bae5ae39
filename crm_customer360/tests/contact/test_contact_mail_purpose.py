from datetime import datetime

from freezegun import freeze_time

from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import MockEmail

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactMailPurpose(ContactCommon, MockEmail):
    """What a message is for travels with it from who writes it to the ledger."""

    def test_the_purpose_travels_with_posted_messages(self):
        with self.mock_mail_gateway():
            message = self.customer.message_post(
                body=self.customer.name,
                partner_ids=self.buyer.ids,
                subtype_xmlid="mail.mt_comment",
                contact_purpose="care",
            )
        self.assertEqual(message.contact_purpose, "care")
        self.assertEqual(self._get_touches(self.buyer).purpose, "care")
        self.assertEqual(self._get_touches(self.buyer).source_model, "res.partner")

    def _compose(self, **values):
        composer = self.env["mail.compose.message"].with_context(
            default_composition_mode="mass_mail",
            default_model="res.partner",
            default_res_ids=(self.buyer + self.engineer).ids,
        )
        return composer.create({"subject": "Offer", "body": "<p>Offer</p>", **values})

    def test_bulk_mail_of_a_person_is_sales(self):
        with self.mock_mail_gateway():
            self._compose().action_send_mail()
        touches = self._get_touches(self.buyer + self.engineer)
        self.assertEqual(touches.mapped("purpose"), ["sales", "sales"])

    def test_bulk_mail_of_code_is_transactional(self):
        with self.mock_mail_gateway():
            self._compose()._action_send_mail()
        touches = self._get_touches(self.buyer + self.engineer)
        self.assertEqual(set(touches.mapped("purpose")), {"transactional"})

    def test_bulk_mail_about_a_topic_leaves_out_who_refused_it(self):
        topic = self.env.ref("crm_customer360.contact_topic_newsletter")
        self.env["c360.contact.consent"]._record(
            [
                {
                    "partner_id": self.buyer.id,
                    "status": "refused",
                    "topic_id": topic.id,
                    "source": "staff",
                }
            ]
        )
        values = {"contact_purpose": "marketing", "contact_topic_id": topic.id}
        people = self.buyer + self.engineer
        found = self.gate.preview(
            "res.partner", people.ids, purpose="marketing", topic_id=topic.id
        )
        self.assertEqual((found["now"], found["stopped"]), (1, 1))
        with self.mock_mail_gateway():
            self._compose(**values).action_send_mail()
        touches = self._get_touches(people).grouped("partner_id")
        self.assertEqual(touches[self.buyer].state, "blocked")
        self.assertEqual(touches[self.engineer].state, "sent")

    def test_the_composer_shows_the_purpose(self):
        composer = self._compose(contact_purpose="marketing")
        with Form(composer) as form:
            self.assertEqual(form.contact_purpose, "marketing")
        with self.mock_mail_gateway():
            composer.action_send_mail()
        self.assertEqual(self._get_touches(self.buyer).purpose, "marketing")
