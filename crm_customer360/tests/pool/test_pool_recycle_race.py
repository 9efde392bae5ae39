from datetime import timedelta
from functools import partial
from threading import Event, Thread

from odoo import SUPERUSER_ID, api, fields
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from . import test_pool_claim_race as races


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolRecycleRace(races.TestPoolClaimRace):
    """A run against others, over real connections; everything is removed after."""

    # the races of claims are run by their own class
    test_two_claim_the_same_lead = None
    test_eight_claim_the_same_lead = None
    test_many_claim_overlapping_batches = None
    test_parallel_claims_of_one_user_keep_the_daily_limit = None
    test_parallel_claims_of_one_user_keep_the_hold_limit = None
    test_giving_back_does_not_start_the_day_again = None

    def setUp(self):
        super().setUp()
        with self._environment() as env:
            env["c360.pool.rule"].create(
                {
                    "pool_id": self.pool_id,
                    "kind": "no_followup",
                    "days": 1,
                    "warn_days": 0,
                    "manager_warn_days": 0,
                }
            )
            env["c360.pool.deadline"].search([("pool_id", "=", self.pool_id)]).unlink()
        self.owner, self.rival = self.user_ids[:2]

    def _clean_up(self):
        with self._environment() as env:
            env.cr.execute(
                "DELETE FROM c360_pool_move WHERE pool_id = %s", [self.pool_id]
            )
            rules = env["c360.pool.rule"].with_context(active_test=False)
            rules.search([("pool_id", "=", self.pool_id)]).unlink()
            env["c360.pool.deadline"].search([("pool_id", "=", self.pool_id)]).unlink()
        return super()._clean_up()

    def _create_due(self, count):
        """Leads the owner has had for too long."""
        ids = self._create_leads(count)
        self._claim_at_once([(self.owner, ids)])
        long_ago = fields.Datetime.now() - timedelta(days=30)
        with self._environment() as env:
            env.cr.execute(
                """
                UPDATE crm_lead SET pool_date = %s, recycle_date = %s
                 WHERE id = ANY(%s)
                """,
                [long_ago, long_ago + timedelta(days=3), ids],
            )
        return ids

    def _recycle_once(self, cr, limit=1000):
        pools = api.Environment(cr, SUPERUSER_ID, {})["c360.pool"]
        ids = pools._lock_due(limit)
        pools._recycle_isolated(ids)
        pools.env.flush_all()
        return ids

    def _kinds(self, lead_id):
        with self._environment() as env:
            lead = env["crm.lead"].browse(lead_id)
            return lead.pool_move_ids.sorted("id").mapped("kind")

    # ------------------------------------------------------------
    # Races
    # ------------------------------------------------------------

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_claim_while_the_run_gives_back(self):
        """Nobody has it until the run is done; then the first to claim it has it."""
        [lead_id] = self._create_due(1)
        with self.connection.cursor() as cr:
            self.assertEqual(self._recycle_once(cr), [lead_id])
            # not committed: the owner still has it for everybody else
            [result] = self._claim_at_once([(self.rival, [lead_id])])
            self.assertFalse(result["granted"])
            self.assertIn("has this lead already", result["refused"][0]["reason"])
            cr.commit()  # pylint: disable=invalid-commit
        [result] = self._claim_at_once([(self.rival, [lead_id])])
        self.assertEqual(result["granted"], [lead_id])
        self.assertEqual(self._kinds(lead_id), ["enter", "claim", "recycle", "claim"])

    def test_whoever_works_on_a_lead_keeps_it(self):
        """The run passes by what is locked, and gives back the rest."""
        busy, idle = self._create_due(2)
        with self.connection.cursor() as owner_cr:
            env = api.Environment(owner_cr, self.owner, {})
            env["crm.lead"].browse(busy).user_id = self.rival
            env.flush_all()
            with self.connection.cursor() as cr:
                self.assertEqual(self._recycle_once(cr), [idle])
                cr.commit()  # pylint: disable=invalid-commit
            owner_cr.commit()  # pylint: disable=invalid-commit
        with self.connection.cursor() as cr:
            # the new owner's days have begun anew
            self.assertEqual(self._recycle_once(cr), [])
        with self._environment() as env:
            self.assertEqual(env["crm.lead"].browse(busy).user_id.id, self.rival)
        self.assertEqual(self._kinds(busy), ["enter", "claim", "transfer"])
        self.assertEqual(self._kinds(idle), ["enter", "claim", "recycle"])

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_owner_acts_while_the_run_gives_back(self):
        """His change waits for the run, then it is made anew on what is there."""
        [lead_id] = self._create_due(1)
        began, failed = Event(), []

        def touch(env):
            env["crm.lead"].sudo().search_count([])
            began.set()
            env["c360.pool"]._note_followups(
                [(lead_id, None, None, fields.Datetime.now())]
            )

        def work():
            try:
                with self.connection.cursor() as cr:
                    env = api.Environment(cr, self.owner, {})
                    retrying(partial(touch, env), env)
            except Exception as error:
                failed.append(error)

        with self.connection.cursor() as cr:
            self._recycle_once(cr)
            thread = Thread(target=work)
            thread.start()
            began.wait(10)
            cr.commit()  # pylint: disable=invalid-commit
            thread.join(30)
        self.assertFalse(failed)
        with self._environment() as env:
            lead = env["crm.lead"].browse(lead_id)
            self.assertEqual((lead.pool_state, lead.user_id.id), ("pooled", False))
            self.assertFalse(lead.recycle_date)

    def test_two_runs_at_once_share_the_work(self):
        ids = self._create_due(6)
        with self.connection.cursor() as one, self.connection.cursor() as other:
            first = self._recycle_once(one, 4)
            second = self._recycle_once(other, 4)
            self.assertFalse(set(first) & set(second))
            one.commit()
            other.commit()
        self.assertEqual(sorted(first + second), ids)
        for lead_id in ids:
            self.assertEqual(self._kinds(lead_id), ["enter", "claim", "recycle"])

    def test_killed_run_loses_nothing(self):
        """What was committed stays, the rest is due as before: each lead once."""
        ids = self._create_due(5)
        with self.connection.cursor() as cr:
            done = self._recycle_once(cr, 2)
            cr.commit()  # pylint: disable=invalid-commit
            lost = self._recycle_once(cr, 2)
            # the process dies here
            cr.rollback()
        self.assertEqual(len(done) + len(lost), 4)
        with self._environment() as env:
            held = env["crm.lead"].search(
                [("referred", "=", races.MARK), ("pool_state", "=", "held")]
            )
            self.assertEqual(sorted(held.ids), sorted(set(ids) - set(done)))
        with self.connection.cursor() as cr:
            self._recycle_once(cr)
            cr.commit()  # pylint: disable=invalid-commit
        for lead_id in ids:
            self.assertEqual(self._kinds(lead_id), ["enter", "claim", "recycle"])

    @mute_logger("odoo.sql_db")
    def test_a_run_that_collides_begins_again(self):
        """Somebody committed a change between the run's snapshot and its lock."""
        busy, _idle = ids = self._create_due(2)
        with self.connection.cursor() as cr:
            pools = api.Environment(cr, SUPERUSER_ID, {})["c360.pool"]
            self.assertEqual(pools._count_due(), 2)
            with self._environment() as env:
                env["c360.pool"]._note_followups(
                    [(busy, None, None, fields.Datetime.now())]
                )
            pools._cron_recycle()
            cr.commit()  # pylint: disable=invalid-commit
        with self._environment() as env:
            leads = env["crm.lead"].browse(ids)
            self.assertEqual(leads.mapped("pool_state"), ["held", "pooled"])
            self.assertGreater(leads[0].recycle_date, fields.Datetime.now())
