from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
@freeze_time("2026-03-31 09:00:00")
class TestPoolTerms(PoolCommon):
    """Limits of a member and of a grade, what counts as held, cool-down."""

    def _member(self, user=None):
        return self.pool.member_ids.filtered(
            lambda member: member.user_id == (user or self.user)
        )

    def _reasons(self, result):
        return [item["reason"] for item in result["refused"]]

    # Own limits

    def test_own_limits_replace_those_of_the_pool(self):
        self.pool.write({"claim_limit_day": 1, "hold_limit": 1})
        self._member().write(
            {"own_limits": True, "claim_limit_day": 3, "hold_limit": 2}
        )
        leads = self._create_leads(6)
        self.assertEqual(len(self._claim(leads)["granted"]), 2)
        result = self._claim(leads[2:], self.rival)
        self.assertEqual(len(result["granted"]), 1, "the pool's limits")
        leads[:2].action_set_lost()
        result = self._claim(leads[3:])
        self.assertEqual(len(result["granted"]), 1, "three a day")
        self.assertIn("claimed 3 leads", self._reasons(result)[0])

    def test_own_limit_of_nothing_means_no_limit(self):
        self.pool.claim_limit_day = 1
        self._member().own_limits = True
        leads = self._create_leads(3)
        self.assertEqual(len(self._claim(leads)["granted"]), 3)
        self._member().own_limits = False
        more = self._create_leads()
        self.assertFalse(self._claim(more)["granted"])

    @mute_logger("odoo.sql_db")
    def test_limits_are_no_negative_numbers(self):
        for record, vals in (
            (self._member(), {"claim_limit_day": -1}),
            (self.pool, {"cooldown_days": -1}),
            (self.pool, {"protect_limit": -1}),
            (self.pool, {"reveal_limit_day": -1}),
        ):
            with (
                self.subTest(vals),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                record.write(vals)
                self.env.flush_all()

    # Grades

    def _grade(self, leads, grade):
        leads.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_lead SET grade = %s WHERE id = ANY(%s)", [grade, leads.ids]
        )
        leads.invalidate_recordset()

    def _limit_grade(self, **limits):
        self.env["c360.pool.limit"].create(
            {"pool_id": self.pool.id, "grade": "key", **limits}
        )

    def test_key_leads_have_a_limit_of_their_own(self):
        self._limit_grade(hold_limit=1)
        key, other = self._create_leads(2), self._create_leads(2)
        self._grade(key, "key")
        result = self._claim(key + other)
        self.assertEqual(result["granted"], (key[0] + other).ids)
        self.assertEqual(
            self._reasons(result),
            [
                "You hold 1 leads of grade “Key” of “Rest”. Close one or give it back "
                "first."
            ],
        )
        key[0].action_set_lost()
        self.assertTrue(self._claim(key[1])["granted"])

    def test_claims_of_a_grade_are_counted_on_the_ledger(self):
        self._limit_grade(claim_limit_day=1)
        key = self._create_leads(2)
        self._grade(key, "key")
        self._claim(key[0])
        self._grade(key[0], "normal")
        key[0].user_id = False
        result = self._claim(key[1])
        self.assertIn("grade “Key”", self._reasons(result)[0])
        self.assertEqual(self._moves(key[0])[1].grade, "key")

    # What counts as held

    def test_opportunities_need_not_count_as_held(self):
        self.pool.hold_limit = 1
        leads = self._create_leads(3, type="lead")
        self._claim(leads[0])
        leads[0].type = "opportunity"
        self.assertFalse(self._claim(leads[1])["granted"])
        self.pool.hold_excludes = "quotation"
        self.assertFalse(self._claim(leads[1])["granted"])
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "opportunity_id": leads[0].id}
        )
        self.assertTrue(self._claim(leads[1])["granted"])
        order._action_cancel()
        self.assertFalse(self._claim(leads[2])["granted"])
        self.pool.hold_excludes = "opportunity"
        leads[1].type = "opportunity"
        self.assertTrue(self._claim(leads[2])["granted"])

    # Cool-down

    def test_who_gave_a_lead_back_waits(self):
        self.pool.cooldown_days = 7
        lead = self._create_leads()
        self._claim(lead)
        lead.user_id = False
        result = self._claim(lead)
        self.assertFalse(result["granted"])
        self.assertIn("You had this lead before", self._reasons(result)[0])
        self.assertIn("4/7/26", self._reasons(result)[0])
        cooldowns = self.env["c360.pool"]._get_cooldowns(
            lead.ids, (self.user + self.rival).ids
        )
        self.assertEqual(
            cooldowns,
            {(lead.id, self.user.id): fields.Datetime.now() + timedelta(days=7)},
        )
        with freeze_time("2026-04-07 08:59:59"):
            self.assertFalse(self._claim(lead)["granted"])
        with freeze_time("2026-04-07 09:00:00"):
            self.assertFalse(
                self.env["c360.pool"]._get_cooldowns(lead.ids, self.user.ids)
            )
            self.assertTrue(self._claim(lead)["granted"])

    def test_others_need_not_wait(self):
        self.pool.cooldown_days = 7
        lead = self._create_leads()
        self._claim(lead)
        lead.user_id = False
        self.assertTrue(self._claim(lead, self.rival)["granted"])

    # Many members at once

    def test_many_members_are_counted_in_one_statement(self):
        self.pool.write({"claim_limit_day": 5, "hold_limit": 3})
        leads = self._create_leads(3)
        self._claim(leads[:2])
        users = self.user + self.rival + self.users_by_role["leader"]
        pools = self.env["c360.pool"]
        pools._lock_members(users.ids, self.pool.ids)
        with self.assertQueryCount(1):
            meters = pools._lock_members(users.ids, self.pool.ids)
        rooms = {key: meter.room() for key, meter in meters.items()}
        self.assertEqual(
            rooms,
            {(self.user.id, self.pool.id): 1, (self.rival.id, self.pool.id): 3},
        )

    def test_grants_to_many_are_one_statement(self):
        leads = self._create_leads(20, company_id=False, team_id=False)
        pools = self.env["c360.pool"]
        users = [self.user.id, self.rival.id] * 10
        rows = pools._lock_rows(leads[:2].ids, self.pool.ids)
        pools._grant_rows(rows, users[:2], "assign")
        rows = pools._lock_rows(leads.ids, self.pool.ids)
        self.assertEqual([row["id"] for row in rows], leads[2:].ids)
        # one grants, one asks whether the cron is awake
        with self.assertQueryCount(4):
            pools._grant_rows(rows, users[2:], "assign")
        self.assertEqual(leads.mapped("pool_state"), ["held"] * 20)
        self.assertEqual([lead.user_id.id for lead in leads], users)
        self.assertEqual(
            self._moves(leads).filtered("user_id").mapped("kind"), ["assign"] * 20
        )

    # Caches

    def test_changes_of_terms_count_at_once(self):
        leads = self._create_leads(4)
        self.assertTrue(self._claim(leads[0])["granted"])
        self.pool.claim_limit_day = 1
        self.assertFalse(self._claim(leads[1])["granted"])
        self._member().write({"own_limits": True})
        self.assertTrue(self._claim(leads[1])["granted"])
        self._member().unlink()
        self.assertFalse(self._claim(leads[2])["granted"])

    def test_changes_of_teams_count_at_once(self):
        team = self.env["crm.team"].create({"name": "Mine", "sequence": 0})
        leads = self._create_leads(3, team_id=team.id)
        other = self.env["crm.team"].create(
            {"name": "New", "member_ids": [fields.Command.link(self.user.id)]}
        )
        self._claim(leads[0])
        self.assertEqual(leads[0].team_id, other)
        team.user_id = self.user
        self._claim(leads[1])
        self.assertEqual(leads[1].team_id, team)
        team.user_id = False
        other.member_ids = False
        team.member_ids = self.user
        self._claim(leads[2])
        self.assertEqual(leads[2].team_id, team)

    def test_the_day_is_that_of_the_pool(self):
        """Its calendar says, else that of its company; no member writes either."""
        company = self.company
        company.resource_calendar_id = self._calendar("Europe/Brussels")
        self.pool.company_id = company
        get_tz = self.env["c360.pool"]._get_terms
        self.assertEqual(get_tz()[self.pool.id].tz, "Europe/Brussels")
        company.resource_calendar_id = self._calendar("America/New_York")
        self.assertEqual(get_tz()[self.pool.id].tz, "America/New_York")
        self.pool.calendar_id = self._calendar("Asia/Shanghai")
        self.assertEqual(get_tz()[self.pool.id].tz, "Asia/Shanghai")
        self.pool.calendar_id.tz = "Asia/Tokyo"
        self.assertEqual(get_tz()[self.pool.id].tz, "Asia/Tokyo")

    def _calendar(self, tz):
        return self.env["resource.calendar"].create({"name": tz, "tz": tz})
