from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import NOW, CareCommon

OPENING = "odoo.addons.crm_customer360.models.care.c360_care_opening_mixin"


@tagged("post_install", "-at_install", "c360_care")
@freeze_time(NOW)
class TestCareFlow(CareCommon):
    """From the sales order to the task on somebody's list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.trigger = "delivery_done"
        cls.due = NOW + timedelta(days=5)

    def _deliver(self, partner=None):
        order = self._create_order(partner)
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 2, "picked": True})
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def _return(self, picking, quantity):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = quantity
        action = wizard.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        back.move_ids.write({"quantity": quantity, "picked": True})
        back.button_validate()
        return back

    def test_from_order_to_task(self):
        picking = self._deliver()
        self.assertFalse(self._get_tasks(), "the delivery itself makes no task")
        self._run_outbox()
        task = self._get_tasks()
        self.assertRecordValues(
            task,
            [
                {
                    "state": "planned",
                    "source_model": "stock.picking",
                    "source_id": picking.id,
                    "source_display": picking.sale_id.name,
                    "partner_id": self.buyer.id,
                    "date": self.due,
                }
            ],
        )
        with freeze_time(self.due - timedelta(minutes=1)):
            self._run_cron()
            self.assertEqual(task.state, "planned")
        with freeze_time(self.due):
            self._run_cron()
            self.assertEqual((task.state, task.user_id), ("todo", self.seller))
        self.assertFalse(self.env["mail.mail"].search([("res_id", "=", task.id)]))

    def test_what_came_back_needs_no_thanks(self):
        picking = self._deliver()
        self._run_outbox()
        self._return(picking, 2)
        with freeze_time(self.due):
            self._run_cron()
        self.assertRecordValues(
            self._get_tasks(),
            [
                {
                    "state": "cancelled",
                    "cancel_reason": "Everything that was delivered came back.",
                }
            ],
        )

    def test_a_part_that_came_back_changes_nothing(self):
        picking = self._deliver()
        self._run_outbox()
        self._return(picking, 1)
        with freeze_time(self.due):
            self._run_cron()
        self.assertEqual(self._get_tasks().state, "todo")

    def test_what_is_no_longer_true_falls_away(self):
        self.rule.trigger = "order_confirmed"
        cases = {
            "The order was cancelled.": lambda task, order: order._action_cancel(),
            "The document was deleted.": lambda task, order: order.unlink(),
            "The contact was archived.": lambda task, order: task.partner_id.write(
                {"active": False}
            ),
        }
        for reason, change in cases.items():
            with self.subTest(reason):
                partner = self._create_customer(reason)
                order = self._create_order(partner)
                task = self._plan(order)
                change(task, order)
                task._open()
                self.assertEqual(
                    (task.state, task.cancel_reason), ("cancelled", reason)
                )

    def test_a_refunded_invoice_needs_no_thanks(self):
        invoice = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.buyer.id}
        )
        self.rule.trigger = "invoice_paid"
        task = self._plan(invoice, kind="invoice_paid")
        invoice.button_cancel()
        task._open()
        self.assertEqual(task.cancel_reason, "The invoice was cancelled or refunded.")

    def test_a_rule_switched_off_opens_nothing(self):
        task = self._create_planned()
        self.rule.active = False
        task._open()
        self.assertEqual(task.cancel_reason, "The rule was switched off.")

    def test_care_switched_off_opens_nothing(self):
        task = self._create_planned()
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_care"
        )
        with freeze_time(self.due):
            self._run_cron()
        self.assertEqual(task.state, "planned")

    def _create_planned(self, partner=None):
        self.rule.trigger = "order_confirmed"
        return self._plan(self._create_order(partner))

    def test_who_does_it(self):
        officer = self.users_by_role["care"]
        task = self._create_planned()
        self.assertEqual(task._get_responsible(), self.seller)
        self.rule.user_id = officer
        self.assertEqual(task._get_responsible(), self.seller)
        self.customer.user_id = False
        self.assertEqual(task._get_responsible(), officer, "there is no salesperson")
        self.rule.user_id = False
        self.assertFalse(task._get_responsible())
        self.customer.user_id = self.seller
        self.seller.active = False
        self.assertFalse(task._get_responsible(), "he has left")
        self.rule.write({"user_mode": "fixed", "user_id": officer.id})
        self.assertEqual(task._get_responsible(), officer)
        task.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertFalse(task._get_responsible(), "not his company")

    def test_an_immediate_task_wakes_the_job(self):
        self.rule.delay_days = 0
        cron = self.env.ref("crm_customer360.ir_cron_care_task")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self._create_planned()
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]),
            triggers + 1,
        )

    @mute_logger(OPENING)
    def test_one_bad_task_does_not_stop_the_others(self):
        tasks = self.env["c360.care.task"].union(
            *(self._create_planned() for _i in range(3))
        )
        bad = tasks[1]
        get_responsible = type(tasks)._get_responsible

        def fail(task):
            if task == bad:
                raise ValueError("no luck")
            return get_responsible(task)

        with (
            freeze_time(self.due),
            patch.object(type(tasks), "_get_responsible", fail),
        ):
            self._run_cron()
        self.assertEqual(tasks.mapped("state"), ["todo", "planned", "todo"])
        self.assertEqual(bad.error, "no luck")
        with freeze_time(self.due):
            self._run_cron()
            self.assertEqual(bad.state, "planned", "it waits for somebody to retry")
            bad.action_retry()
            self._run_cron()
        self.assertEqual(bad.state, "todo")

    def test_a_collision_is_no_fault_of_the_task(self):
        task = self._create_planned()
        with (
            patch.object(type(task), "_open", side_effect=SerializationFailure),
            self.assertRaises(SerializationFailure),
        ):
            task._open_isolated()
        self.assertRecordValues(task, [{"state": "planned", "error": False}])

    def test_the_job_works_in_slices_and_goes_on(self):
        tasks = self.env["c360.care.task"].union(
            *(self._create_planned() for _i in range(5))
        )
        progress = []

        def commit_progress(cron, processed=0, *, remaining=None, **kwargs):
            progress.append((processed, remaining))
            return len(progress) < 2  # out of time after two slices

        with (
            freeze_time(self.due),
            patch(f"{OPENING}.SLICE", 2),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", commit_progress
            ),
        ):
            self.env["c360.care.task"]._cron_open_due()
            self.assertEqual(progress, [(2, 3), (2, 1)])
            self.env["c360.care.task"]._cron_open_due()
        self.assertEqual(set(tasks.mapped("state")), {"todo"})

    def test_opening_costs_the_same_for_many(self):
        self.rule.trigger = "order_confirmed"
        few = self._plan(*(self._create_order() for _i in range(2)))
        many = self._plan(*(self._create_order() for _i in range(30)))
        counts = []
        for tasks in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            tasks._open()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(*counts)
