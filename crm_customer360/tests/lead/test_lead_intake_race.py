from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

from werkzeug.exceptions import TooManyRequests

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

RIVALS = 6


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadIntakeRace(BaseCase):
    """Requests at the very same time, on connections of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls._environment() as env:
            caller = env["c360.lead.intake.caller"].create(
                {"name": "Race", "limit_count": 4}
            )
            cls.caller_id, cls.user_id = caller.id, caller.user_id.id
        cls.addClassCleanup(cls._clean)

    @classmethod
    def _clean(cls):
        with cls._environment() as env:
            leads = env["crm.lead"].with_context(active_test=False)
            leads = leads.search([("collector_id", "=", cls.user_id)])
            env.cr.execute(
                "DELETE FROM c360_pool_move WHERE lead_id = ANY(%s)", [leads.ids]
            )
            leads.unlink()
            env.flush_all()
            env.cr.execute(
                "DELETE FROM c360_pool_move WHERE lead_id IS NULL AND create_uid = %s",
                [SUPERUSER_ID],
            )
            env["c360.lead.intake.caller"].browse(cls.caller_id).unlink()
            env["res.users"].browse(cls.user_id).unlink()

    @classmethod
    @contextmanager
    def _environment(cls, uid=SUPERUSER_ID):
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, uid, {})

    def setUp(self):
        super().setUp()
        # The test runner's thread holds the lock of the registries: let the threads
        # of this test pass, as the host's own tests of parallel requests do.
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.startPatcher(patch("odoo.service.model.random.uniform", lambda *_: 0.05))
        with self._environment() as env:
            env.cr.execute("UPDATE c360_lead_intake_caller SET recent = '{}'")

    def _submit(self, number, key=None):
        leads = [{"contact_name": "Ada", "email_from": "ada@race.example"}]
        with self._environment(self.user_id) as env:
            submit = partial(env["c360.lead.intake"].submit, leads, key=key)
            try:
                return retrying(submit, env)
            except TooManyRequests as error:
                return error.retry_after

    def _submit_at_once(self, **values):
        with ThreadPoolExecutor(RIVALS) as pool, mute_logger("odoo.sql_db"):
            return list(pool.map(partial(self._submit, **values), range(RIVALS)))

    def _count_leads(self):
        with self._environment() as env:
            leads = env["crm.lead"].with_context(active_test=False)
            return leads.search_count([("collector_id", "=", self.user_id)])

    def test_the_same_request_creates_once(self):
        with self._environment() as env:
            env["c360.lead.intake.caller"].browse(self.caller_id).limit_count = 100
        before = self._count_leads()
        first, *others = self._submit_at_once(key="same")
        self.assertEqual(len(first["created"]), 1)
        self.assertEqual(others, [first] * (RIVALS - 1))
        self.assertEqual(self._count_leads(), before + 1)

    def test_the_limit_is_exact(self):
        with self._environment() as env:
            env["c360.lead.intake.caller"].browse(self.caller_id).limit_count = 4
        before = self._count_leads()
        answers = self._submit_at_once()
        taken = [answer for answer in answers if isinstance(answer, dict)]
        waits = [answer for answer in answers if not isinstance(answer, dict)]
        self.assertEqual((len(taken), len(waits)), (4, RIVALS - 4))
        self.assertTrue(all(50 < seconds <= 60 for seconds in waits))
        self.assertEqual(self._count_leads(), before + 4)
