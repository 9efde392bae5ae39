from datetime import datetime

from odoo.tests import freeze_time, tagged

from .common import CareCommon

NOW = datetime(2027, 3, 9, 16)


@tagged("post_install", "-at_install", "c360_care")
class TestCarePool(CareCommon):
    """Care in the name of who lost the customer's lead waits for the next owner."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["c360.pool"].search([]).active = False
        cls.pool = cls.env["c360.pool"].create({"name": "Rest"})
        cls.env["c360.pool.rule"].create(
            {"kind": "no_followup", "warn_days": 0, "manager_warn_days": 0}
        )
        cls.manager = cls.users_by_role["manager"]
        cls.env["c360.pool.member"].create(
            [
                {"pool_id": cls.pool.id, "user_id": user.id}
                for user in (cls.seller, cls.manager)
            ]
        )

    def _recycle(self, lead):
        pools = self.env["c360.pool"]
        with freeze_time(datetime(2027, 3, 1, 9)):
            pools.with_user(self.seller).claim(lead.ids)
            pools._set_deadlines(lead)
        with freeze_time(NOW):
            self.env.flush_all()
            pools._recycle_isolated(pools._lock_due(10))
        self.assertEqual(lead.pool_state, "pooled")

    def _open_due(self):
        tasks = self.env["c360.care.task"]
        due = tasks.search(tasks._get_due_domain())
        due._open_isolated()
        return due

    def test_tasks_of_the_owner_wait_and_follow_the_lead(self):
        lead = self.env["crm.lead"].create(
            {"name": "Boards", "partner_id": self.buyer.id, "user_id": False}
        )
        todo = self._create_task()
        planned = self._create_task(state="planned", user_id=False)
        foreign = self._create_task(user_id=self.manager.id)
        other = self._create_task(self._create_customer("Mill"))
        self._recycle(lead)
        self.assertEqual((todo + planned).recycled_lead_id, lead)
        self.assertEqual(set((todo + planned).mapped("state")), {"planned"})
        self.assertTrue(todo.is_paused)
        self.assertFalse(todo.user_id)
        self.assertFalse((foreign + other).recycled_lead_id)
        self.assertEqual(foreign.state, "todo")
        with freeze_time(NOW):
            self.assertFalse(self._open_due() & (todo + planned))
            self.env["c360.pool"].with_user(self.manager).claim(lead.ids)
            self._open_due()
        self.assertEqual(set((todo + planned).mapped("state")), {"todo"})
        self.assertEqual((todo + planned).user_id, self.manager)
        self.assertFalse(todo.is_paused)
