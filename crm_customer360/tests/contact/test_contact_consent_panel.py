from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import ContactCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactConsentPanel(ContactCommon):
    def _load(self, role="care"):
        page = self.env_of(role)["c360.customer.page"].load(self.customer.id)
        cards = [card for card in page["panels"] if card["key"] == "consent"]
        return {**cards[0], "badges": page["header"]["badges"]} if cards else None

    def _say(self, partner, status, **values):
        self.env["c360.contact.consent"]._record(
            [
                {
                    "partner_id": partner.id,
                    "status": status,
                    "source": "staff",
                    **values,
                }
            ]
        )

    def test_where_nobody_said_anything_there_is_no_card(self):
        self.assertIsNone(self._load())

    def test_the_card_tells_what_the_people_of_a_customer_said(self):
        self._say(self.buyer, "given", purpose="marketing", channel="email")
        self._say(self.engineer, "refused")
        self.env["c360.contact.preference"]._record(
            [
                {
                    "partner_id": self.buyer.id,
                    "source": "staff",
                    "pause_until": fields.Datetime.now() + timedelta(days=9),
                }
            ]
        )
        card = self._load()
        self.assertEqual([figure["value"] for figure in card["figures"]], [1, 1, 1])
        self.assertEqual(
            [row["title"] for row in card["rows"]][1:],
            ["Everything", "Marketing by E-mail"],
        )
        self.assertIn(
            "Do not contact: Emil Engineer",
            [badge["label"] for badge in card["badges"]],
        )
        self._say(self.customer, "refused")
        self.assertIn(
            "Do not contact", [badge["label"] for badge in self._load()["badges"]]
        )

    def test_switched_off_there_is_no_card(self):
        self._say(self.buyer, "refused")
        self.assertTrue(self._load("user"))
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_contact"
        )
        self.assertIsNone(self._load())
