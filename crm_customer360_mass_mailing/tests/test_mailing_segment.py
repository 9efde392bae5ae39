from odoo.tests import Form, tagged

from .common import MailingCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestMailingSegment(MailingCommon):
    def test_a_mailing_goes_to_the_members_and_their_people(self):
        mill = self._create_customer("Paper Mill")
        segment = self.env["c360.customer.segment"].create(
            {"name": "Fair", "kind": "fixed"}
        )
        segment._add_partners(self.customer)
        action = segment.action_send_mailing()
        Mailing = self.env["mailing.mailing"].with_context(**action["context"])
        with Form(Mailing) as form:
            form.subject = "Spring sale"
        mailing = form.record
        self.assertEqual(mailing.mailing_model_real, "res.partner")
        addresses = self._send(mailing)
        self.assertIn(self.buyer.email, addresses)
        self.assertIn(self.customer.email, addresses)
        self.assertNotIn(mill.email, addresses)
        # who is a member is asked when it leaves
        segment._add_partners(mill)
        self.assertIn(mill.id, mailing._get_recipients())
