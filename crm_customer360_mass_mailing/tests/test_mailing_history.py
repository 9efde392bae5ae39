from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import MailingCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
class TestMailingHistory(MailingCommon):
    """The mailings that were sent before us are on the ledger, once."""

    def _create_trace(self, address, res_id=None, **values):
        return self.env["mailing.trace"].create(
            {
                "mass_mailing_id": self.mailing.id,
                "model": "mailing.contact",
                "res_id": res_id or self.berta.id,
                "email": address,
                "trace_status": "sent",
                "sent_datetime": NOW - timedelta(days=30),
                **values,
            }
        )

    def _take_over(self):
        history = self.env["c360.contact.history"]
        source = {one.key: one for one in history._get_history_sources()}["mailing"]
        [last_id] = self.env["mailing.trace"].search([], order="id desc", limit=1).ids
        return history._book_past(source.select(0, last_id))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mailing.trace"].search([]).unlink()
        cls.mailing = cls._create_mailing()

    def test_what_was_sent_is_taken_over_once(self):
        self._create_trace("berta@timber.example")
        self._create_trace("who@far.example", trace_status="reply")
        self._create_trace("bounce@far.example", trace_status="bounce")
        self._create_trace("waits@far.example", sent_datetime=False)
        self._create_trace("test@far.example", is_test_trace=True)
        self._create_trace("c360_care@company.example")
        self.assertEqual(self._take_over(), 3)
        touches = self.env["c360.contact.touch"].search(
            [("subject", "=", "Spring sale")], order="address"
        )
        self.assertRecordValues(
            touches,
            [
                {
                    "address": "berta@timber.example",
                    "partner_id": self.buyer.id,
                    "customer_id": self.customer.id,
                    "state": "sent",
                    "purpose": "marketing",
                    "purpose_source": "import",
                    "date": NOW - timedelta(days=30),
                },
                {
                    "address": "bounce@far.example",
                    "partner_id": False,
                    "customer_id": False,
                    "state": "failed",
                    "purpose": "marketing",
                    "purpose_source": "import",
                    "date": NOW - timedelta(days=30),
                },
                {
                    "address": "who@far.example",
                    "partner_id": False,
                    "customer_id": False,
                    "state": "answered",
                    "purpose": "marketing",
                    "purpose_source": "import",
                    "date": NOW - timedelta(days=30),
                },
            ],
        )

    def test_what_the_ledger_has_is_not_booked_again(self):
        self._send(self.mailing)
        self.assertEqual(self._take_over(), 0)

    def test_a_trace_of_a_partner_is_his(self):
        self.engineer.email = self.buyer.email
        self._create_trace(
            self.buyer.email, model="res.partner", res_id=self.engineer.id
        )
        self._take_over()
        touch = self.env["c360.contact.touch"].search([("subject", "=", "Spring sale")])
        self.assertEqual(touch.partner_id, self.engineer)
