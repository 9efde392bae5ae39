from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import random
from threading import Barrier
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

MARK = "c360-race"
TABLES = (
    "crm_lead",
    "c360_pool",
    "c360_pool_member",
    "c360_pool_move",
    "res_users",
    "res_partner",
    "mail_message",
    "mail_followers",
    "c360_pool_arrival",
)


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolClaimRace(BaseCase):
    """Claims over real connections: they commit, so everything is removed after."""

    def setUp(self):
        super().setUp()
        # The test runner's thread holds the lock of the registries: as the host's own
        # tests of parallel requests do, let the threads of this test pass.
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.connection = db_connect(get_db_name())
        self.before = self._count_rows()
        self.addCleanup(self._check_nothing_left)
        self.addCleanup(self._clean_up)
        with self._environment() as env:
            self.pool_id = (
                env["c360.pool"]
                .create(
                    {
                        "name": MARK,
                        "sequence": -1000,
                        "lead_domain": f"[('referred', '=', '{MARK}')]",
                    }
                )
                .id
            )
            users = env["res.users"].create(
                [
                    {
                        "name": f"Racer {number}",
                        "login": f"{MARK}-{number}",
                        "group_ids": [
                            fields.Command.link(
                                env.ref("crm_customer360.group_user").id
                            )
                        ],
                    }
                    for number in range(8)
                ]
            )
            self.user_ids = users.ids
            env["c360.pool.member"].create(
                [{"pool_id": self.pool_id, "user_id": user_id} for user_id in users.ids]
            )

    # ------------------------------------------------------------
    # Races
    # ------------------------------------------------------------

    def test_two_claim_the_same_lead(self):
        self._race_for_one_lead(2)

    def test_eight_claim_the_same_lead(self):
        self._race_for_one_lead(8)

    def _race_for_one_lead(self, count):
        [lead_id] = self._create_leads(1)
        results = self._claim_at_once(
            [(user_id, [lead_id]) for user_id in self.user_ids[:count]]
        )
        winners = [
            user_id
            for user_id, result in zip(self.user_ids, results, strict=False)
            if result["granted"]
        ]
        self.assertEqual(len(winners), 1)
        with self._environment() as env:
            lead = env["crm.lead"].browse(lead_id)
            self.assertEqual(lead.user_id.id, winners[0])
            self.assertEqual(
                lead.pool_move_ids.sorted("id").mapped("kind"), ["enter", "claim"]
            )
            reason = f"{lead.user_id.name} has this lead already."
        self.assertEqual(
            [result["refused"][0]["reason"] for result in results if result["refused"]],
            [reason] * (count - 1),
        )

    def test_many_claim_overlapping_batches(self):
        lead_ids = self._create_leads(12)
        results = self._claim_at_once(
            [
                (user_id, lead_ids if number % 2 else lead_ids[::-1])
                for number, user_id in enumerate(self.user_ids[:4])
            ]
        )
        granted = [lead_id for result in results for lead_id in result["granted"]]
        self.assertEqual(sorted(granted), sorted(lead_ids))

    def test_parallel_claims_of_one_user_keep_the_daily_limit(self):
        self._race_of_one_user("claim_limit_day")

    def test_parallel_claims_of_one_user_keep_the_hold_limit(self):
        self._race_of_one_user("hold_limit")

    def _race_of_one_user(self, limit):
        with self._environment() as env:
            env["c360.pool"].browse(self.pool_id)[limit] = 3
        user_id = self.user_ids[0]
        lead_ids = self._create_leads(10)
        results = self._claim_at_once([(user_id, [lead_id]) for lead_id in lead_ids])
        granted = [lead_id for result in results for lead_id in result["granted"]]
        self.assertEqual(len(granted), 3)
        with self._environment() as env:
            held = env["crm.lead"].search([("user_id", "=", user_id)])
            self.assertEqual(sorted(held.ids), sorted(granted))

    def test_own_limits_are_exact_too(self):
        user_id = self.user_ids[0]
        with self._environment() as env:
            member = env["c360.pool.member"].search([("user_id", "=", user_id)])
            member.write({"own_limits": True, "claim_limit_day": 2})
        lead_ids = self._create_leads(8)
        results = self._claim_at_once([(user_id, [lead_id]) for lead_id in lead_ids])
        self.assertEqual(sum(len(result["granted"]) for result in results), 2)

    def test_limits_of_a_grade_are_exact_too(self):
        lead_ids = self._create_leads(8)
        with self._environment() as env:
            env["c360.pool.limit"].create(
                {"pool_id": self.pool_id, "grade": "key", "hold_limit": 2}
            )
            env.cr.execute(
                "UPDATE crm_lead SET grade = 'key' WHERE id = ANY(%s)", [lead_ids[2:]]
            )
        user_id = self.user_ids[0]
        results = self._claim_at_once([(user_id, [lead_id]) for lead_id in lead_ids])
        granted = [lead_id for result in results for lead_id in result["granted"]]
        self.assertEqual(len(granted), 4)
        self.assertLessEqual(set(lead_ids[:2]), set(granted))

    def test_parallel_protections_keep_the_limit(self):
        with self._environment() as env:
            env["c360.pool"].browse(self.pool_id).protect_limit = 2
        user_id = self.user_ids[0]
        lead_ids = self._create_leads(6)
        self._claim_at_once([(user_id, lead_ids)])
        results = self._claim_at_once(
            [(user_id, [lead_id]) for lead_id in lead_ids], "protect"
        )
        self.assertEqual(sum(len(result["granted"]) for result in results), 2)

    def test_parallel_looks_keep_the_limit(self):
        with self._environment() as env:
            env["c360.pool"].browse(self.pool_id).reveal_limit_day = 3
        user_id = self.user_ids[0]
        results = self._claim_at_once(
            [(user_id, [lead_id]) for lead_id in self._create_leads(8)], "reveal"
        )
        self.assertEqual(sum(len(result["granted"]) for result in results), 3)
        with self._environment() as env:
            looks = env["c360.pool.reveal"].search([("user_id", "=", user_id)])
            self.assertEqual(len(looks), 3)

    def test_giving_back_does_not_start_the_day_again(self):
        with self._environment() as env:
            env["c360.pool"].browse(self.pool_id).claim_limit_day = 1
        user_id = self.user_ids[0]
        first, second = self._create_leads(2)
        [result] = self._claim_at_once([(user_id, [first])])
        self.assertEqual(result["granted"], [first])
        with self._environment(user_id) as env:
            wizard = env["c360.pool.return"].create(
                {"lead_ids": [fields.Command.set([first])], "reason": "No answer"}
            )
            wizard.action_apply()
            wizard.unlink()
        results = self._claim_at_once([(user_id, [first]), (user_id, [second])])
        self.assertFalse(results[0]["granted"] + results[1]["granted"])

    def test_claims_while_leads_are_handed_out(self):
        """Every lead has one owner, nobody is beyond his limit, nothing is left."""
        with self._environment() as env:
            env["c360.pool"].browse(self.pool_id).write(
                {"allocation": "auto", "hold_limit": 5}
            )
        lead_ids = self._create_leads(30)
        pools = Registry(get_db_name())["c360.pool"]
        module = "odoo.addons.crm_customer360.models.pool.c360_pool_allocation"
        with (
            patch(f"{module}.SLICE", 4),
            patch(f"{module}.TRIES", 50),
            patch.object(pools, "_tell_members", lambda self, counts: None),
            ThreadPoolExecutor(1) as executor,
        ):
            run = executor.submit(self._allocate)
            self._claim_at_once(
                [
                    (user_id, lead_ids[number::4])
                    for number, user_id in enumerate(self.user_ids[:4])
                ]
            )
            run.result(timeout=120)
            # what claims had locked just then is for the next run
            self._allocate()
        with self._environment() as env:
            leads = env["crm.lead"].browse(lead_ids)
            self.assertTrue(all(lead.user_id for lead in leads))
            held = [len(some) for some in leads.grouped("user_id").values()]
            self.assertLessEqual(max(held), 5)
            for lead in leads:
                kinds = lead.pool_move_ids.mapped("kind")
                self.assertEqual(len(kinds), 2, kinds)

    @mute_logger("odoo.sql_db")
    def _allocate(self):
        with self.connection.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})

            def commit(_done):
                env.flush_all()
                # The rivals are threads: what is handed out counts when committed.
                cr.commit()  # pylint: disable=invalid-commit
                return 60

            env["c360.pool"].browse(self.pool_id)._allocate_waiting(commit)

    # ------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------

    def _environment(self, user_id=SUPERUSER_ID):
        return Committed(self.connection, user_id)

    def _create_leads(self, count):
        with self._environment() as env:
            leads = env["crm.lead"].create(
                [
                    {
                        "name": f"{MARK} {number}",
                        "email_from": f"{MARK}-{number}@race.example.org",
                        "referred": MARK,
                        "user_id": False,
                        "company_id": False,
                        "team_id": False,
                    }
                    for number in range(count)
                ]
            )
            self.assertEqual(set(leads.mapped("pool_id.id")), {self.pool_id})
            return leads.ids

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def _claim_at_once(self, claims, verb="claim"):
        """Run claims in threads whose snapshots are all taken before the first claim.

        :param claims: ``(user id, lead ids)`` each
        :param str verb: what to call instead
        :return: the results, in the same order
        """
        barrier = Barrier(len(claims))
        with (
            # the host waits up to seconds between its tries: less, but more tries
            patch("odoo.service.model.random.uniform", _short_wait),
            patch("odoo.service.model.MAX_TRIES_ON_CONCURRENCY_FAILURE", 30),
            ThreadPoolExecutor(len(claims)) as executor,
        ):
            futures = [
                executor.submit(self._claim, barrier, user_id, lead_ids, verb)
                for user_id, lead_ids in claims
            ]
            return [future.result(timeout=60) for future in futures]

    def _claim(self, barrier, user_id, lead_ids, verb):
        first_try = iter([True])

        def attempt(env):
            env["crm.lead"].sudo().search_count([])
            if next(first_try, False):
                barrier.wait(timeout=30)
            return getattr(env["c360.pool"], verb)(lead_ids)

        with self.connection.cursor() as cr:
            env = api.Environment(cr, user_id, {})
            return retrying(partial(attempt, env), env)

    def _count_rows(self):
        with self.connection.cursor() as cr:
            counts = {}
            for table in TABLES:
                cr.execute(f"SELECT COUNT(*) FROM {table}")
                counts[table] = cr.fetchone()[0]
            return counts

    def _clean_up(self):
        with self._environment() as env:
            leads = env["crm.lead"].with_context(active_test=False)
            leads.search([("referred", "=", MARK)]).unlink()
            env.flush_all()
            pools = env["c360.pool"].search([("name", "=", MARK)])
            # the ledger refuses to be deleted
            env.cr.execute(
                "DELETE FROM c360_pool_move WHERE pool_id = ANY(%s)", [pools.ids]
            )
            pools.unlink()
            users = env["res.users"].search([("login", "=like", f"{MARK}-%")])
            env["c360.pool.arrival"].search([("user_id", "in", users.ids)]).unlink()
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def _check_nothing_left(self):
        self.assertEqual(self._count_rows(), self.before)


def _short_wait(_low, high):
    return random() * min(high, 8) / 20


class Committed:
    """An environment on a connection of its own, committed at the end."""

    def __init__(self, connection, user_id):
        self.cr = connection.cursor()
        self.env = api.Environment(self.cr, user_id, {})

    def __enter__(self):
        return self.env

    def __exit__(self, kind, _error, _trace):
        try:
            if kind is None:
                self.env.flush_all()
                # The rivals are threads: a claim counts when it is committed.
                self.cr.commit()  # pylint: disable=invalid-commit
                self.env.registry.signal_changes()
        finally:
            self.cr.close()
