from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.mail.tests.common import MockEmail

from .common import ContactCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactUndecided(ContactCommon, MockEmail):
    def _send(self, mails):
        with self.mock_mail_gateway(mail_unlink_sent=True):
            mails.send()

    def test_a_mail_that_cannot_be_decided_holds_up_no_other(self):
        people = self.buyer + self.engineer + self.customer
        mails = [self._create_mail(person) for person in people]
        mail_class = type(self.env["mail.mail"])
        original = mail_class._get_contact_request

        def fail(mail, recipient, touch=None):
            if recipient.partner == self.engineer:
                raise ZeroDivisionError
            return original(mail, recipient, touch)

        with (
            patch.object(mail_class, "_get_contact_request", fail),
            self.assertLogs(mail_class._book_outgoing.__module__, "ERROR") as logs,
        ):
            self._send(self.env["mail.mail"].concat(*mails))
        self.assertEqual(len(logs.records), 1)
        self.assertEqual([mail.state for mail in mails], ["sent", "outgoing", "sent"])
        self.assertEqual(
            self._get_touches(people).mapped("partner_id"), self.buyer + self.customer
        )
        self._send(mails[1])
        self.assertEqual(self._get_touches(self.engineer).state, "sent")
