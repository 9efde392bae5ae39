from odoo.tests import tagged

from .common import RelationCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerRelationMerge(RelationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mill, cls.yard, cls.shop = (
            cls._create_customer(name) for name in ("Mill", "Yard", "Shop")
        )

    def _merge(self, *partners):
        """Merge contacts into the first one, and return the merge."""
        wizard = self.env["base.partner.merge.automatic.wizard"]
        return wizard._merge([partner.id for partner in partners], partners[0])

    def test_doubles_are_put_aside_and_come_back(self):
        his = self._relate("influences", self.yard, self.shop)
        own = self._relate("influences", self.mill, self.shop)
        other = self._relate("refers", self.yard, self.customer)
        merge = self._merge(self.mill, self.yard)
        self.assertTrue(own.active, "that of the one who stays")
        self.assertFalse(his.active)
        self.assertTrue(other.active)
        self.assertEqual((his | own | other).left_partner_id, self.mill)
        own.date_start = "2026-01-01"
        self.env.flush_all()
        own.date_start = False
        merge.action_undo()
        self.assertTrue(his.active)
        self.assertEqual((his | other).left_partner_id, self.yard)

    def test_nobody_is_related_to_himself(self):
        relation = self._relate("refers", self.mill, self.yard)
        merge = self._merge(self.mill, self.yard)
        self.assertFalse(relation.active)
        self.assertFalse(
            self.env["c360.customer.referral"].search(
                [("partner_id", "=", self.mill.id)]
            )
        )
        merge.action_undo()
        self.assertTrue(relation.active)
        self.assertEqual(
            (relation.left_partner_id, relation.right_partner_id),
            (self.mill, self.yard),
        )

    def test_symmetric_relations_are_double_either_way(self):
        first = self._relate("competes", self.mill, self.shop)
        second = self._relate("competes", self.shop, self.yard)
        self._merge(self.mill, self.yard)
        self.assertEqual((first.active, second.active), (True, False))

    def test_periods_that_do_not_meet_both_stay(self):
        past = self._relate(
            "owns", self.mill, self.shop, date_start="2020-01-01", date_end="2021-01-01"
        )
        now = self._relate("owns", self.yard, self.shop, date_start="2024-01-01")
        self._merge(self.mill, self.yard)
        self.assertEqual((past | now).mapped("active"), [True, True])

    def test_what_still_holds_is_what_stays(self):
        ended = self._relate("owns", self.mill, self.shop, date_end="2021-01-01")
        holds = self._relate("owns", self.yard, self.shop)
        self._merge(self.mill, self.yard)
        self.assertEqual((ended.active, holds.active), (False, True))

    def test_many_at_once(self):
        """The host merges three at a time."""
        others = [self._create_customer(f"Yard {n}") for n in range(5)]
        relations = [self._relate("refers", other, self.shop) for other in others]
        merge = self._merge(self.mill, *others)
        self.assertEqual(sum(relation.active for relation in relations), 1)
        merge.action_undo()
        self.assertTrue(all(relation.active for relation in relations))
        self.assertEqual([relation.left_partner_id for relation in relations], others)
