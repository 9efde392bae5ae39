from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import NOW, CareCommon


@tagged("post_install", "-at_install", "c360_care")
@freeze_time(NOW)
class TestCareTask(CareCommon):
    def _as_seller(self, task):
        return task.with_user(self.seller)

    def test_one_click_says_how_it_went(self):
        for outcome in ("happy", "no_answer", "unwanted"):
            with self.subTest(outcome):
                task = self._create_task(self._create_customer(outcome))
                task.user_id = self.seller
                getattr(self._as_seller(task), f"action_{outcome}")()
                self.assertRecordValues(
                    task, [{"state": "done", "outcome": outcome, "date_done": NOW}]
                )

    def test_a_problem_becomes_a_complaint(self):
        task = self._create_task()
        task.note = "Two boards\nare split <again>"
        action = self._as_seller(task).action_problem()
        ticket = task.ticket_id
        self.assertEqual(
            (action["res_model"], action["res_id"]), (ticket._name, ticket.id)
        )
        self.assertRecordValues(
            ticket,
            [
                {
                    "name": f"Problem with {task.source_display}",
                    "is_complaint": True,
                    "partner_id": self.buyer.id,
                    "company_id": self.company.id,
                    "user_id": False,
                }
            ],
        )
        self.assertIn("are split &lt;again&gt;", ticket.description)
        self.assertEqual((task.state, task.outcome), ("done", "problem"))
        # he who reported it may follow it, though he has no role in service
        ticket.with_user(self.seller).check_access("read")
        self.assertEqual(task.action_view_ticket()["res_id"], ticket.id)

    def test_a_problem_is_a_plain_ticket_without_complaints(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_complaint"
        )
        task = self._create_task()
        self._as_seller(task).action_problem()
        self.assertFalse(task.ticket_id.is_complaint)

    def test_who_wants_no_contact_gets_no_other_task(self):
        task, other = self._create_task(), self._create_task()
        other.user_id = self.users_by_role["care"]
        elsewhere = self._create_task(self.engineer)
        self._as_seller(task).action_unwanted()
        self.assertEqual(
            (other.state, other.cancel_reason),
            ("cancelled", "The person wants no contact."),
        )
        self.assertEqual(elsewhere.state, "todo")

    def test_what_another_company_does_stays_its_own(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        task, theirs = self._create_task(), self._create_task()
        theirs.company_id = company
        self._as_seller(task).action_unwanted()
        self.assertEqual(theirs.state, "todo")
        self.assertFalse(self._plan(self._create_order()))
        later = self._plan(self._create_order(), company_id=company.id)
        self.assertEqual(later.company_id, company)
        # said to both, nobody turns to him
        theirs.action_unwanted()
        self.assertEqual(later.state, "cancelled")
        self.assertFalse(self._plan(self._create_order(), company_id=company.id))

    def test_a_click_can_be_undone(self):
        task = self._create_task()
        self._as_seller(task).action_no_answer()
        self._as_seller(task).action_reopen()
        self.assertRecordValues(
            task, [{"state": "todo", "outcome": False, "date_done": False}]
        )
        with self.assertRaisesRegex(UserError, "no longer possible"):
            task.action_reopen()

    def test_not_needed(self):
        task = self._create_task(state="planned")
        self._as_seller(task).action_cancel()
        self.assertEqual(
            (task.state, task.cancel_reason), ("cancelled", "Cancelled by Test user.")
        )
        with self.assertRaisesRegex(UserError, "no longer possible"):
            task.action_cancel()

    def test_a_task_is_done_once(self):
        task = self._create_task()
        task.action_happy()
        for action in ("action_happy", "action_problem", "action_unwanted"):
            with self.assertRaisesRegex(UserError, "no longer possible"):
                getattr(task, action)()
        self.assertEqual(task.outcome, "happy")

    def test_the_reason_is_a_sentence(self):
        task = self._create_task()
        order = task.source_display
        for trigger, text in (
            ("delivery_done", "was delivered on"),
            ("order_confirmed", "was ordered on"),
            ("invoice_paid", "was paid on"),
            ("return_done", "came back on"),
        ):
            self.rule.trigger = trigger
            self.assertEqual(task.reason, f"{order} {text} 03/02/2026.")

    def test_the_document_opens(self):
        task = self._create_task()
        action = task.action_view_source()
        order = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(order.name, task.source_display)
        order.unlink()
        with self.assertRaisesRegex(UserError, "was deleted"):
            task.action_view_source()

    def test_a_document_whose_app_is_gone_says_so(self):
        task, other = self._create_task(state="planned"), self._create_task()
        task.source_model = "gone.document"
        with self.assertRaisesRegex(UserError, "no longer installed"):
            self._as_seller(task).action_view_source()
        (task + other)._open()
        self.assertEqual(
            (task.state, task.cancel_reason),
            ("cancelled", "The app of the document is no longer installed."),
        )
        self.assertEqual(other.state, "todo")
        self.assertFalse(
            self.env["c360.care.source"]._get_facts("gone.document", [task.source_id])
        )

    def test_merging_contacts_keeps_every_task(self):
        first, second = self._create_task(), self._create_task(self.engineer)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.buyer + self.engineer).ids, self.buyer, extra_checks=False
        )
        self.env.invalidate_all()
        self.assertEqual((first + second).partner_id, self.buyer)
        self.assertEqual((first + second).customer_id, self.customer)

    def test_merging_into_another_customer_moves_the_tasks(self):
        task = self._create_task()
        mill = self._create_customer("Other Mill")
        clerk = self.env["res.partner"].create(
            {"name": "Clara Clerk", "parent_id": mill.id}
        )
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.buyer + clerk).ids, clerk, extra_checks=False
        )
        self.env.invalidate_all()
        self.assertEqual((task.partner_id, task.customer_id), (clerk, mill))

    def test_deleting_a_contact_does_not_fail(self):
        partner = self._create_customer("Short Lived")
        task = self._create_task(partner)
        self.env["sale.order"].browse(task.source_id).unlink()
        partner.unlink()
        self.assertFalse(task.exists())
