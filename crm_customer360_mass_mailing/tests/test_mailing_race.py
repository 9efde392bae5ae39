from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from threading import Barrier
from unittest.mock import MagicMock, patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, Command, api
from odoo.modules import module
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

WORKERS = 3
RECIPIENTS = 12


def nullcontext_of(mailings):
    return nullcontext(mailings)


@tagged("post_install", "-at_install", "c360_contact")
class TestMailingRace(BaseCase):
    """Several real connections send one mailing: everybody gets it, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        with self._env() as env:
            mailing_list = env["mailing.list"].create({"name": "Race"})
            self.addresses = [f"race{i}@far.example" for i in range(RECIPIENTS)]
            self.contact_ids = (
                env["mailing.contact"]
                .create(
                    [
                        {
                            "email": address,
                            "list_ids": [Command.set(mailing_list.ids)],
                        }
                        for address in self.addresses
                    ]
                )
                .ids
            )
            self.mailing_id = (
                env["mailing.mailing"]
                .create(
                    {
                        "subject": "Race",
                        "body_html": "<p>Run</p>",
                        "mailing_model_id": env["ir.model"]._get_id("mailing.list"),
                        "contact_list_ids": [Command.set(mailing_list.ids)],
                        "email_from": "shop@company.example",
                    }
                )
                .id
            )
            env["ir.config_parameter"].set_param("mail.batch_size", "4")
        self.addCleanup(self._clean, mailing_list.id)

    def _clean(self, list_id):
        with self._env() as env:
            mailing = env["mailing.mailing"].browse(self.mailing_id)
            env["mail.mail"].search([("mailing_id", "=", mailing.id)]).unlink()
            env["c360.contact.touch"].search(
                [("campaign_key", "=", mailing._get_contact_campaign_key())]
            ).unlink()
            mailing.unlink()
            env["mailing.contact"].browse(self.contact_ids).unlink()
            env["mailing.list"].browse(list_id).unlink()
            env["ir.config_parameter"].set_param("mail.batch_size", False)

    @contextmanager
    def _env(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    @contextmanager
    def _gateway(self):
        """Let mails leave for real transactions, to nowhere; yields who gets one."""
        got = Counter()

        def send_email(_server, message, **_options):
            got[message["To"]] += 1
            return message["Message-Id"]

        servers = self.registry["ir.mail_server"]
        with (
            patch.object(module, "current_test", None),
            patch.object(servers, "_disable_send", lambda _server: False),
            patch.object(servers, "_connect__", lambda *_a, **_k: MagicMock()),
            patch.object(servers, "send_email", send_email),
        ):
            yield got

    def _run_at_once(self, job):
        start = Barrier(WORKERS)

        def work(_number):
            with self._env() as env:
                mailing = env["mailing.mailing"].browse(self.mailing_id)
                # the snapshot of each worker is older than what the others do
                mailing.fetch(["state"])
                start.wait()
                try:
                    job(mailing)
                except SerializationFailure:
                    # as the cron does: the others go on, this one comes back later
                    env.cr.rollback()

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(work, range(WORKERS)))

    def test_workers_that_overlap_reach_everybody_once(self):
        with self._gateway() as got:
            self._run_at_once(lambda mailing: mailing._action_send_mail())
            with self._env() as env:
                env["mail.mail"].process_email_queue()
        self.assertEqual(got, Counter(self.addresses))
        with self._env() as env:
            mailing = env["mailing.mailing"].browse(self.mailing_id)
            self.assertEqual(
                (mailing.state, mailing.expected, mailing.delivered),
                ("done", RECIPIENTS, RECIPIENTS),
            )

    @mute_logger("odoo.sql_db", "odoo.addons.mail.models.mail_mail")
    def test_the_ledger_alone_lets_nobody_get_it_twice(self):
        """Also where nothing keeps the workers apart: by hand, by other code."""
        mailings = self.registry["mailing.mailing"]
        with (
            self._gateway() as got,
            patch.object(
                mailings, "_sending_alone", lambda mailing: nullcontext(mailing)
            ),
        ):
            self._run_at_once(
                lambda mailing: mailing._action_send_mail(list(self.contact_ids))
            )
            with self._env() as env:
                for _time in range(2):
                    env["mail.mail"].process_email_queue()
        self.assertEqual(got, Counter(self.addresses))
