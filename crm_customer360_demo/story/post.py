"""The post of the story: mails take the host's whole road, but the last step."""

from contextlib import ExitStack, contextmanager
from unittest.mock import patch


class NoWire:
    """Stands in for the connection to a mail server; what it is given is dropped."""

    def quit(self):
        """End the connection there never was."""


@contextmanager
def dropped_post(env):
    """Let mails be sent, and recorded as sent, without anything leaving.

    Queue, contact limits and ledger do their work as always; only the connection to
    a mail server and the handing over are left out.
    """
    server = type(env["ir.mail_server"])

    def connect(self, *args, **kwargs):
        return NoWire()

    def send_email(self, message, *args, **kwargs):
        return message["Message-Id"]

    def disable_send(cls):
        # the host sends nothing while addons are being installed
        return False

    with ExitStack() as stack:
        stack.enter_context(
            patch.object(server, "_disable_send", classmethod(disable_send))
        )
        stack.enter_context(patch.object(server, "_connect__", connect))
        stack.enter_context(patch.object(server, "send_email", send_email))
        yield
