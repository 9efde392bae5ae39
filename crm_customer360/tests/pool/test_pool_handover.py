from odoo.tests import tagged

from ..customer.test_customer_handover import HandoverCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolHandover(HandoverCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["c360.pool"].search([]).active = False
        cls.pool = cls.env["c360.pool"].create(
            {"name": "North", "manager_ids": (cls.leaver + cls.bert).ids}
        )
        cls.member = cls.env["c360.pool.member"].create(
            {"pool_id": cls.pool.id, "user_id": cls.leaver.id}
        )
        cls.lead.sudo().pool_id = cls.pool

    def test_the_ownership_history_says_why(self):
        self._hand_over()
        move = self.env["c360.pool.move"].search(
            [("lead_id", "=", self.lead.id)], limit=1
        )
        self.assertEqual((move.kind, move.user_id), ("transfer", self.anna))
        self.assertEqual(move.previous_user_id, self.leaver)
        self.assertEqual(move.reason, "Handover of leaver")
        self.assertEqual(self.lead.pool_state, "held")

    def test_pools_managed_and_memberships(self):
        handover = self._hand_over()
        self.assertEqual(self.pool.manager_ids, self.anna + self.bert)
        self.assertFalse(self.member.active)
        handover.action_undo()
        self.assertEqual(self.pool.manager_ids, self.leaver + self.bert)
        self.assertTrue(self.member.active)

    def test_who_managed_a_pool_before_goes_on(self):
        self.pool.manager_ids += self.anna
        handover = self._hand_over()
        self.assertEqual(self.pool.manager_ids, self.anna + self.bert)
        handover.action_undo()
        self.assertEqual(self.pool.manager_ids, self.leaver + self.anna + self.bert)

    def test_who_is_away_gets_nothing_meanwhile(self):
        handover = self._hand_over(mode="until", date_end="2031-01-01")
        self.assertTrue(self.member.active)
        self.assertTrue(self.member.paused)
        handover.action_undo()
        self.assertFalse(self.member.paused)
