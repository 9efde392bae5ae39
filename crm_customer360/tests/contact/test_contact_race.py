from concurrent.futures import ThreadPoolExecutor
from functools import partial
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name

CONNECTIONS = 8
CUSTOMERS = 12
LIMIT = 3


@tagged("post_install", "-at_install", "c360_contact")
class TestContactRace(BaseCase):
    """Several real connections that commit: a limit is never passed, never missed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cls.active_ids = env["c360.contact.policy"].search([]).ids
            env["c360.contact.policy"].browse(cls.active_ids).active = False
            cls.policy_id = (
                env["c360.contact.policy"]
                .create(
                    {
                        "name": "Race",
                        "channel": "email",
                        "purpose": "care",
                        "limit_count": LIMIT,
                        "period_count": 7,
                    }
                )
                .id
            )
            cls.partner_ids = (
                env["res.partner"]
                .create([{"name": f"Race {i}"} for i in range(CUSTOMERS)])
                .ids
            )

    @classmethod
    def tearDownClass(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["c360.contact.touch"].search(
                [("partner_id", "in", cls.partner_ids)]
            ).unlink()
            env["res.partner"].browse(cls.partner_ids).unlink()
            env["c360.contact.policy"].browse(cls.policy_id).unlink()
            env["c360.contact.policy"].browse(cls.active_ids).active = True
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        # The test runner's thread holds the lock of the registries: let the threads
        # of this test pass, as the host's own tests of parallel requests do.
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))

    def _book(self, worker):
        """Book every customer once, as a web request would, with retries."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            # every worker walks the customers in an order of its own
            order = self.partner_ids[worker:] + self.partner_ids[:worker]
            for partner_id in order:
                retrying(
                    partial(
                        lambda env, partner_id: env["c360.contact.gate"]._reserve(
                            env["res.partner"].browse(partner_id), "email", "care"
                        ),
                        env,
                        partner_id,
                    ),
                    env,
                )

    def test_the_limit_holds_among_connections(self):
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for _done in pool.map(self._book, range(CONNECTIONS)):
                pass
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            booked = env["c360.contact.touch"]._read_group(
                [("partner_id", "in", self.partner_ids), ("state", "=", "reserved")],
                ["partner_id"],
                ["__count"],
            )
            rows = env["c360.contact.touch"].search_count(
                [("partner_id", "in", self.partner_ids)]
            )
        self.assertEqual([count for _partner, count in booked], [LIMIT] * CUSTOMERS)
        self.assertEqual(rows, CONNECTIONS * CUSTOMERS)
