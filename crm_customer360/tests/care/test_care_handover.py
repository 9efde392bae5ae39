from odoo.tests import freeze_time, new_test_user, tagged

from .common import NOW, CareCommon


@tagged("post_install", "-at_install", "c360_care")
class TestCareHandover(CareCommon):
    @freeze_time(NOW)
    def test_open_tasks_and_rules_that_name_him(self):
        successor = new_test_user(
            self.env,
            login="c360_next",
            name="next",
            groups="crm_customer360.group_user",
        )
        self.rule.write({"user_mode": "fixed", "user_id": self.seller.id})
        values = {
            "rule_id": self.rule.id,
            "partner_id": self.buyer.id,
            "source_model": "res.partner",
            "source_id": self.buyer.id,
            "date": NOW,
            "user_id": self.seller.id,
            "company_id": self.company.id,
        }
        todo, done = self.env["c360.care.task"].create(
            [
                {**values, "period_key": state, "state": state}
                for state in ("todo", "done")
            ]
        )
        handover = self.env["c360.customer.handover"].create(
            {"user_ids": self.seller.ids, "fallback_id": successor.id}
        )
        handover.action_prepare()
        handover.action_start()
        self.assertEqual(handover.problem_count, 0)
        self.assertEqual(todo.user_id, successor)
        self.assertEqual(done.user_id, self.seller)
        self.assertEqual(self.rule.user_id, successor)
