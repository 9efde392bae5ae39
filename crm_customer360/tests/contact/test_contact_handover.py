from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..customer.test_customer_handover import HandoverCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactHandover(HandoverCommon):
    def test_customers_are_told_through_the_gate(self):
        handover = self._create_handover()
        with self.assertRaisesRegex(UserError, "Hand over first"):
            handover.action_write_customers()
        handover.action_prepare()
        handover.action_start()
        action = handover.with_user(
            self.users_by_role["manager"]
        ).action_write_customers()
        composer = Form(
            self.env["mail.compose.message"].with_context(**action["context"])
        ).save()
        self.assertEqual(composer.contact_purpose, "service")
        composer._action_send_mail()
        touch = self.env["c360.contact.touch"].search(
            [("partner_id", "=", self.buyer.id)], order="id desc", limit=1
        )
        self.assertEqual((touch.purpose, touch.channel), ("service", "email"))
        self.assertIn("anna", touch.message_id.body)

    def test_nobody_to_write_to(self):
        (self.customer + self.buyer + self.engineer).email = False
        handover = self._hand_over(partner_ids=[Command.set(self.customer.ids)])
        with self.assertRaisesRegex(UserError, "e-mail address"):
            handover.action_write_customers()
