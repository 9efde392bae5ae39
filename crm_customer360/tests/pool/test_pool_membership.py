from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolMembership(PoolCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.member_ids.unlink()
        cls.pool.member_domain = "[('login', '=', 'nobody')]"
        cls.pool.has_member_rule = True
        cls.team = cls.env["crm.team"].create({"name": "North"})
        cls.seller = new_test_user(
            cls.env,
            login="c360_seller",
            name="Sally Seller",
            groups="crm_customer360.group_user",
            company_id=cls.company.id,
        )

    def _users(self):
        self.pool.invalidate_recordset(["member_ids"])
        return self.pool.member_ids.user_id

    def _join(self, user):
        return self.env["crm.team.member"].create(
            {"crm_team_id": self.team.id, "user_id": user.id}
        )

    def test_members_follow_the_team(self):
        membership = self._join(self.seller)
        self.pool.team_ids = self.team
        self.assertEqual(self._users(), self.seller)
        self.assertEqual(self.pool.member_ids.source, "team")
        other = self._join(self.user)
        self.assertEqual(self._users(), self.seller | self.user)
        self.pool.member_ids.filtered(lambda m: m.user_id == self.seller).weight = 4
        membership.active = False
        self.assertEqual(self._users(), self.user)
        membership.active = True
        back = self.pool.member_ids.filtered(lambda m: m.user_id == self.seller)
        self.assertEqual(back.weight, 4)
        other.unlink()
        self.assertEqual(self._users(), self.seller)
        self.pool.team_ids = False
        self.assertFalse(self._users())

    def test_whoever_joins_the_team_may_claim_at_once(self):
        self.pool.team_ids = self.team
        lead = self._create_leads()
        self.assertFalse(self._claim(lead, self.seller)["granted"])
        membership = self._join(self.seller)
        self.assertTrue(self._claim(lead, self.seller)["granted"])
        membership.unlink()
        self.assertFalse(self._claim(self._create_leads(), self.seller)["granted"])

    def test_members_follow_the_rule(self):
        self.pool.member_domain = "[('login', '=like', 'c360_sel%')]"
        self.assertEqual(self._users(), self.seller)
        self.assertEqual(self.pool.member_ids.source, "rule")
        self.rival.login = "c360_sellout"
        self.assertEqual(self._users(), self.seller | self.rival)
        twin = new_test_user(
            self.env, login="c360_sel2", groups="crm_customer360.group_user"
        )
        self.assertIn(twin, self._users())
        self.seller.login = "away"
        self.assertNotIn(self.seller, self._users())

    def test_an_empty_rule_takes_everybody_and_none_nobody(self):
        self.pool.member_domain = "[]"
        self.assertIn(self.users_by_role["stranger"], self._users())
        self.assertFalse(self._users().filtered("share"))
        self.pool.has_member_rule = False
        self.assertFalse(self._users())

    def test_a_broken_rule_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Rest"):
            self.pool.member_domain = "[('no_such', '=', 1)]"

    def test_a_rule_that_broke_later_keeps_its_members(self):
        self.pool.member_domain = "[('login', '=', 'c360_seller')]"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE c360_pool SET member_domain = %s WHERE id = %s",
            ["[('no_such', '=', 1)]", self.pool.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.pool._sync_members()
        self.assertEqual(self._users(), self.seller)

    def test_by_hand_beats_team_and_archived_users_leave(self):
        self._join(self.seller)
        self.env["c360.pool.member"].create(
            {"pool_id": self.pool.id, "user_id": self.seller.id}
        )
        self.pool.team_ids = self.team
        self.assertEqual(self.pool.member_ids.source, "user")
        self.pool.team_ids = False
        self.assertEqual(self._users(), self.seller)
        self.seller.active = False
        self.assertFalse(self._users())

    def test_who_left_is_added_again_by_hand(self):
        member = self.env["c360.pool.member"].create(
            {"pool_id": self.pool.id, "user_id": self.seller.id, "weight": 3}
        )
        member.active = False
        again = self.env["c360.pool.member"].create(
            {"pool_id": self.pool.id, "user_id": self.seller.id}
        )
        self.assertEqual(again, member)
        self.assertTrue(member.active)

    def test_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._join(self.seller)
        self.pool.company_id = other
        self.pool.team_ids = self.team
        self.assertFalse(self._users())
        self.seller.company_ids |= other
        self.pool._sync_members()
        self.assertEqual(self._users(), self.seller)

    def test_the_cron_catches_up(self):
        self.pool.member_domain = "[('partner_id.city', '=', 'Ghent')]"
        self.assertFalse(self._users())
        self.seller.partner_id.city = "Ghent"
        with self.enter_registry_test_mode():
            self.env.ref("crm_customer360.ir_cron_pool_member").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self._users(), self.seller)


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolManager(PoolCommon):
    """Somebody who is no team leader, but manages one pool."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env,
            login="c360_boss",
            name="Bert Boss",
            groups="crm_customer360.group_user",
            company_id=cls.company.id,
        )
        cls.pool.manager_ids = cls.boss
        cls.lead = cls._create_leads()
        cls.large = cls._create_leads(expected_revenue=1e6)

    def test_he_sees_his_pool_and_no_other(self):
        lead = self.lead.with_user(self.boss)
        self.assertEqual(lead.email_from, "paula0@private.example")
        self.assertEqual(lead.display_name, "Pump 0")
        self.assertEqual(
            lead.search([("id", "in", (self.lead + self.large).ids)]), lead
        )
        with self.assertRaises(AccessError):
            self.large.with_user(self.boss).read(["email_from"])
        # a many2one tells names with all rights, in the name of who asks
        self.assertNotIn("Pump", self.large.with_user(self.boss).sudo().display_name)
        self.assertIn("Pump", self.lead.with_user(self.boss).sudo().display_name)
        self.assertEqual(lead.env["c360.pool"].search([]), self.pool)
        self.assertEqual(lead.env["c360.pool.member"].search([]), self.pool.member_ids)
        self.assertTrue(lead.env["c360.pool.lead"].browse(lead.id).can_assign)
        with self.assertRaises(AccessError):
            lead.env["c360.pool.lead"].browse(self.large.id).read(["topic"])
        with self.assertRaises(AccessError):
            self.pool.with_user(self.boss).hold_limit = 0

    def test_he_assigns_within_his_pool(self):
        pools = self.pool.with_user(self.boss)
        result = pools._assign((self.lead + self.large).ids, self.user)
        self.assertEqual(result["granted"], self.lead.ids)
        self.assertEqual(result["refused"][0]["id"], self.large.id)
        self.assertEqual(self.lead.user_id, self.user)
        # he still sees who works on it, and cannot change it
        self.assertEqual(self.lead.with_user(self.boss).user_id, self.user)
        with self.assertRaises(AccessError):
            self.lead.with_user(self.boss).name = "Mine"
        with self.assertRaises(AccessError):
            pools._assign(self.lead.ids, self.user, override=True, reason="x")

    def test_he_moves_between_his_pools_only(self):
        pools = self.env(user=self.boss)["c360.pool"]
        with self.assertRaises(UserError):
            pools._put(self.lead.with_user(self.boss), self.key_pool, "x")
        self.key_pool.manager_ids = self.boss
        pools._put(self.lead.with_user(self.boss), self.key_pool, "x")
        self.assertEqual(self.lead.pool_id, self.key_pool)


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolAssign(PoolCommon):
    def _wizard(self, leads, user, role="leader", **values):
        env = self.env_of(role)
        return env["c360.pool.assign"].create(
            {"lead_ids": leads.ids, "user_id": user.id, **values}
        )

    def test_partly_with_reasons(self):
        self.pool.hold_limit = 1
        leads = self._create_leads(2)
        action = self._wizard(leads, self.user).action_apply()
        self.assertIn("1 given to Test user", action["params"]["message"])
        self.assertIn("Test user holds the 1", action["params"]["message"])
        self.assertEqual(leads.user_id, self.user)
        move = self._moves(leads[0])[-1]
        self.assertEqual((move.kind, move.user_id), ("assign", self.user))

    def test_past_the_limits_with_a_reason(self):
        self.pool.hold_limit = 1
        leads = self._create_leads(2)
        with self.assertRaisesRegex(UserError, "Say why"):
            self._wizard(leads, self.user, override=True).action_apply()
        self._wizard(leads, self.user, override=True, reason="Fair").action_apply()
        self.assertEqual(leads.mapped("user_id"), self.user)
        self.assertEqual(set(self._moves(leads)[-2:].mapped("reason")), {"Fair"})

    def test_day_limit_cool_down_and_membership(self):
        leads = self._create_leads(2)
        self.pool.write({"claim_limit_day": 1, "cooldown_days": 3})
        self._claim(leads[0])
        pools = self.env_of("leader")["c360.pool"]
        refused = pools._assign(leads[1].ids, self.user)["refused"]
        self.assertIn("1 leads of a day", refused[0]["reason"])
        leads[0].with_user(self.user).write({"user_id": False})
        self.pool.claim_limit_day = 0
        refused = pools._assign(leads[0].ids, self.user)["refused"]
        self.assertIn("had it before", refused[0]["reason"])
        leader = self.users_by_role["leader"]
        refused = pools._assign(leads[1].ids, leader)["refused"]
        self.assertIn("not a member", refused[0]["reason"])

    def test_taken_meanwhile_foreign_and_forged(self):
        lead = self._create_leads()
        self._claim(lead)
        pools = self.env_of("leader")["c360.pool"]
        refused = pools._assign([lead.id, 2**31], self.rival)["refused"]
        self.assertEqual([item["id"] for item in refused], [lead.id, 2**31])
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self._create_leads(company_id=other.id)
        refused = pools._assign(foreign.ids, self.rival, True, "x")["refused"]
        self.assertIn("its company", refused[0]["reason"])

    def test_who_may_not(self):
        lead = self._create_leads()
        for role in ("user", "stranger"):
            with self.assertRaises(AccessError):
                self.env_of(role)["c360.pool"]._assign(lead.ids, self.rival)
        with self.assertRaisesRegex(UserError, "work in sales"):
            self.env_of("leader")["c360.pool"]._assign(
                lead.ids, self.users_by_role["stranger"]
            )
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_pool"
        )
        with self.assertRaisesRegex(UserError, "switched off"):
            self.env_of("leader")["c360.pool"]._assign(lead.ids, self.rival)

    def test_leaders_create_and_import_into_a_pool(self):
        leader = self.env_of("leader")
        lead = leader["crm.lead"].create(
            {"name": "A", "phone": "+32 470 12 34 56", "pool_id": self.key_pool.id}
        )
        self.assertEqual((lead.pool_id, lead.pool_state), (self.key_pool, "pooled"))
        self.assertFalse(lead.user_id)
        self.assertEqual(self._moves(lead).mapped("kind"), ["enter"])
        lead = (
            leader["crm.lead"]
            .with_context(default_pool_id=self.key_pool.id)
            .create({"name": "B", "phone": "+32 470 12 34 57", "user_id": self.user.id})
        )
        self.assertEqual((lead.pool_id, lead.pool_state), (self.key_pool, "held"))
        self.assertEqual(self._moves(lead).mapped("kind"), ["assign"])
        result = leader["crm.lead"].load(
            ["name", "phone", "pool_id/.id"],
            [
                ["C", "+32 470 12 34 58", str(self.key_pool.id)],
                ["D", "+32 470 12 34 59", ""],
            ],
        )
        self.assertFalse(result["messages"])
        leads = self.env["crm.lead"].browse(result["ids"])
        self.assertEqual(leads[0].pool_id, self.key_pool)
        self.assertFalse(leads[1].pool_id)

    def test_others_do_not(self):
        for role in ("user", "care"):
            with self.assertRaises(AccessError):
                self.env_of(role)["crm.lead"].create(
                    {"name": "A", "user_id": False, "pool_id": self.key_pool.id}
                )
        other = self.env["res.company"].create({"name": "Other"})
        self.key_pool.company_id = other
        with self.assertRaises(AccessError):
            self.env_of("leader")["crm.lead"].create(
                {"name": "A", "phone": "+32 470 12 34 56", "pool_id": self.key_pool.id}
            )
        self.key_pool.company_id = self.company
        self.users_by_role["leader"].company_ids |= other
        with self.assertRaisesRegex(UserError, "own company"):
            self.env_of("leader")["crm.lead"].with_context(
                allowed_company_ids=[self.company.id, other.id]
            ).create(
                {
                    "name": "A",
                    "phone": "+32 470 12 34 56",
                    "pool_id": self.key_pool.id,
                    "company_id": other.id,
                }
            )

    def test_move_in_bulk_from_the_list(self):
        leads = self._create_leads(3)
        env = self.env_of("leader")
        wizard = (
            env["c360.pool.return"]
            .with_context(active_model="c360.pool.lead", active_ids=leads.ids)
            .create({"pool_id": self.key_pool.id, "reason": "Large after all"})
        )
        wizard.action_apply()
        self.assertEqual(leads.pool_id, self.key_pool)
        self.assertEqual(self._moves(leads[0])[-1].reason, "Large after all")
        with self.assertRaisesRegex(UserError, "Choose the leads"):
            env["c360.pool.return"].create({"reason": "x"}).action_apply()
