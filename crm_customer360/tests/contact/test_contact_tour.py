from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.mail.tests.common import MockEmail

OFFER = "An offer"


@tagged("post_install", "-at_install", "c360_contact", "c360_tour")
class TestContactTour(HttpCase, MockEmail):
    """What a salesperson is told on the screen before he writes or calls."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "tour_seller",
            groups="crm_customer360.group_user",
            email="seller@company.example",
        )
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Ann Archer",
                "email": "ann@archer.example",
                "phone": "+32475123456",
                "user_id": cls.user.id,
            }
        )
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Benches",
                "type": "opportunity",
                "partner_id": cls.partner.id,
                "user_id": cls.user.id,
            }
        )
        cls.touches = cls.env["c360.contact.touch"]
        cls.touches.create(
            {
                "partner_id": cls.partner.id,
                "customer_id": cls.partner.id,
                "channel": "phone",
                "purpose": "sales",
                "state": "sent",
                "date": fields.Datetime.subtract(fields.Datetime.now(), days=2),
                "company_id": cls.env.company.id,
            }
        )
        cls.env["c360.contact.policy"].search([]).active = False
        cls._create_policy("No offers", "email", 0)
        cls._create_policy("One call a week", "phone", 1)

    @classmethod
    def _create_policy(cls, name, channel, limit):
        sales = cls.env.ref("crm_customer360.contact_purpose_sales")
        cls.env["c360.contact.policy"].create(
            {
                "name": name,
                "channel": channel,
                "limit_count": limit,
                "period_count": 7,
                "period_unit": "day",
                "purpose_ids": [Command.set(sales.ids)],
            }
        )

    def _walk(self, tour, url):
        with self.mock_mail_gateway():
            self.start_tour(url, f"c360_contact_{tour}", login=self.user.login)
        self.env.invalidate_all()

    def test_the_composer_warns_and_takes_a_reason(self):
        self._walk("composer", f"/odoo/crm/{self.lead.id}")
        message = self.env["mail.message"].search(
            [("model", "=", "crm.lead"), ("res_id", "=", self.lead.id)], limit=1
        )
        self.assertEqual(message.contact_purpose, "sales")
        self.assertEqual(message.contact_override_reason, "She asked for it")

    def test_why_it_was_stopped_is_one_click_away(self):
        message = self.partner.with_user(self.user).message_post(
            body=OFFER,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.partner.ids,
            contact_purpose="sales",
        )
        with self.mock_mail_gateway():
            self.env["mail.mail"].search([("mail_message_id", "=", message.id)]).send()
        touch = self.touches.search([("message_id", "=", message.id)])
        self.assertEqual(touch.state, "blocked")
        self._walk("why", f"/odoo/contacts/{self.partner.id}")

    def test_the_phone_button_asks_first(self):
        self._walk("phone", f"/odoo/contacts/{self.partner.id}")
        activity = self.partner.activity_ids
        self.assertEqual(activity.activity_type_id.category, "phonecall")
        self.assertEqual(activity.user_id, self.user)
        call = self.touches.search([("is_override", "=", True)], limit=1)
        self.assertEqual(
            (call.partner_id, call.channel, call.override_reason),
            (self.partner, "phone", "He asked to be rung back"),
        )

    def test_the_page_shows_the_pressure(self):
        self._walk("pressure", f"/odoo/customer-360/{self.partner.id}")
