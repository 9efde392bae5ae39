from datetime import date, datetime
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCase

from .recycle_common import MONDAY, RecycleCommon

FIVE_DAYS = datetime(2027, 3, 8, 16)
NOTE, MESSAGE = "Thinking", "Dear Berta"


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolDeadline(RecycleCommon, MailCase):
    """The deadline stands on the lead the moment something sets it."""

    # ------------------------------------------------------------
    # Working days
    # ------------------------------------------------------------

    def test_fresh_claim_never_expires_at_once(self):
        self._rule(days=1)
        # Friday night, before a weekend
        self.at(2027, 3, 5, 22)
        lead = self._held()
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 8, 16))
        self._run()
        self.assertEqual(lead.user_id, self.user)

    def test_days_off_of_everybody_do_not_count(self):
        self._rule()
        lead = self._held()
        self.assertEqual(lead.recycle_date, FIVE_DAYS)
        leave = self._leave(datetime(2027, 3, 3), datetime(2027, 3, 3, 22, 59))
        self._drain()
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 9, 16))
        leave.unlink()
        self._drain()
        self.assertEqual(lead.recycle_date, FIVE_DAYS)

    def test_leave_of_the_owner_does_not_count(self):
        self._rule()
        mine, foreign = self._held(), self._held(user=self.rival)
        resource = self.env["resource.resource"].create(
            {"name": "Test", "user_id": self.user.id, "calendar_id": self.calendar.id}
        )
        self._leave(
            datetime(2027, 3, 3, 8), datetime(2027, 3, 4, 16), resource_id=resource.id
        )
        self._drain()
        self.assertEqual(mine.recycle_date, datetime(2027, 3, 10, 16))
        self.assertEqual(foreign.recycle_date, FIVE_DAYS)

    def test_half_a_day_off_counts_as_a_day(self):
        self._rule()
        resource = self.env["resource.resource"].create(
            {"name": "Test", "user_id": self.user.id, "calendar_id": self.calendar.id}
        )
        self._leave(
            datetime(2027, 3, 3, 8), datetime(2027, 3, 3, 12), resource_id=resource.id
        )
        self.assertEqual(self._held().recycle_date, FIVE_DAYS)

    def test_clocks_that_go_forward(self):
        self._rule(days=1)
        # the Friday before the last Sunday of March
        self.at(2027, 3, 26, 9)
        self.assertEqual(self._held().recycle_date, datetime(2027, 3, 29, 15))

    def test_end_of_a_month(self):
        self._rule()
        self.at(2027, 4, 29, 9)
        self.assertEqual(self._held().recycle_date, datetime(2027, 5, 6, 15))

    def test_calendar_of_the_pool_comes_first(self):
        self._rule()
        self._drain()
        lead = self._held()
        self.pool.calendar_id = self.calendar.copy(
            {
                "name": "Mondays",
                "attendance_ids": [
                    (5, 0, 0),
                    (
                        0,
                        0,
                        {
                            "name": "Day",
                            "dayofweek": "0",
                            "hour_from": 9,
                            "hour_to": 12,
                        },
                    ),
                ],
            }
        )
        self.assertEqual(self._held().recycle_date, datetime(2027, 4, 5, 10))
        self.assertEqual(lead.recycle_date, FIVE_DAYS)
        self._drain()
        self.assertEqual(lead.recycle_date, datetime(2027, 4, 5, 10))

    def test_without_a_calendar_all_days_count(self):
        self._rule()
        self.calendar.attendance_ids.unlink()
        self.assertEqual(self._held().recycle_date, datetime(2027, 3, 6, 9))

    def _leave(self, start, end, **values):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Off",
                "calendar_id": self.calendar.id,
                "date_from": start,
                "date_to": end,
                **values,
            }
        )

    # ------------------------------------------------------------
    # What sets it
    # ------------------------------------------------------------

    def test_claim_sets_it(self):
        rule = self._rule()
        lead = self._create_leads()
        self._claim(lead)
        self.assertEqual((lead.recycle_date, lead.recycle_rule_id), (FIVE_DAYS, rule))
        self.assertEqual(self._moves(lead)[-1].deadline, FIVE_DAYS)

    def test_warm_claim_asks_nothing(self):
        self._rule(level="1")
        row = {
            "id": self._create_leads().id,
            "pool_id": self.pool.id,
            "company_id": self.company.id,
            "type": "lead",
            "priority": "2",
            "grade": None,
        }
        pools = self.env["c360.pool"].with_user(self.user)
        pools._get_first_deadlines([row], MONDAY)
        with self.assertQueryCount(0):
            [(deadline, _rule)] = pools._get_first_deadlines([row] * 100, MONDAY)[:1]
        self.assertEqual(deadline, FIVE_DAYS)

    def test_change_of_the_owner_starts_the_days_again(self):
        self._rule()
        lead = self._held()
        self.at(2027, 3, 4, 9)
        lead.user_id = self.rival
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 11, 16))
        lead.user_id = False
        self.assertFalse(lead.recycle_date)
        self.assertFalse(lead.recycle_rule_id)

    def test_writing_the_same_owner_wins_no_time(self):
        self._rule()
        lead = self._held()
        self.at(2027, 3, 4, 9)
        lead.with_user(self.user).write({"user_id": self.user.id})
        self.env.flush_all()
        self.assertEqual(lead.pool_date, MONDAY)
        self.assertEqual(lead.recycle_date, FIVE_DAYS)

    def test_assignment_sets_it(self):
        self._rule()
        lead = self._create_leads()
        lead.user_id = self.rival
        self.assertEqual(lead.recycle_date, FIVE_DAYS)

    def test_closed_leads_have_none(self):
        self._rule()
        won, lost = self._held(2)
        won.action_set_won()
        lost.action_set_lost()
        self.assertFalse(won.recycle_date or lost.recycle_date)
        lost.action_unarchive()
        self.assertTrue(lost.recycle_date)

    def test_rules_hold_for_leads_that_are_there(self):
        leads = self._held(3)
        self.assertFalse(leads[0].recycle_date)
        with patch(
            "odoo.addons.crm_customer360.models.pool.c360_pool_deadline.SLICE", 2
        ):
            rule = self._rule()
            self._drain()
            self.assertEqual(set(leads.mapped("recycle_date")), {FIVE_DAYS})
            rule.days = 3
            self._drain()
        self.assertEqual(set(leads.mapped("recycle_date")), {datetime(2027, 3, 4, 16)})
        rule.active = False
        self._drain()
        self.assertFalse(any(leads.mapped("recycle_date")))

    def test_a_rule_of_all_pools_holds_for_leads_that_are_there(self):
        lead = self._held()
        rule = self._rule(pool_id=False)
        self._drain()
        self.assertEqual(lead.recycle_date, FIVE_DAYS)
        rule.days = 3
        self._drain()
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 4, 16))
        rule.unlink()
        self._drain()
        self.assertFalse(lead.recycle_date)

    def test_a_killed_run_goes_on_behind_the_last_slice(self):
        leads = self._held(3)
        self._drain()
        rule = self._rule()
        with patch(
            "odoo.addons.crm_customer360.models.pool.c360_pool_deadline.SLICE", 2
        ):
            deadlines = self.env["c360.pool.deadline"]
            row = deadlines.search([("pool_id", "=", self.pool.id)], limit=1)
            row._set_slice()
            self.assertEqual(row.last_lead_id, leads[1].id)
            self.assertFalse(leads[2].recycle_date)
            rule.unlink()
            self._rule(days=2)
            row._set_slice()
            self.assertFalse(row.exists())
        self.assertEqual(leads[2].recycle_date, datetime(2027, 3, 3, 16))
        # a change while a run is under way has all of them looked at again
        self._drain()
        self.assertEqual(leads[0].recycle_date, datetime(2027, 3, 3, 16))

    # ------------------------------------------------------------
    # Follow-ups
    # ------------------------------------------------------------

    def test_what_is_a_followup(self):
        self._rule()
        about = {"source_model": False, "source_id": False}
        buyer = {**about, "partner_id": self.buyer.id}
        cases = [
            ("a call about the lead", {}, True),
            ("an e-mail to its customer", {**buyer, "channel": "email"}, True),
            ("what the customer wrote", {**buyer, "direction": "in"}, True),
            ("a mailing", {"purpose": "marketing"}, False),
            ("a survey", {**buyer, "purpose": "survey"}, False),
            ("a reminder to pay", {**buyer, "purpose": "collection"}, False),
            ("what is stopped", {"state": "blocked"}, False),
            ("what did not arrive", {"state": "failed"}, False),
            ("a colleague's mail", {**buyer, "user_id": self.rival.id}, False),
            ("the system's", {"user_id": self.env.ref("base.user_root").id}, False),
            ("somebody else", {**about, "partner_id": self.engineer.id}, False),
        ]
        for name, values, is_followup in cases:
            with self.subTest(name):
                self.at(MONDAY)
                lead = self._held(partner_id=self.buyer.id)
                self.at(2027, 3, 2, 9)
                self._touch(lead, **values)
                self.assertEqual(
                    lead.last_followup_date,
                    datetime(2027, 3, 2, 9) if is_followup else False,
                )
                self.assertEqual(lead.recycle_date > FIVE_DAYS, is_followup)
                lead.active = False

    def test_a_followup_in_the_future_counts_from_now(self):
        self._rule()
        lead = self._held()
        self._touch(lead, date=datetime(2027, 12, 1))
        self.assertEqual(lead.last_followup_date, MONDAY)

    def test_done_activity_is_a_followup(self):
        self._rule()
        lead = self._held()
        activity = lead.with_user(self.user).activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=date(2027, 3, 3),
            user_id=self.user.id,
        )
        self.assertFalse(lead.last_followup_date)
        self.at(2027, 3, 3, 9)
        activity.action_feedback("Met him")
        self.assertEqual(lead.last_followup_date, datetime(2027, 3, 3, 9))
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 10, 16))

    def test_message_to_the_customer_is_a_followup_a_note_is_not(self):
        self._rule()
        lead = self._held(partner_id=self.buyer.id)
        self.at(2027, 3, 3, 9)
        mine = lead.with_user(self.user)
        mine.message_post(body=NOTE, subtype_xmlid="mail.mt_note")
        self.assertFalse(lead.last_followup_date)
        with self.mock_mail_gateway():
            mine.message_post(
                body=MESSAGE,
                partner_ids=self.buyer.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertEqual(lead.last_followup_date, datetime(2027, 3, 3, 9))

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_nobody_sets_it_by_hand(self):
        self._rule()
        lead = self._held()
        for role in ("user", "leader", "manager"):
            for name, value in (
                ("recycle_date", "2028-01-01"),
                ("recycle_rule_id", False),
                ("recycle_warned", "manager"),
                ("last_followup_date", "2027-03-02"),
            ):
                with self.subTest(role=role, name=name), self.assertRaises(AccessError):
                    lead.with_user(self.users_by_role[role]).write({name: value})

    def test_only_managers_write_rules(self):
        rule = self._rule()
        values = {"kind": "no_followup", "days": 5}
        for role in ("user", "leader", "care", "service", "analyst", "stranger"):
            rules = self.env_of(role)["c360.pool.rule"]
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    rules.create(values)
                with self.assertRaises(AccessError):
                    rule.with_env(rules.env).write({"days": 9})
                with self.assertRaises(AccessError):
                    rule.with_env(rules.env).unlink()
        manager = self.env_of("manager")["c360.pool.rule"]
        manager.create(values).write({"days": 9})

    def test_rules_of_another_company_are_hidden(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["c360.pool"].create({"name": "F", "company_id": other.id})
        rule = self._rule(pool_id=foreign.id)
        mine = self._rule(pool_id=False)
        found = self.env_of("manager")["c360.pool.rule"].search([])
        self.assertIn(mine, found)
        self.assertNotIn(rule, found)
        with self.assertRaises(AccessError):
            rule.with_user(self.users_by_role["manager"]).read(["days"])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_queues_are_the_systems(self):
        for model in ("c360.pool.deadline", "c360.pool.reminder"):
            for role in ("user", "leader", "manager"):
                with self.subTest(model=model, role=role):
                    with self.assertRaises(AccessError):
                        self.env_of(role)[model].create({})
