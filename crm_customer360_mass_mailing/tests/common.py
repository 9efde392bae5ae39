from odoo import Command

from odoo.addons.crm_customer360.tests.contact.common import ContactCommon
from odoo.addons.mail.tests.common import MockEmail


class MailingCommon(ContactCommon, MockEmail):
    """A mailing list of customers and strangers, and verbs to send to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.list = cls.env["mailing.list"].create({"name": "News"})
        cls.contacts = cls._subscribe("Berta <berta@timber.example>", "zoe@far.example")
        cls.berta, cls.zoe = cls.contacts

    @classmethod
    def _subscribe(cls, *emails, lists=None):
        return cls.env["mailing.contact"].create(
            [
                {
                    "name": email.split("@")[0],
                    "email": email,
                    "list_ids": [Command.set((lists or cls.list).ids)],
                }
                for email in emails
            ]
        )

    @classmethod
    def _create_mailing(cls, **values):
        return cls.env["mailing.mailing"].create(
            {
                "subject": "Spring sale",
                "body_html": "<p>All oak is 10% off</p>",
                "mailing_model_id": cls.env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": [Command.set(cls.list.ids)],
                "email_from": "shop@company.example",
                **values,
            }
        )

    def _send(self, mailing):
        """Send and return the addresses that got it."""
        with self.mock_mail_gateway(mail_unlink_sent=True):
            mailing.action_send_mail()
        return self._get_addresses()

    def _run_queue(self):
        with self.mock_mail_gateway(mail_unlink_sent=True):
            self.env["mail.mail"].process_email_queue()
        return self._get_addresses()

    def _get_addresses(self):
        return sorted(
            address.rsplit("<")[-1].strip(">")
            for sent in self._mails
            for address in sent["email_to"]
        )

    def _get_trace(self, mailing, contact):
        return mailing.mailing_trace_ids.filtered(
            lambda trace: trace.res_id == contact.id
        )
