"""The post of the story: mails take the host's whole road, but the last step."""

from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.addons.sms.tools.sms_api import SmsApi

# Where nobody is any more: what is written or texted there comes back.
GONE = ("julien@thesdumarais.example", "+33199003174")


class NoWire:
    """Stands in for the connection to a mail server; what it is given is dropped."""

    def quit(self):
        """End the connection there never was."""


@contextmanager
def dropped_post(env):
    """Let mails be sent, and recorded as sent, without anything leaving.

    Queue, contact limits and ledger do their work as always; only the connection to
    a mail server or a telephone company and the handing over are left out.
    """
    server = type(env["ir.mail_server"])

    def connect(self, *args, **kwargs):
        return NoWire()

    def send_email(self, message, *args, **kwargs):
        if any(address in message["To"] for address in GONE):
            raise MailDeliveryException("The mailbox does not exist.")
        return message["Message-Id"]

    def send_sms(self, messages, delivery_reports_url=False):
        return [
            {
                "uuid": number["uuid"],
                "state": "wrong_number_format" if number["number"] in GONE else "sent",
            }
            for message in messages
            for number in message["numbers"]
        ]

    def disable_send(cls):
        # the host sends nothing while addons are being installed
        return False

    with ExitStack() as stack:
        stack.enter_context(
            patch.object(server, "_disable_send", classmethod(disable_send))
        )
        stack.enter_context(patch.object(server, "_connect__", connect))
        stack.enter_context(patch.object(server, "send_email", send_email))
        # the mail that comes back is part of the story, no error of the installation
        stack.enter_context(mute_logger("odoo.addons.mail.models.mail_mail"))
        stack.enter_context(patch.object(SmsApi, "_send_sms_batch", send_sms))
        yield
