from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests.common import BaseCase, get_db_name


class ContactCommitted(BaseCase):
    """What commits, as the host's workers do, and cleans up after itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.policy_ids, cls.partner_ids = [], []
        with cls._environment() as env:
            policies = env["c360.contact.policy"].search([])
            cls.active_ids = policies.ids
            policies.active = False
        cls.addClassCleanup(cls._clean)

    @classmethod
    def _clean(cls):
        with cls._environment() as env:
            touches = env["c360.contact.touch"].search(
                [("partner_id", "in", cls.partner_ids)]
            )
            messages = touches.message_id
            touches.unlink()
            env["mail.mail"].search([("mail_message_id", "in", messages.ids)]).unlink()
            messages.exists().unlink()
            env["res.partner"].browse(cls.partner_ids[::-1]).unlink()
            env["c360.contact.policy"].browse(cls.policy_ids).unlink()
            env["c360.contact.policy"].browse(cls.active_ids).active = True

    @classmethod
    @contextmanager
    def _environment(cls):
        """An environment of a connection of its own, committed at the end."""
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    @classmethod
    def _create_policy(cls, env, partners, purposes=("care",), **values):
        """Create a policy for these people only."""
        codes = env["c360.contact.purpose"].search([("code", "in", purposes)])
        policy = env["c360.contact.policy"].create(
            {
                "name": "Load",
                "channel": "email",
                "period_count": 7,
                "purpose_ids": [Command.set(codes.ids)],
                "partner_domain": f"[('id', 'in', {partners.ids})]",
                **values,
            }
        )
        cls.policy_ids.append(policy.id)
        return policy

    @classmethod
    def _create_people(cls, env, vals_list):
        people = env["res.partner"].create(vals_list)
        cls.partner_ids.extend(people.ids)
        return people

    @classmethod
    def _create_mails(cls, env, partners, **values):
        return env["mail.mail"].create(
            [
                {
                    "subject": "How are you?",
                    "body_html": "<p>How are you?</p>",
                    "email_from": "care@company.example",
                    "recipient_ids": [Command.set(partner.ids)],
                    "contact_purpose": "care",
                    "auto_delete": False,
                    **values,
                }
                for partner in partners
            ]
        )

    @contextmanager
    def _mail_sink(self):
        """Let mails really leave, into the list this yields: their recipients."""
        sent = []

        def send_email(_server, message, *_args, **_kwargs):
            sent.append(message["To"])
            return message["Message-Id"]

        server = self.registry["ir.mail_server"]
        with (
            patch.object(server, "_disable_send", lambda *_args: False),
            patch.object(server, "_connect__", lambda *_args, **_kwargs: None),
            patch.object(server, "send_email", send_email),
        ):
            yield sent

    def setUp(self):
        super().setUp()
        # The test runner's thread holds the lock of the registries: let the threads
        # of this test pass, as the host's own tests of parallel requests do.
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
