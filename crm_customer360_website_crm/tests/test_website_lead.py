from odoo import http
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install", "c360_lead")
class TestWebsiteLead(HttpCase):
    def test_a_form_of_the_website_is_told_from_others(self):
        """Also where a visitor tries to say otherwise."""
        self.authenticate(None, None)
        answer = self.url_open(
            "/website/form/crm.lead",
            data={
                "name": "Two tables",
                "contact_name": "Vera Visitor",
                "email_from": "vera@visitor.example",
                "description": "Please call",
                "capture_channel": "manual",
                "collector_id": "2",
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        lead = self.env["crm.lead"].browse(answer.json()["id"])
        self.assertEqual(lead.contact_name, "Vera Visitor")
        self.assertEqual(lead.capture_channel, "website")
        self.assertEqual(lead.medium_id.name, "Website")
        self.assertFalse(lead.collector_id)
        self.assertTrue(lead.capture_date)

    def test_a_visitor_without_an_address_is_not_set_aside(self):
        lead = self.env["crm.lead"].create(
            {"name": "Two tables", "type": "lead", "user_id": False}
        )
        self.assertFalse(lead.active)
        visitor = self.env["website.visitor"].create({"access_token": "f" * 32})
        visitor.write({"lead_ids": [(4, lead.id)]})
        self.assertTrue(lead.active)
        self.assertEqual(lead.check_state, "valid")
        other = lead.create(
            {
                "name": "Chairs",
                "type": "lead",
                "user_id": False,
                "visitor_ids": [(4, visitor.id)],
            }
        )
        self.assertTrue(other.active)
