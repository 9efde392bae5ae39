from odoo.tests import tagged

from odoo.addons.crm_customer360.tests.customer.test_customer_handover import (
    HandoverCommon,
)


@tagged("post_install", "-at_install", "c360_customer")
class TestDepartureHandover(HandoverCommon):
    def test_an_employee_who_departs_leaves_a_draft(self):
        activity = self.lead.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.leaver.id
        )
        employee = self.env["hr.employee"].create(
            {"name": "leaver", "user_id": self.leaver.id}
        )
        wizard = self.env["hr.departure.wizard"].with_context(
            employee_termination=True, active_ids=employee.ids
        )
        wizard.create(
            {"employee_ids": employee.ids, "remove_related_user": True}
        ).action_register_departure()
        self.assertFalse(self.leaver.active)
        self.assertEqual(activity.exists().user_id, self.leaver)
        draft = self.env["c360.customer.handover"].search(
            [("user_ids", "in", self.leaver.ids)]
        )
        self.assertEqual((draft.state, draft.team_ids), ("preview", self.team))
        self.assertIn(activity.id, draft.item_ids.mapped("res_id"))
