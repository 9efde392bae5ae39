from odoo.tests import tagged

from ..customer.test_customer_handover import HandoverCommon


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadHandover(HandoverCommon):
    def test_card_lists_that_name_him(self):
        waiting, done = self.env["c360.lead.import"].create(
            [{"user_id": self.leaver.id, "state": state} for state in ("draft", "done")]
        )
        handover = self._hand_over()
        self.assertEqual(handover.problem_count, 0)
        self.assertEqual((waiting.user_id, done.user_id), (self.anna, self.leaver))
