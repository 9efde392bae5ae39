from ast import literal_eval

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import Customer360Common

NUMBER = "+49 30 1112223"


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadCall(Customer360Common):
    """A call nobody can place becomes a lead; any other is noted where it belongs."""

    def _log(self, role="user", **values):
        wizard = self.env_of(role)["c360.contact.log"].create(
            {
                "channel": "phone",
                "direction": "in",
                "subject": "Asks for tables",
                "outcome": "Wants <two>",
                "caller_number": NUMBER,
                **values,
            }
        )
        action = wizard.action_save()
        touch = self.env["c360.contact.touch"].search([], order="id desc", limit=1)
        return action["params"], touch

    def test_unknown_number_becomes_a_lead(self):
        params, touch = self._log(caller_name="Ida", caller_company="Inn")
        lead = touch.lead_id
        user = self.users_by_role["user"]
        self.assertEqual(lead.name, "Asks for tables")
        self.assertEqual((lead.contact_name, lead.partner_name), ("Ida", "Inn"))
        self.assertEqual(lead.phone_sanitized, "+49301112223")
        self.assertIn("&lt;two&gt;", lead.description)
        self.assertEqual(lead.capture_channel, "call")
        self.assertEqual((lead.collector_id, lead.user_id), (user, user))
        self.assertEqual(lead.medium_id, self.env.ref("utm.utm_medium_phone"))
        self.assertEqual(touch.outcome, "Wants <two>")
        self.assertEqual(touch.address, "+49301112223")
        self.assertEqual(touch.partner_name, "Ida")
        self.assertTrue(touch.is_manual)
        self.assertEqual(params["next"]["res_id"], lead.id)

    def test_of_a_service_agent_it_is_nobodys_yet(self):
        params, touch = self._log("service")
        self.assertFalse(touch.lead_id.user_id)
        self.assertEqual(touch.lead_id.collector_id, self.users_by_role["service"])
        self.assertEqual(params["next"]["type"], "ir.actions.act_window_close")

    def test_number_of_a_customer(self):
        self.buyer.phone = "030 1112223"
        self.buyer.country_id = self.env.ref("base.de")
        before = self.env["crm.lead"].search_count([])
        params, touch = self._log()
        self.assertEqual(touch.partner_id, self.buyer)
        self.assertIn("known", params["message"])
        self.assertEqual(self.env["crm.lead"].search_count([]), before)

    def test_number_of_a_lead_he_may_not_see(self):
        lead = self.env["crm.lead"].create(
            {"name": "Secret", "phone": NUMBER, "user_id": False}
        )
        params, touch = self._log()
        self.assertEqual(touch.lead_id, lead)
        self.assertNotIn("Secret", str(params))

    def test_a_call_asks_for_no_channel(self):
        action = self.env.ref("crm_customer360.c360_contact_log_action_call")
        model = self.env_of("user")["c360.contact.log"]
        form = Form(model.with_context(**literal_eval(action.context)))
        self.assertTrue(form._get_modifier("channel", "invisible"))
        self.assertEqual(form.channel, "phone")
        self.assertFalse(Form(model)._get_modifier("channel", "invisible"))

    def test_what_is_no_call(self):
        with self.assertRaisesRegex(UserError, "Only calls"):
            self._log(channel="visit")
        with self.assertRaisesRegex(UserError, "who was contacted"):
            self._log(caller_number=False)
        with self.assertRaises(AccessError):
            self._log("analyst")

    def test_form(self):
        with Form(self.env_of("user")["c360.contact.log"]) as form:
            form.subject = "Hello"
            form.caller_number = NUMBER
            form.caller_name = "Ida"
        form.record.action_save()
        with (
            self.assertRaises(AssertionError),
            Form(self.env_of("user")["c360.contact.log"]) as form,
        ):
            form.subject = "Nobody named"
