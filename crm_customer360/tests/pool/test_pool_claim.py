from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
@freeze_time("2026-03-31 09:00:00")
class TestPoolClaim(PoolCommon):
    def test_claim_makes_him_the_owner(self):
        lead = self._create_leads(company_id=False, team_id=False)
        stage = lead.stage_id
        self.env.flush_all()
        self.cr.execute(
            "UPDATE crm_lead SET create_date = '2026-03-29 10:00:00' WHERE id = %s",
            [lead.id],
        )
        self.assertEqual(self._claim(lead), {"granted": lead.ids, "refused": []})
        self.assertEqual(lead.user_id, self.user)
        self.assertEqual(lead.pool_state, "held")
        self.assertEqual(str(lead.date_open), "2026-03-31 09:00:00")
        self.assertEqual(lead.day_open, 1)
        self.assertEqual(lead.company_id, self.company)
        self.assertEqual(lead.stage_id, stage)
        move = self._moves(lead)[-1]
        self.assertEqual(
            (move.kind, move.user_id, move.pool_id, move.lead_name),
            ("claim", self.user, self.pool, "Pump 0"),
        )

    def test_claim_moves_to_a_team_of_the_new_owner(self):
        mine, other = self.env["crm.team"].create(
            [
                {"name": "Mine", "member_ids": [(4, self.user.id)]},
                {"name": "Other", "sequence": 0},
            ]
        )
        lead, strange = self._create_leads(2, team_id=mine.id)
        strange.team_id = other
        self._claim(lead + strange)
        self.assertEqual((lead + strange).team_id, mine)
        written = self._create_leads(team_id=other.id)
        written.user_id = self.user
        self.assertEqual(written.team_id, mine, "as the host does")

    def test_loser_is_told_who_has_it(self):
        lead = self._create_leads()
        self._claim(lead, self.rival)
        refused = self._claim(lead)["refused"]
        self.assertEqual(
            refused, [{"id": lead.id, "reason": "Rita Rival has this lead already."}]
        )
        self.assertEqual(
            self._claim(lead, self.rival)["refused"][0]["reason"],
            "You have this lead already.",
        )
        self.assertEqual(lead.user_id, self.rival)

    def test_each_lead_on_its_own_merit(self):
        good, taken, lost, free, deleted = self._create_leads(5)
        self._claim(taken, self.rival)
        lost.action_set_lost()
        self.env["c360.pool"].search([]).active = False
        free_lead = free
        self.pool.active = True
        (good + taken).sudo().write({"pool_id": self.pool.id})
        lost.sudo().write({"pool_id": self.pool.id})
        deleted_id = deleted.id
        deleted.unlink()
        ids = [good.id, taken.id, lost.id, free_lead.id, deleted_id, good.id, -1, 2**40]
        result = self.env_of("user")["c360.pool"].claim(ids)
        self.assertEqual(result["granted"], good.ids)
        reasons = {item["id"]: item["reason"] for item in result["refused"]}
        self.assertEqual(
            reasons,
            {
                taken.id: "Rita Rival has this lead already.",
                lost.id: "This lead was closed meanwhile.",
                free_lead.id: "This lead is in no pool.",
                deleted_id: "This lead no longer exists.",
                -1: "This lead no longer exists.",
                2**40: "This lead no longer exists.",
            },
        )

    def test_only_members_claim(self):
        lead = self._create_leads()
        self._claim(lead, self.rival)
        other = self._create_leads()
        self.pool.member_ids.filtered(lambda m: m.user_id == self.user).active = False
        reasons = {item["reason"] for item in self._claim(lead + other)["refused"]}
        self.assertEqual(reasons, {"You are not a member of its pool."})
        self.assertFalse(other.user_id)
        leader = self.users_by_role["leader"]
        self.assertFalse(self._claim(other, leader)["granted"])

    def test_other_companies_leads_are_not_claimed_nor_explained(self):
        company = self.env["res.company"].create({"name": "Other"})
        lead = self._create_leads(company_id=company.id, team_id=False)
        lead.sudo().company_id = company
        self.assertEqual(
            self._claim(lead)["refused"],
            [{"id": lead.id, "reason": "This lead no longer exists."}],
        )

    def test_strangers_cannot_claim(self):
        lead = self._create_leads()
        for role in ("stranger", "service", "analyst", "care"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._claim(lead, self.users_by_role[role])

    def test_bad_input_is_explained(self):
        pool = self.env_of("user")["c360.pool"]
        for bad in (None, "1", 1, ["1"], [None], [True], [1.5], {1: 2}):
            with self.subTest(bad), self.assertRaisesRegex(UserError, "list of ids"):
                pool.claim(bad)
        self.assertEqual(pool.claim([]), {"granted": [], "refused": []})

    def test_switched_off_nobody_claims(self):
        lead = self._create_leads()
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_pool"
        )
        with self.assertRaisesRegex(UserError, "switched off"):
            self._claim(lead)

    # Limits

    def test_daily_limit_follows_the_order_of_the_request(self):
        self.pool.claim_limit_day = 2
        leads = self._create_leads(3)
        result = self._claim(leads[::-1])
        self.assertEqual(result["granted"], leads[::-1][:2].ids)
        self.assertIn("limit of a day", result["refused"][0]["reason"])
        self.assertEqual(self._claim(leads[0], self.rival)["granted"], leads[0].ids)

    def test_giving_back_gives_no_claim_back(self):
        self.pool.claim_limit_day = 1
        lead = self._create_leads()
        self._claim(lead)
        lead.user_id = False
        self.assertFalse(self._claim(lead)["granted"])

    def test_limits_of_one_pool_do_not_count_in_the_other(self):
        self.pool.claim_limit_day = 1
        small = self._create_leads(2)
        large = self._create_leads(expected_revenue=10000)
        self.assertEqual(self._claim(small + large)["granted"], (small[0] + large).ids)

    def test_the_day_begins_at_local_midnight(self):
        self.pool.claim_limit_day = 1
        self.pool.calendar_id = self.env["resource.calendar"].create(
            {"name": "Shanghai", "tz": "Asia/Shanghai"}
        )
        leads = self._create_leads(3)
        with freeze_time("2026-03-31 15:59:59"):
            self.assertTrue(self._claim(leads[0])["granted"])
            self.assertFalse(self._claim(leads[1])["granted"])
        with freeze_time("2026-03-31 16:00:00"):
            self.assertTrue(self._claim(leads[1])["granted"])
            self.assertFalse(self._claim(leads[2])["granted"])

    def test_a_member_does_not_move_his_midnight(self):
        """His time zone is his to write: neither claims nor looks depend on it."""
        self.pool.write({"claim_limit_day": 1, "reveal_limit_day": 1})
        leads = self._create_leads(2)
        pools = self.env["c360.pool"].with_user(self.user)
        with freeze_time("2026-03-31 12:00:00"):
            self.assertTrue(pools.reveal(leads[1].ids)["granted"])
            self.assertTrue(self._claim(leads[0])["granted"])
        rest = self._create_leads()
        for tz in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            self.user.with_user(self.user).tz = tz
            self.env.flush_all()
            with self.subTest(tz), freeze_time("2026-03-31 13:00:00"):
                self.assertFalse(self._claim(leads[1])["granted"])
                self.assertFalse(pools.reveal(rest.ids)["granted"])

    def test_hold_limit_counts_open_leads(self):
        self.pool.hold_limit = 2
        leads = self._create_leads(4)
        result = self._claim(leads)
        self.assertEqual(result["granted"], leads[:2].ids)
        self.assertIn("You hold 2 leads", result["refused"][0]["reason"])
        leads[0].action_set_lost()
        self.assertEqual(self._claim(leads[2:])["granted"], leads[2].ids)

    # Cost

    def test_claim_costs_the_same_for_any_batch(self):
        batches = [self._create_leads(size) for size in (2, 2, 60)]
        pool = self.env_of("user")["c360.pool"]
        pool.claim(batches[0].ids)
        for leads in batches[1:]:
            self.env.flush_all()
            with self.assertQueryCount(2):
                self.assertEqual(len(pool.claim(leads.ids)["granted"]), len(leads))
