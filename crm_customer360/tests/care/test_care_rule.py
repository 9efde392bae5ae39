from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from .common import NOW, CareCommon


@tagged("post_install", "-at_install", "c360_care")
@freeze_time(NOW)
class TestCareRule(CareCommon):
    def test_an_event_plans_a_task(self):
        order = self._create_order()
        task = self._plan(order)
        self.assertRecordValues(
            task,
            [
                {
                    "rule_id": self.rule.id,
                    "partner_id": self.buyer.id,
                    "customer_id": self.customer.id,
                    "company_id": self.company.id,
                    "source_model": "sale.order",
                    "source_id": order.id,
                    "source_display": order.name,
                    "date_event": NOW,
                    "date": NOW + timedelta(days=5),
                    "date_deadline": (NOW + timedelta(days=7)).date(),
                    "state": "planned",
                    "user_id": False,
                }
            ],
        )
        self.assertEqual(task.reason, f"{order.name} was ordered on 03/02/2026.")

    def test_a_rule_acts_once_per_document(self):
        order = self._create_order()
        first = self._plan(order)
        self.assertFalse(self._plan(order, order), "seen again, and twice in a slice")
        self.assertEqual(self._get_tasks(), first)
        self._create_rule("Another")
        self.assertEqual(len(self._plan(order)), 1, "another rule acts for itself")

    def test_only_the_rules_of_the_event_act(self):
        self.assertFalse(self._plan(self._create_order(), kind="return_done"))
        self.rule.active = False
        self.assertFalse(self._plan(self._create_order()))
        events = self._record(self._create_order()).with_context(active_test=False)
        planner = self.env["c360.care.planner"].with_context(active_test=False)
        self.assertFalse(planner._plan(events), "whatever the context says")

    def test_a_new_rule_does_not_act_on_the_past(self):
        rule = self._create_rule("New", date_start=NOW)
        order = self._create_order()
        before = self._plan(order, date=NOW - timedelta(seconds=1))
        self.assertNotIn(rule, before.rule_id)
        self.assertIn(rule, self._plan(order, date=NOW).rule_id)

    def test_switching_a_rule_on_again_starts_it_anew(self):
        self.rule.active = False
        with freeze_time(NOW + timedelta(days=30)):
            self.rule.active = True
            self.assertEqual(self.rule.date_start, NOW + timedelta(days=30))
            self.rule.write({"active": True})
        self.assertEqual(self.rule.date_start, NOW + timedelta(days=30))

    def test_only_customers_that_match(self):
        self.rule.partner_domain = "[('ref', '=', 'GOLD')]"
        other = self._create_customer("Gold Mill", ref="GOLD")
        tasks = self._plan(self._create_order(), self._create_order(other))
        self.assertEqual(tasks.partner_id, other)

    def test_only_the_customers_of_its_segments(self):
        Segment = self.env["c360.customer.segment"]
        chosen, left_out = Segment.create(
            [
                {"name": "Chosen", "kind": "fixed"},
                {"name": "Left out", "kind": "fixed"},
            ]
        )
        self.rule.segment_ids = chosen
        self.assertIn("matches the filter", self.rule.sentence)
        self.assertFalse(self._plan(self._create_order()))
        chosen._add_partners(self.customer)
        self.assertTrue(self._plan(self._create_order()))
        self.rule.excluded_segment_ids = left_out
        self.assertTrue(self._plan(self._create_order()))
        left_out._add_partners(self.customer)
        self.assertFalse(self._plan(self._create_order()))
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            chosen.unlink()

    def test_companies_are_apart(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        self.rule.company_id = company
        self.assertFalse(self._plan(self._create_order()))
        task = self._plan(self._create_order(), company_id=company.id)
        self.assertEqual(task.company_id, company)

    def test_whoever_wants_no_contact_is_left_alone(self):
        self._create_task().action_unwanted()
        self.assertFalse(self._plan(self._create_order()))
        self.assertTrue(self._plan(self._create_order(self.engineer)))

    def test_switched_off_nothing_is_planned(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_care"
        )
        self.assertFalse(self._plan(self._create_order()))

    def test_planning_costs_the_same_for_many(self):
        events = self._record(*(self._create_order() for _i in range(3)))
        many = self._record(*(self._create_order() for _i in range(30)))
        planner = self.env["c360.care.planner"]
        planner._plan(events[:1])
        counts = []
        for slice_ in (events[1:], many):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            planner._plan(slice_)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(*counts)
        self.assertLessEqual(counts[0], 15)

    def test_the_rule_says_what_it_does(self):
        self.assertEqual(
            self.rule.sentence,
            "5 days after an order is confirmed, make a task for the customer's "
            "salesperson.",
        )
        with Form(self.rule) as form:
            form.delay_days = 1
            form.trigger = "delivery_done"
            self.assertEqual(
                form.sentence,
                "1 day after a delivery is done, make a task for the customer's "
                "salesperson.",
            )
            form.delay_days = 0
            form.user_mode = "fixed"
            form.user_id = self.users_by_role["care"]
            form.partner_domain = "[('ref', '=', 'GOLD')]"
            self.assertEqual(
                form.sentence,
                "As soon as a delivery is done, make a task for Test care, if the "
                "customer matches the filter.",
            )

    def test_a_rule_counts_and_opens_its_tasks(self):
        task = self._create_task()
        self.assertEqual(self.rule.task_count, 1)
        action = self.rule.action_view_tasks()
        self.assertEqual(self.env["c360.care.task"].search(action["domain"]), task)

    def test_a_broken_filter_is_refused(self):
        for domain in ("[('no_such_field', '=', 1)]", "[(", "[('name', '=', foo)]"):
            with self.assertRaisesRegex(ValidationError, "Thank and ask"):
                self.rule.partner_domain = domain

    def _break_filter(self, text):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE c360_care_rule SET partner_domain = %s WHERE id = %s",
                text,
                self.rule.id,
            )
        )
        self.env.invalidate_all()

    @mute_logger(
        "odoo.sql_db", "odoo.addons.crm_customer360.models.care.c360_care_rule"
    )
    def test_a_broken_filter_stops_only_its_rule(self):
        other = self._create_rule("Another")
        for text in ("[('gone', '=', 1)]", "[('id', '=', 99999999999999999999999)]"):
            with self.subTest(text):
                self._break_filter(text)
                event = self._record(self._create_order())
                event._process_isolated()
                self.assertFalse(event.exists(), "the profile was refreshed")
                self.assertEqual(self._get_tasks().rule_id, other)
        self._break_filter("[('gone', '=', 1)]")
        self._plan(self._create_order())
        self.assertIn("gone", self.rule.filter_error)
        self.rule.partner_domain = "[('name', '!=', 'x')]"
        self.assertFalse(self.rule.filter_error)
        self.assertIn(self.rule, self._plan(self._create_order()).rule_id)

    def test_one_person_has_to_be_named(self):
        with self.assertRaisesRegex(ValidationError, "Say who"):
            self.rule.write({"user_mode": "fixed", "user_id": False})

    @mute_logger("odoo.sql_db")
    def test_negative_days_are_refused(self):
        for field in ("delay_days", "days_to_act"):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.rule[field] = -1
                self.rule.flush_recordset()
            self.rule.invalidate_recordset()

    def test_a_rule_with_tasks_cannot_be_deleted(self):
        self._create_task()
        with self.assertRaisesRegex(UserError, "Thank and ask.*Archive it instead"):
            self.rule.with_user(self.users_by_role["care"]).unlink()
        unused = self._create_rule("Unused")
        unused.with_user(self.users_by_role["care"]).unlink()
        self.assertFalse(unused.exists())

    def test_rules_and_tasks_go_with_their_company(self):
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT conrelid::regclass::text, confdeltype
                    FROM pg_constraint
                   WHERE contype = 'f'
                     AND confrelid = 'res_company'::regclass
                     AND conrelid::regclass::text LIKE 'c360_care%%'
                ORDER BY 1
                """
            )
        )
        self.assertEqual(rows, [("c360_care_rule", "c"), ("c360_care_task", "c")])
        # as the database does it: tasks must not hold back the rule
        task = self._create_task()
        self.env.flush_all()
        self.env.cr.execute(
            SQL("DELETE FROM c360_care_rule WHERE id = %s", self.rule.id)
        )
        self.env.invalidate_all()
        self.assertFalse(task.exists())

    def test_the_rule_that_comes_with_the_addon(self):
        rule = self.env.ref("crm_customer360.c360_care_rule_delivery")
        self.assertEqual((rule.trigger, rule.delay_days), ("delivery_done", 5))
        self.assertLess(rule.date_start, datetime.max)
        self.assertEqual(rule.mail_template_id.model, "c360.care.task")
