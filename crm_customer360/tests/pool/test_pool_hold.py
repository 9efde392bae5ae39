from contextlib import contextmanager

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolHold(PoolCommon):
    """Limits of what one holds hold on every road, not at a claim only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.hold_limit = 1
        cls.first, cls.second = cls._create_leads(2)

    @contextmanager
    def refused(self, words):
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            yield

    def _take(self, lead, user=None):
        self.assertTrue(self._claim(lead, user)["granted"])
        return lead.with_user(user or self.user)

    def test_an_archived_lead_comes_back_within_the_limit(self):
        first = self._take(self.first)
        first.action_archive()
        second = self._take(self.second)
        with self.refused("may hold 1 leads"):
            first.action_unarchive()
        second.action_archive()
        first.action_unarchive()
        self.assertTrue(self.first.active)

    def test_a_lost_lead_comes_back_within_the_limit(self):
        first = self._take(self.first)
        first.action_set_lost()
        self._take(self.second)
        for reopen in (
            first.action_restore,
            lambda: first.write({"active": True, "probability": 10}),
        ):
            with self.refused("may hold 1 leads"):
                reopen()
        first.with_user(self.users_by_role["leader"]).action_restore()
        self.assertEqual(self.first.won_status, "pending")

    def test_a_won_lead_comes_back_within_the_limit(self):
        first = self._take(self.first)
        stage = first.stage_id
        first.action_set_won()
        self._take(self.second)
        with self.refused("may hold 1 leads"):
            first.stage_id = stage

    def test_closed_leads_are_not_handed_over_to_be_opened(self):
        first = self._take(self.first)
        first.action_archive()
        self._take(self.second, self.rival)
        with self.refused("Rita Rival may hold 1 leads"):
            first.write({"user_id": self.rival.id, "active": True})

    def test_own_limits_and_limits_of_a_grade_bind_a_hand_over(self):
        self.pool.hold_limit = 0
        first = self._take(self.first)
        self._take(self.second, self.rival)
        members = self.pool.member_ids.filtered(lambda m: m.user_id == self.rival)
        members.write({"own_limits": True, "hold_limit": 1})
        with self.refused("Rita Rival may hold 1 leads of “Rest”"):
            first.user_id = self.rival
        members.hold_limit = 5
        self.env["c360.pool.limit"].create(
            {"pool_id": self.pool.id, "grade": "key", "hold_limit": 1}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET grade = 'key' WHERE id = ANY(%s)",
            [(self.first + self.second).ids],
        )
        self.env.invalidate_all()
        with self.refused("of grade “Key”"):
            first.user_id = self.rival
        first.with_user(self.users_by_role["leader"]).user_id = self.rival
        self.assertEqual(self.first.user_id, self.rival)

    def test_what_does_not_count_fills_no_place(self):
        self.pool.hold_excludes = "opportunity"
        deals = self._create_leads(2, type="opportunity")
        self.assertEqual(len(self._claim(deals)["granted"]), 1)
        first = deals.filtered("user_id").with_user(self.user)
        first.action_archive()
        self._take(deals.filtered(lambda lead: not lead.user_id))
        first.action_unarchive()
        self.assertTrue(first.active)

    def test_only_members_are_handed_leads(self):
        outsider = new_test_user(
            self.env,
            login="c360_outsider",
            name="Otto Outside",
            groups="crm_customer360.group_user",
            company_id=self.company.id,
        )
        first = self._take(self.first)
        with self.refused("Otto Outside is not a member"):
            first.user_id = outsider
        first.with_user(self.users_by_role["leader"]).user_id = outsider
        self.assertEqual(self.first.user_id, outsider)
