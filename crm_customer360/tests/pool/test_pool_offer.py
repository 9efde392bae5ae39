from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolOffer(PoolCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.write({"allocation": "offer", "offer_minutes": 30, "offer_max": 2})
        cls.lead = cls._create_leads()
        cls.pool._allocate_waiting()
        cls.offer = cls.env["c360.pool.offer"].search([("lead_id", "=", cls.lead.id)])
        cls.first = cls.offer.user_id
        cls.second = (cls.user | cls.rival) - cls.first

    def _open(self):
        return self.env["c360.pool.offer"].search(
            [("lead_id", "=", self.lead.id), ("state", "=", "offered")]
        )

    def test_while_it_is_offered_nobody_else_gets_it(self):
        self.assertEqual(len(self.offer), 1)
        self.assertEqual(self.lead.offer_user_id, self.first)
        self.assertFalse(self.lead.user_id)
        refused = self._claim(self.lead, self.second)["refused"]
        self.assertIn(self.first.name, refused[0]["reason"])
        with self.assertRaisesRegex(UserError, "not made to you"):
            # somebody else's offer, past the rules
            self.offer.with_user(self.users_by_role["leader"]).action_accept()

    def test_an_offer_that_ran_out_stands_in_nobodys_way(self):
        with freeze_time(self.offer.date_deadline + timedelta(minutes=1)):
            granted = self._claim(self.lead, self.second)["granted"]
        self.assertEqual(granted, self.lead.ids)
        self.assertFalse(self._open())

    def test_managers_read_offers_of_their_companies(self):
        company = self.env["res.company"].create({"name": "Other"})
        boss = new_test_user(
            self.env,
            login="c360_other_boss",
            groups="crm_customer360.group_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.pool.manager_ids = boss
        offers = self.env["c360.pool.offer"].with_user(boss)
        self.assertTrue(offers.search_count([]), "of a lead of every company")
        self.lead.company_id = self.company
        self.assertEqual(self.offer.company_id, self.company)
        self.env.flush_all()
        self.assertFalse(offers.search_count([]))
        with self.assertRaises(AccessError):
            self.offer.with_user(boss).read(["topic"])

    def test_an_offer_is_not_answered_blind(self):
        mine = self.offer.with_user(self.first)
        action = mine.action_open_card()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("c360.pool.lead", self.lead.id)
        )
        self.assertEqual(mine.grade, self.lead.grade)
        mine.action_accept()
        self.assertEqual(mine.action_open_card()["res_model"], "crm.lead")
        self.lead.user_id = self.second
        with self.assertRaisesRegex(UserError, "no more"):
            mine.action_open_card()
        with self.assertRaises(AccessError):
            self.offer.with_user(self.second).action_open_card()

    def test_the_others_are_told_that_it_is_offered(self):
        def card(user):
            return self.env["c360.pool.lead"].with_user(user).browse(self.lead.id)

        other = card(self.second)
        self.assertTrue(other.is_offered_away)
        self.assertIn("to a colleague until", other.offer_note)
        self.assertNotIn(self.first.name, other.offer_note)
        with self.assertRaises(AccessError):
            other.read(["offer_user_id"])
        self.assertFalse(card(self.first).is_offered_away)
        self.assertIn("to you until", card(self.first).offer_note)
        leader = card(self.users_by_role["leader"])
        self.assertIn(self.first.name, leader.offer_note)
        self.offer.date_deadline = "2020-01-01"
        other.invalidate_recordset()
        self.assertFalse(other.is_offered_away or other.offer_note)

    def test_accepting_is_a_claim(self):
        action = self.offer.with_user(self.first).action_accept()
        self.assertEqual(action["res_id"], self.lead.id)
        self.lead.invalidate_recordset()
        self.assertEqual(self.lead.user_id, self.first)
        self.assertFalse(self.lead.offer_user_id)
        self.assertEqual(self.offer.state, "accepted")
        self.assertEqual(self._moves(self.lead)[-1].kind, "claim")

    def test_a_claim_of_the_list_accepts_it_too(self):
        self.assertEqual(self._claim(self.lead, self.first)["granted"], self.lead.ids)
        self.assertEqual(self.offer.state, "accepted")

    def test_limits_hold_for_offers(self):
        self.pool.hold_limit = 1
        held = self._create_leads(user_id=self.first.id)
        held.pool_id = self.pool
        with self.assertRaisesRegex(UserError, "hold"):
            self.offer.with_user(self.first).action_accept()
        self.assertEqual(self.offer.state, "offered")

    def test_what_is_offered_fills_a_place(self):
        self.pool.hold_limit = 1
        self._create_leads(5)
        self.pool._allocate_waiting()
        offers = self.env["c360.pool.offer"].search([("state", "=", "offered")])
        self.assertEqual(len(offers), 2)
        self.assertEqual(offers.user_id, self.first | self.second)

    def test_declined_it_goes_to_the_next_then_to_all(self):
        self.offer.with_user(self.first).action_decline()
        self.assertEqual(self.offer.state, "declined")
        self.pool._allocate_waiting()
        offer = self._open()
        self.assertEqual(offer.user_id, self.second)
        offer.with_user(self.second).action_decline()
        self.lead.invalidate_recordset()
        self.assertTrue(self.lead.offer_exhausted)
        self.pool._allocate_waiting()
        self.assertFalse(self._open())
        self.assertEqual(self._claim(self.lead, self.first)["granted"], self.lead.ids)
        self.assertFalse(self.lead.offer_exhausted)

    def test_time_is_working_time_and_runs_out(self):
        friday = fields.Datetime.to_datetime("2026-03-06 16:45:00")
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Office",
                "tz": "UTC",
                "attendance_ids": [
                    (
                        0,
                        0,
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 17,
                            "day_period": "morning",
                        },
                    )
                    for day in range(5)
                ],
            }
        )
        self.pool.calendar_id = calendar
        self.assertEqual(
            self.pool._get_offer_deadline(friday),
            fields.Datetime.to_datetime("2026-03-09 08:15:00"),
        )

    def test_expired_it_goes_to_the_next(self):
        with freeze_time(self.offer.date_deadline + timedelta(seconds=1)):
            with self.assertRaisesRegex(UserError, "any more"):
                self.offer.with_user(self.first).action_accept()
            with self.enter_registry_test_mode():
                self.env.ref(
                    "crm_customer360.ir_cron_pool_allocation"
                ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.offer.state, "expired")
        self.assertEqual(self._open().user_id, self.second)

    def test_an_assignment_withdraws_it(self):
        leader = self.users_by_role["leader"]
        self.lead.with_user(leader).write({"user_id": leader.id})
        self.assertEqual(self.offer.state, "withdrawn")
        self.assertFalse(self.lead.offer_user_id)

    def test_a_lost_lead_is_offered_no_more(self):
        self.lead.action_set_lost()
        self.assertEqual(self.offer.state, "withdrawn")

    def test_leaders_withdraw_and_members_do_not(self):
        with self.assertRaises(AccessError):
            self.offer.with_user(self.first).action_withdraw()
        self.offer.with_user(self.users_by_role["leader"]).action_withdraw()
        self.assertEqual(self.offer.state, "withdrawn")
        self.lead.invalidate_recordset()
        self.assertTrue(self.lead.offer_exhausted)

    def test_who_sees_what(self):
        offer = self.offer.with_user(self.first)
        self.assertIn("Pump", offer.topic)
        self.assertNotIn("lead_id", offer.fields_get())
        with self.assertRaises(AccessError):
            offer.read(["lead_id"])
        with self.assertRaises(AccessError):
            self.offer.with_user(self.second).read(["topic"])
        with self.assertRaises(AccessError):
            offer.write({"state": "accepted"})
        with self.assertRaises(AccessError):
            self.env_of("stranger")["c360.pool.offer"].search([])
