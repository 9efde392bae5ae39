from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
@freeze_time("2026-03-31 09:00:00")
class TestPoolProtect(PoolCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.write({"protect_limit": 2, "protect_days": 10})

    @classmethod
    def _create_leads(cls, count=1, **values):
        leads = super()._create_leads(count, **values)
        # they look alike; here pairs are made by hand
        cls.env["c360.lead.duplicate"].search([]).unlink()
        return leads

    def _protect(self, leads, user=None):
        return self.env(user=user or self.user)["c360.pool"].protect(leads.ids)

    def _reasons(self, result):
        return [item["reason"] for item in result["refused"]]

    def test_owner_protects_so_many_for_so_long(self):
        leads = self._create_leads(3)
        self._claim(leads)
        result = self._protect(leads)
        self.assertEqual(result["granted"], leads[:2].ids)
        self.assertIn("You protect 2 leads already", self._reasons(result)[0])
        self.assertEqual(str(leads[0].protected_until), "2026-04-10 09:00:00")
        self.assertEqual(self._moves(leads[0])[-1].kind, "protect")
        self.assertTrue(leads[0].is_protected)
        with freeze_time("2026-04-10 09:00:01"):
            leads.invalidate_recordset()
            self.assertFalse(leads[0].is_protected)
            self.assertEqual(self._protect(leads[2])["granted"], leads[2].ids)

    def test_only_once_by_the_same_owner(self):
        lead = self._create_leads()
        self._claim(lead)
        self._protect(lead)
        self.assertIn("until 4/10/26", self._reasons(self._protect(lead))[0])
        self.env(user=self.user)["c360.pool"].unprotect(lead.ids)
        self.assertFalse(lead.protected_until)
        self.assertIn("before", self._reasons(self._protect(lead))[0])
        with freeze_time("2026-04-20 09:00:00"):
            lead.user_id = self.rival
            self.assertTrue(self._protect(lead, self.rival)["granted"])

    def test_neither_others_nor_free_nor_closed_leads(self):
        mine, theirs, free, lost = self._create_leads(4)
        self._claim(mine + lost)
        self._claim(theirs, self.rival)
        lost.action_set_lost()
        result = self._protect(mine + theirs + free + lost)
        self.assertEqual(result["granted"], mine.ids)
        self.assertEqual(
            set(self._reasons(result)),
            {"You protect leads you hold from a pool, while open."},
        )
        self.pool.protect_limit = 0
        other = self._create_leads()
        self._claim(other)
        self.assertIn("not protected", self._reasons(self._protect(other))[0])
        self.pool.protect_limit = 5
        self.pool.member_ids.filtered(lambda m: m.user_id == self.user).unlink()
        self.assertIn("not a member", self._reasons(self._protect(other))[0])

    def test_giving_back_ends_it(self):
        lead = self._create_leads()
        self._claim(lead)
        self._protect(lead)
        lead.user_id = False
        self.assertFalse(lead.protected_until)
        self.assertTrue(self._claim(lead, self.rival)["granted"])

    def test_leaders_give_up_for_others_members_do_not(self):
        lead = self._create_leads()
        self._claim(lead)
        self._protect(lead)
        with self.assertRaises(AccessError):
            self.env(user=self.rival)["c360.pool"].unprotect(lead.ids)
        self.assertTrue(lead.protected_until)
        pools = self.env_of("leader")["c360.pool"]
        self.assertEqual(pools.unprotect(lead.ids + [-1, 2**40]), lead.ids)
        self.assertEqual(self._moves(lead)[-1].kind, "unprotect")
        self.assertEqual(pools.unprotect(lead.ids), [])

    def test_nobody_writes_protection(self):
        lead = self._create_leads()
        self._claim(lead)
        with self.assertRaises(AccessError):
            lead.with_user(self.user).protected_until = "2030-01-01"

    def test_buttons_tell_what_came_of_it(self):
        leads = self._create_leads(3)
        self._claim(leads)
        mine = leads.with_user(self.user)
        self.assertEqual(mine.mapped("can_protect"), [True] * 3)
        params = mine.action_pool_protect()["params"]
        self.assertEqual(params["type"], "warning")
        self.assertIn("2 protected", params["message"])
        mine.invalidate_recordset()
        self.assertEqual(mine.mapped("can_protect"), [False, False, True])
        mine[0].action_pool_unprotect()
        self.assertFalse(leads[0].protected_until)

    def test_strangers_and_bad_input(self):
        lead = self._create_leads()
        for role in ("stranger", "service"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._protect(lead, self.users_by_role[role])
        with self.assertRaisesRegex(UserError, "list of ids"):
            self.env_of("user")["c360.pool"].protect("1")
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_pool"
        )
        with self.assertRaisesRegex(UserError, "switched off"):
            self._protect(lead)

    # Duplicates

    def _pair(self, lead, other, level="surely", state="open"):
        low, high = sorted((lead, other), key=lambda item: item.id)
        return self.env["c360.lead.duplicate"].create(
            {
                "lead_id": low.id,
                "other_lead_id": high.id,
                "level": level,
                "state": state,
                "score": 0.99,
            }
        )

    def test_duplicates_are_protected_too(self):
        lead, mine, waiting, theirs, maybe, rejected, free = self._create_leads(7)
        for other in (mine, waiting, theirs):
            self._pair(lead, other)
        self._pair(lead, maybe, level="maybe")
        self._pair(lead, rejected, state="rejected")
        self._claim(lead + mine)
        self._claim(theirs, self.rival)
        self._protect(lead)
        self.env.invalidate_all()
        self.assertEqual((mine + waiting).protected_lead_id, lead)
        self.assertFalse((theirs + maybe + rejected).filtered("protected_until"))
        self.assertEqual(
            self._reasons(self._claim(waiting, self.rival)),
            [
                "Protected as a duplicate of a lead of Test user until "
                "4/10/26, 9:00\u202fAM."
            ],
        )
        # one place is left: a duplicate uses none up
        self._claim(free)
        self.assertTrue(self._protect(free)["granted"])
        lead.user_id = False
        self.env.invalidate_all()
        self.assertFalse((mine + waiting).filtered("protected_until"))
        self.assertTrue(self._claim(waiting, self.rival)["granted"])

    def test_duplicates_are_free_after_the_time(self):
        lead, waiting = self._create_leads(2)
        self._pair(lead, waiting)
        self._claim(lead)
        self._protect(lead)
        self.assertFalse(self._claim(waiting, self.rival)["granted"])
        with freeze_time("2026-04-10 09:00:00"):
            self.assertTrue(self._claim(waiting, self.rival)["granted"])
        self.assertFalse(waiting.protected_until)

    def _protected_pair(self):
        lead, waiting = self._create_leads(2)
        self._pair(lead, waiting)
        self._claim(lead)
        self._protect(lead)
        self.env.invalidate_all()
        return lead, waiting

    def test_a_protected_duplicate_is_not_handed_out(self):
        """Neither by the plan nor by a manager; leaders do so past the limits."""
        _lead, waiting = self._protected_pair()
        self.pool.allocation = "auto"
        self.assertEqual(self.pool._allocate_slice()[0], [])
        pools = self.env_of("leader")["c360.pool"]
        result = pools._assign(waiting.ids, self.rival)
        self.assertIn("Protected as a duplicate", self._reasons(result)[0])
        result = pools._assign(waiting.ids, self.rival, override=True, reason="Knows")
        self.assertEqual(result["granted"], waiting.ids)

    def test_duplicates_that_come_later_are_protected(self):
        lead = self._create_leads()
        self._claim(lead)
        self._protect(lead)
        late = lead.copy({"user_id": False})
        self.assertEqual(late.pool_state, "pooled")
        self.assertEqual(late.protected_lead_id, lead)
        self.assertEqual(late.protected_until, lead.protected_until)
        self.assertFalse(self._claim(late, self.rival)["granted"])

    def test_duplicates_confirmed_later_are_protected(self):
        lead, waiting = self._create_leads(2)
        pair = self._pair(lead, waiting, level="maybe")
        self._claim(lead)
        self._protect(lead)
        self.env.invalidate_all()
        self.assertFalse(waiting.protected_until)
        pair._decide("confirmed")
        self.assertEqual(waiting.protected_lead_id, lead)

    def test_duplicates_given_back_later_are_protected(self):
        lead, other = self._create_leads(2)
        self._pair(lead, other)
        self._claim(lead)
        self._claim(other, self.rival)
        self._protect(lead)
        self.env.invalidate_all()
        self.assertFalse(other.protected_until)
        other.user_id = False
        self.assertEqual(other.protected_lead_id, lead)
