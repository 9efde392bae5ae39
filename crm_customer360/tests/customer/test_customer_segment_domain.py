from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerSegmentDomain(CustomerCommon):
    """What a filter may look at: the documents of the company, no segments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-06-01"))
        cls.Segment = cls.env["c360.customer.segment"]
        cls.mill = cls._create_customer("Paper Mill")
        cls.yard = cls._create_customer("Boat Yard")
        cls.second, cls.colleague = cls._create_second_company()
        cls._order("2026-05-01", partner=cls.mill, price=100)
        cls.theirs = cls._order(
            "2026-05-01", partner=cls.mill, price=900, company_id=cls.second.id
        )
        cls.Profile._refresh()

    def _segment(self, domain, **values):
        segment = self.Segment.create(
            {"name": "Test", "reach": "all", "domain": str(domain), **values}
        )
        segment._refresh()
        self.assertFalse(segment.refresh_error)
        return segment

    def _found(self, *leaves, **values):
        among = [("id", "in", (self.mill + self.yard).ids)]
        return self._segment([*leaves, *among], **values)

    def test_documents_of_other_companies_do_not_count(self):
        order = self.theirs
        leaves = {
            "path": ("sale_order_ids.amount_untaxed", ">", 500),
            "any": ("sale_order_ids", "any", [("amount_untaxed", ">", 500)]),
            "id": ("sale_order_ids", "=", order.id),
            "ids": ("sale_order_ids", "in", order.ids),
            "name": ("sale_order_ids", "ilike", order.name),
            "exact": ("sale_order_ids", "=", order.name),
            "deep": ("sale_order_ids.order_line.price_unit", ">", 500),
            "people": ("child_ids.sale_order_ids.amount_untaxed", ">", 500),
            "profile": ("c360_profile_ids.revenue", ">", 500),
            "self": ("id", "any", [("sale_order_ids.amount_untaxed", ">", 500)]),
        }
        child = self.env["res.partner"].create(
            {"name": "Emil", "parent_id": self.mill.id}
        )
        self._order("2026-05-02", child, price=901, company_id=self.second.id)
        leader = self.users_by_role["leader"]
        for name, leaf in leaves.items():
            with self.subTest(name):
                segment = self._found(leaf)
                self.assertFalse(segment._get_partners())
                preview = segment.with_user(leader)
                self.assertEqual((preview.preview_count, preview.preview_error), (0, 0))
                there = self._found(leaf, company_id=self.second.id)
                self.assertEqual(there._get_partners(), self.mill)

    def test_nor_do_they_in_what_is_missing(self):
        order = self.theirs
        self._order("2026-05-01", partner=self.yard, company_id=self.second.id)
        none = self._found(("sale_order_ids", "=", False))
        self.assertEqual(none._get_partners(), self.yard)
        some = self._found(("sale_order_ids", "!=", False))
        self.assertEqual(some._get_partners(), self.mill)
        both = self.mill + self.yard
        for leaf in (
            ("sale_order_ids", "not in", order.ids),
            ("sale_order_ids", "not ilike", order.name),
            ("sale_order_ids", "not any", [("amount_untaxed", ">", 500)]),
        ):
            with self.subTest(leaf):
                self.assertEqual(self._found(leaf)._get_partners(), both)
        there = self._found(
            ("sale_order_ids", "not in", order.ids), company_id=self.second.id
        )
        self.assertEqual(there._get_partners(), self.yard)

    def test_the_filter_of_a_condition_is_kept_to_the_company_too(self):
        domain = str([("partner_id.sale_order_ids.amount_untaxed", ">", 500)])
        segment = self._found(
            condition_ids=[Command.create({"subject": "order", "domain": domain})]
        )
        self.assertFalse(segment._get_partners())
        domain = str([("partner_id.sale_order_ids.amount_untaxed", ">", 50)])
        segment.condition_ids.domain = domain
        segment._refresh()
        self.assertEqual(segment._get_partners(), self.mill)

    def test_salespeople_of_several_companies_stay_findable(self):
        seller = self.users_by_role["user"]
        seller.company_ids += self.second
        seller.company_id = self.second
        self.yard.user_id = seller
        found = self._found(("user_id.login", "=", seller.login))
        self.assertEqual(found._get_partners(), self.yard)

    def test_a_filter_does_not_ask_for_segments(self):
        """What segments are built on is known by their conditions alone."""
        inner = self._segment([])
        for domain in (
            [("c360_segment_ids", "in", inner.ids)],
            [("c360_segment_ids", "not in", inner.ids)],
            ["!", ("c360_segment_ids.name", "=", "Test")],
            [("child_ids", "any", [("c360_segment_ids", "=", False)])],
            [("parent_id.c360_segment_ids", "in", inner.ids)],
        ):
            with (
                self.subTest(domain),
                self.assertRaisesRegex(ValidationError, "a place in other segments"),
            ):
                self._segment(domain)
        condition = {
            "subject": "profile",
            "domain": str([("c360_segment_ids", "in", inner.ids)]),
        }
        with self.assertRaisesRegex(ValidationError, "a place in other segments"):
            self._segment([], condition_ids=[Command.create(condition)])
