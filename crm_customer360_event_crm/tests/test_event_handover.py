from odoo.tests import freeze_time, tagged

from odoo.addons.crm_customer360.tests.customer.test_customer_handover import (
    HandoverCommon,
)


@tagged("post_install", "-at_install", "c360_customer")
class TestEventHandover(HandoverCommon):
    @freeze_time("2026-06-10 12:00:00")
    def test_events_to_come_and_rules(self):
        coming, cancelled, over = self.env["event.event"].create(
            [
                {
                    "name": "Open House",
                    "user_id": self.leaver.id,
                    "date_begin": f"{day} 08:00:00",
                    "date_end": f"{day} 18:00:00",
                    "kanban_state": state,
                }
                for day, state in (
                    ("2026-06-20", "normal"),
                    ("2026-06-20", "cancel"),
                    ("2026-06-09", "normal"),
                )
            ]
        )
        rule = self.env["event.lead.rule"].create(
            {"name": "Everybody", "lead_user_id": self.leaver.id}
        )
        handover = self._hand_over()
        self.assertEqual(handover.problem_count, 0)
        self.assertEqual((coming.user_id, rule.lead_user_id), (self.anna, self.anna))
        self.assertEqual((over + cancelled).user_id, self.leaver)
