from odoo import Command
from odoo.tests import tagged

from ..customer.test_customer_handover import HandoverCommon


@tagged("post_install", "-at_install", "c360_service")
class TestTicketHandover(HandoverCommon):
    def test_teams_led_and_memberships(self):
        one, both = self.env["helpdesk.ticket.team"].create(
            [
                {
                    "name": name,
                    "user_id": self.leaver.id,
                    "user_ids": [Command.set((self.leaver + others).ids)],
                }
                for name, others in (("One", self.bert), ("Both", self.anna))
            ]
        )
        handover = self._hand_over()
        self.assertEqual(handover.problem_count, 0)
        self.assertEqual((one + both).user_id, self.anna)
        self.assertEqual(one.user_ids, self.anna + self.bert)
        self.assertEqual(both.user_ids, self.anna)
        handover.action_undo()
        self.assertEqual((one + both).user_id, self.leaver)
        self.assertEqual(one.user_ids, self.leaver + self.bert)
        self.assertEqual(both.user_ids, self.leaver + self.anna)
