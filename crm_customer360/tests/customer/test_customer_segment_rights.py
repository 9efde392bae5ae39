from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerSegmentRights(CustomerCommon):
    """A segment tells nobody about customers he may not see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-06-01"))
        cls.Segment = cls.env["c360.customer.segment"]
        cls.mill = cls._create_customer("Paper Mill")
        cls.yard = cls._create_customer("Boat Yard")
        cls.fair = cls.Segment.create({"name": "Fair", "kind": "fixed"})

    def _create_as(self, role, **values):
        return self.env_of(role)["c360.customer.segment"].create(
            {"name": f"Of {role}", "reach": "all", **values}
        )

    def test_a_segment_does_not_tell_about_customers_of_others(self):
        """The refresh asks for everybody; what it found out stays with the rules."""
        self.mill.user_id = self.users_by_role["leader"]
        self.yard.user_id = self.users_by_role["user"]
        people = self.mill + self.yard
        for partner in people:
            self._order("2026-05-01", partner=partner)
        self.Profile._refresh()
        mine = self._create_as(
            "user",
            domain=str([("id", "in", people.ids)]),
            condition_ids=[Command.create({"subject": "profile"})],
        )
        mine.action_refresh()
        self.assertEqual(mine.sudo().partner_count, 2)
        self.env.invalidate_all()
        hidden = ["partner_count", "entered_count", "left_count"]
        self.assertFalse(mine.fields_get(hidden))
        self.assertEqual(mine.own_count, 1)
        Partner = mine.env["res.partner"]
        for domain in (
            [("c360_segment_ids", "in", mine.ids)],
            [("c360_segment_ids", "!=", False), ("id", "in", people.ids)],
            [("c360_segment_ids.name", "=", mine.name)],
        ):
            self.assertEqual(Partner.search(domain).ids, self.yard.ids)
        with self.assertRaises(AccessError):
            mine.search([("partner_count", ">", 1)])
        seen = people.with_env(mine.env)
        self.assertEqual(seen.mapped("c360_segment_ids"), mine)
        self.assertFalse(seen[0].c360_segment_ids)
        self.assertEqual(mine._get_partners().ids, self.yard.ids)
        page = mine.env["c360.customer.page"].load(self.mill.id)
        self.assertEqual(page["header"]["segments"], [])
        leader = mine.with_user(self.users_by_role["leader"])
        self.assertEqual((leader.partner_count, leader.own_count), (2, 2))

    def test_nor_does_the_preview(self):
        self.mill.user_id = self.users_by_role["leader"]
        self._order("2026-05-01", partner=self.mill)
        self.Profile._refresh()
        self.fair._add_partners(self.mill)
        mine = self._create_as("user", domain=str([("id", "=", self.mill.id)]))
        mine.action_refresh()
        self.env.invalidate_all()
        self.assertEqual((mine.preview_count, mine.preview_new_count), (1, 1))
        self.assertFalse(mine.preview_overlap)
        place = {"subject": "segment", "other_segment_ids": self.fair.ids}
        for vals in (
            {"reach": "customer"},
            {"reach": "profile"},
            {"condition_ids": [Command.create(place)]},
            {"kind": "fixed"},
        ):
            with self.subTest(vals):
                # two drafts of one segment are the same record
                self.env.invalidate_all()
                preview = mine.new(vals, origin=mine)
                self.assertFalse(preview.preview_error)
                self.assertEqual(preview.preview_count, 0)
        self.env.invalidate_all()
        excluded = mine.new({"excluded_segment_ids": self.fair.ids}, origin=mine)
        self.assertEqual((excluded.preview_error, excluded.preview_count), (False, 1))
        leader = self.fair.with_user(self.users_by_role["leader"])
        self.assertEqual((leader.preview_count, leader.preview_error), (1, False))
        self.assertIn("Of user", leader.preview_overlap)

    def test_profiles_do_not_tell_the_segments_of_colleagues(self):
        self.yard.user_id = self.users_by_role["user"]
        self._order("2026-05-01", partner=self.yard)
        self.Profile._refresh()
        private = self.Segment.create(
            {"name": "Private", "kind": "fixed", "visibility": "own"}
        )
        private._add_partners(self.yard)
        self.fair._add_partners(self.yard)
        env = self.env_of("user")
        profile = self._profile(self.yard).with_env(env)
        self.assertEqual(profile.c360_segment_ids.ids, self.fair.ids)
        domain = [("c360_segment_ids", "in", private.ids)]
        self.assertFalse(env["c360.customer.profile"].search(domain))
