from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.mail.tests.common import MockEmail

from ...models.contact.c360_contact_mail import MailBookings
from .common import ContactCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactMailBookings(ContactCommon, MockEmail):
    """What the gate remembers of the mails it let pass."""

    def _count_reads(self, mails):
        """Send mails, and return how often their ledger rows were looked up."""
        mail_class = type(mails)
        reads = []

        def _get_touches(mails, states):
            reads.append(states)
            return original(mails, states)

        original = mail_class._get_touches
        with (
            patch.object(mail_class, "_get_touches", _get_touches),
            self.mock_mail_gateway(),
        ):
            mails.send()
        return len(reads)

    def test_rows_of_sent_mails_are_not_looked_up(self):
        mails = self._create_mail(self.buyer) + self._create_mail(self.engineer)
        self.assertEqual(self._count_reads(mails), 0)
        touches = self._get_touches(self.buyer + self.engineer)
        self.assertEqual(touches.mapped("state"), ["sent", "sent"])

    def test_a_mail_to_an_address_is_remembered_too(self):
        nobody = self.env["res.partner"]
        mail = self._create_mail(nobody, email_to=self.buyer.email)
        self.assertEqual(self._count_reads(mail), 0)
        self.assertEqual(self._get_touches(self.buyer).state, "sent")

    def test_other_recipients_are_looked_up(self):
        mail = self._create_mail(self.buyer + self.engineer)
        passed = mail._pass_gate(auto_commit=False)
        self.assertTrue(passed._find_booking())
        mail.recipient_ids = self.buyer
        self.assertIsNone(passed._find_booking())
        passed.state = "sent"
        passed._settle_touches([self.buyer], [], False, False)
        self.assertEqual(self._get_touches(self.buyer).state, "sent")
        self.assertEqual(self._get_touches(self.engineer).state, "reserved")

    def test_only_bookings_are_confirmed(self):
        mail = self._create_mail(self.buyer)
        passed = mail._pass_gate(auto_commit=False)
        touch = self._get_touches(self.buyer)
        touch._move("cancelled")
        passed.state = "sent"
        passed._settle_touches([self.buyer], [], False, False)
        self.assertEqual(touch.state, "cancelled")

    def test_nobody_hands_bookings_in_from_outside(self):
        mail = self._create_mail(self.buyer)
        forged = {mail.id: ((), {}, [1])}
        self.assertIsNone(
            mail.with_context(c360_contact_bookings=forged)._find_booking()
        )
        bookings = MailBookings()
        self.assertIsNone(bookings.find(mail))
