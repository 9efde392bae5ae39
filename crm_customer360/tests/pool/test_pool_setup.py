from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolSetup(PoolCommon):
    def test_two_pools_come_with_the_product(self):
        pools = [
            self.env.ref(f"crm_customer360.c360_pool_{name}").with_context(
                active_test=False
            )
            for name in ("key", "general")
        ]
        for pool in pools:
            self.assertFalse(pool.member_ids)
        self.env["c360.pool"].search([]).active = False
        for pool in pools:
            pool.active = True
        for vals, pool in (
            ({"expected_revenue": 10000}, pools[0]),
            ({"priority": "2"}, pools[0]),
            ({"expected_revenue": 9999, "priority": "1"}, pools[1]),
        ):
            self.assertEqual(self._create_leads(**vals).pool_id, pool)

    def test_counts(self):
        leads = self._create_leads(3)
        self._claim(leads[0])
        for role in ("leader", "user"):
            pool = self.pool.with_user(self.users_by_role[role])
            self.assertEqual(
                (pool.waiting_count, pool.held_count, pool.claimed_today_count),
                (2, 1, 1),
                role,
            )
        leader_pool = self.pool.with_user(self.users_by_role["leader"])
        for name, count in (("waiting", 2), ("held", 1), ("claimed_today", 1)):
            action = getattr(leader_pool, f"action_view_{name}")()
            found = leader_pool.env[action["res_model"]].search(action["domain"])
            self.assertEqual(len(found), count, name)
        action = leader_pool.action_view_members()
        self.assertEqual(
            leader_pool.env["c360.pool.member"].search(action["domain"]),
            self.pool.member_ids,
        )
        self.assertEqual(leader_pool.member_count, 2)

    def test_history_of_a_lead(self):
        lead = self._create_leads()
        self._claim(lead)
        self.assertEqual(lead.pool_move_count, 2)
        action = lead.with_user(self.user).action_view_pool_moves()
        self.assertEqual(
            self.env["c360.pool.move"].search(action["domain"]), self._moves(lead)[::-1]
        )

    def test_claim_button_tells_what_came_of_it(self):
        self.pool.claim_limit_day = 1
        leads = self._create_leads(2)
        pooled = self.env_of("user")["c360.pool.lead"].browse(leads.ids)
        action = pooled.action_claim()
        message = action["params"]["message"]
        self.assertIn("1 granted", message)
        self.assertIn("“Pump 1”: You have claimed 1", message)
        self.assertEqual(action["params"]["type"], "warning")

    def test_claiming_one_opens_it(self):
        lead = self._create_leads(name="Pump 50% off")
        pooled = self.env_of("user")["c360.pool.lead"].browse(lead.id)
        params = pooled.action_claim()["params"]
        self.assertEqual(params["type"], "success")
        self.assertEqual(params["next"]["res_id"], lead.id)
        self.assertEqual(pooled.action_open_lead()["res_id"], lead.id)

    def test_many_refusals_are_summed_up(self):
        leads = self._create_leads(7, name="Pump 50% off")
        self.pool.member_ids.unlink()
        action = self.env["c360.pool.lead"].browse(leads.ids)
        message = action.action_claim()["params"]["message"]
        self.assertIn("and 2 more", message)
        self.assertIn("50%% off", message)

    def test_who_sets_up_what(self):
        leader = self.env_of("leader")
        member = leader["c360.pool.member"].create(
            {"pool_id": self.pool.id, "user_id": self.users_by_role["leader"].id}
        )
        member.unlink()
        with self.assertRaises(AccessError):
            self.pool.with_env(leader).name = "Mine"
        self.pool.with_env(self.env_of("manager")).name = "Ours"
        user = self.env_of("user")
        with self.assertRaises(AccessError):
            self.pool.with_env(user).claim_limit_day = 0
        with self.assertRaises(AccessError):
            user["c360.pool.member"].create(
                {"pool_id": self.pool.id, "user_id": self.users_by_role["leader"].id}
            )
        self.assertEqual(user["c360.pool.member"].search([]).user_id, self.user)
        with self.assertRaises(AccessError):
            self.env_of("stranger")["c360.pool"].search([])

    @mute_logger("odoo.sql_db")
    def test_members_are_unique_and_limits_not_negative(self):
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.env["c360.pool.member"].create(
                {"pool_id": self.pool.id, "user_id": self.user.id}
            )
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.pool.hold_limit = -1
            self.pool.flush_recordset()
