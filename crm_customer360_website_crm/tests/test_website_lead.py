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
