from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common_followup import FollowupCommon


@tagged("post_install", "-at_install", "c360_lead")
@freeze_time("2026-03-27 10:00:00")
class TestLeadFollowup(FollowupCommon):
    def _search(self, **states):
        [(name, state)] = states.items()
        return self.env["crm.lead"].search(
            [("id", "in", self.leads.ids), (name, "=", state)]
        )

    def setUp(self):
        super().setUp()
        self.leads = self._create_leads(3)
        # the host takes the clock of the database
        self.leads.date_open = "2026-03-27 10:00:00"

    def test_the_earliest_activity_is_the_next_step(self):
        lead = self.leads[0]
        self._plan(lead, "2026-04-02", "Visit")
        self.assertEqual(lead.next_step, "Visit")
        self._plan(lead, "2026-03-30", "Call back")
        self.assertEqual(lead.next_step, "Call back")
        self.assertEqual(str(lead.next_step_date), "2026-03-30")
        self.assertEqual(lead.followup_state, "planned")

    def test_a_step_without_words_has_those_of_its_type(self):
        self._plan(self.leads[0], "2026-03-30", summary=False)
        self.assertEqual(self.leads[0].next_step, "To-Do")

    def test_done_deleted_and_moved_steps(self):
        done, dropped, moved = self.leads
        first, second, third = self._plan(self.leads, "2026-03-27")
        self._plan(done, "2026-03-31", "Afterwards")
        self.assertEqual(self.leads.mapped("followup_state"), ["today"] * 3)
        first.with_user(self.user).action_feedback("Well")
        self.assertEqual(done.next_step, "Afterwards")
        second.with_user(self.user).unlink()
        self.assertFalse(dropped.next_step)
        self.assertTrue(dropped.is_step_missing)
        third.date_deadline = "2026-03-26"
        self.assertEqual(moved.followup_state, "overdue")
        third.write({"res_id": dropped.id})
        self.assertFalse(moved.next_step)
        self.assertEqual(str(dropped.next_step_date), "2026-03-26")
        third.active = False
        self.assertFalse(dropped.next_step_date)

    def test_an_archived_lead_has_no_step(self):
        lead = self.leads[0]
        self._plan(lead, "2026-03-30")
        lead.action_set_lost()
        self.assertFalse(lead.followup_state)
        self.assertFalse(lead.is_step_missing)
        lead.unlink()

    def test_activities_elsewhere_cost_nothing(self):
        self._plan(self.leads, "2026-03-30")
        activity = self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.buyer.id,
                "user_id": self.user.id,
            }
        )
        self.env.flush_all()
        self.assertFalse(activity._get_step_leads())

    def test_one_statement_for_any_number_of_leads(self):
        leads = self._create_leads(20)
        self._plan(leads, "2026-03-30")
        self.env.flush_all()
        with self.assertQueryCount(1):
            leads._refresh_next_steps()
        self.assertEqual(set(leads.mapped("next_step")), {"Call back"})

    def test_a_step_may_be_missing_for_some_days_only(self):
        lead = self.leads[0]
        self.assertFalse(lead.followup_state)
        self.assertTrue(lead.is_step_missing)
        with freeze_time("2026-03-29 09:59:59"):
            self.assertFalse(self._search(followup_state="missing"))
        with freeze_time("2026-03-29 10:00:00"):
            self.env.invalidate_all()
            self.assertEqual(lead.followup_state, "missing")
            self.assertEqual(self._search(followup_state="missing"), self.leads)

    def test_days_count_from_the_last_step(self):
        lead = self.leads[0]
        activity = self._plan(lead, "2026-04-10")
        with freeze_time("2026-04-10 12:00:00"):
            activity.with_user(self.user).action_done()
            self.assertFalse(lead.followup_state)
            self.assertNotIn(lead, self._search(followup_state="missing"))
        with freeze_time("2026-04-12 12:00:00"):
            self.env.invalidate_all()
            self.assertEqual(lead.followup_state, "missing")
            self.assertIn(lead, self._search(followup_state="missing"))

    def test_filters_find_what_the_badge_says(self):
        overdue, today, planned = self.leads
        self._plan(overdue, "2026-03-26")
        self._plan(today, "2026-03-27")
        self._plan(planned, "2026-03-28")
        for lead, state in zip(
            self.leads, ("overdue", "today", "planned"), strict=True
        ):
            self.assertEqual(lead.followup_state, state)
            self.assertEqual(self._search(followup_state=state), lead)
        self.assertFalse(self._search(followup_state=False))

    def test_leads_without_owner_need_no_step(self):
        lead = self._create_leads(user_id=False)
        self.assertFalse(lead.is_step_missing)
        with freeze_time("2026-06-01"):
            self.env.invalidate_all()
            self.assertFalse(lead.followup_state)

    def test_companies_allow_different_days(self):
        other = self.env["res.company"].create(
            {"name": "Patient", "c360_step_days": 30}
        )
        patient = self._create_leads(user_id=self.env.uid)
        self.env.user.company_ids += other
        patient.write({"company_id": other.id, "team_id": False})
        patient.date_open = "2026-03-27 10:00:00"
        self.leads |= patient
        with freeze_time("2026-04-05"):
            found = (
                self.env["crm.lead"]
                .with_context(allowed_company_ids=[self.company.id, other.id])
                .search(
                    [
                        ("id", "in", self.leads.ids),
                        ("followup_state", "=", "missing"),
                    ]
                )
            )
        self.assertEqual(found, self.leads - patient)

    def test_the_button_opens_the_window_of_the_host(self):
        leads = self.leads.with_user(self.user)
        action = leads.action_plan_next_step()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user)
            .with_context(**action["context"])
            .create({"summary": "Send prices", "date_deadline": "2026-03-31"})
        )
        wizard.action_schedule_activities()
        self.assertEqual(set(leads.mapped("next_step")), {"Send prices"})
        with self.assertRaisesRegex(UserError, "open leads"):
            leads.browse().action_plan_next_step()

    def test_steps_follow_a_merge_and_its_undoing(self):
        leads = self.leads[:2].with_user(self.leader)
        self._plan(self.leads[0], "2026-03-30", "First")
        self._plan(self.leads[1], "2026-03-31", "Second")
        head = leads.merge_opportunity()
        tail = leads - head
        self.assertEqual(head.next_step, "First")
        self.assertFalse(tail.next_step)
        head.merge_ids.action_undo()
        steps = {lead.next_step for lead in self.leads[:2]}
        self.assertEqual(steps, {"First", "Second"})

    def test_switched_off_nobody_is_asked(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_lead"
        )
        with freeze_time("2026-06-01"):
            self.env.invalidate_all()
            self.assertFalse(self.leads[0].followup_state)
            self.assertFalse(self._search(followup_state="missing"))

    def test_activities_from_before_are_taken_over(self):
        lead = self.leads[0]
        self._plan(lead, "2026-03-30")
        self.env.cr.execute(
            "UPDATE crm_lead SET next_step = NULL, next_step_date = NULL WHERE id = %s",
            [lead.id],
        )
        self.env["crm.lead"]._fill_next_steps()
        self.env.invalidate_all()
        self.assertEqual(lead.next_step_date, fields.Date.to_date("2026-03-30"))

    def test_lists_say_who_it_is(self):
        known, firm, person = self._create_leads(3)
        known.partner_id = self.customer
        firm.write({"partner_name": "Nordwind", "contact_name": "Paula"})
        person.write({"partner_name": False, "contact_name": "Paula"})
        leads = known + firm + person
        self.assertEqual(
            leads.with_user(self.user).mapped("customer_name"),
            [self.customer.display_name, "Nordwind", "Paula"],
        )
        for view in ("list_followup", "kanban_followup", "list_going_back"):
            arch = self.env.ref(f"crm_customer360.crm_lead_view_{view}").arch
            self.assertIn('name="customer_name"', arch)

    def test_the_menu_of_leads_begins_with_my_leads(self):
        menu = self.env.ref("crm_customer360.customer360_menu_lead")
        names = menu.child_id.sorted("sequence").mapped("name")
        self.assertEqual(
            names[:4], ["My Leads", "Follow-up", "Card Lists", "Log a Call"]
        )
        self.assertEqual(names[-1], "Merges")

    def test_my_leads_are_leads_and_opportunities(self):
        action = self.env.ref("crm_customer360.crm_lead_action_mine")
        lead, chance, won = self._create_leads(3, type="opportunity")
        lead.type = "lead"
        won.action_set_won()
        other = self._create_leads(user_id=self.rival.id)
        found = self.env["crm.lead"].search(
            safe_eval(action.domain, {"uid": self.user.id})
        )
        self.assertEqual(found & (lead + chance + won + other), lead + chance)
        self.assertNotIn("search_default", action.context)
        view = self.env["crm.lead"].get_view(action.view_ids[0].view_id.id, "list")
        self.assertIn('name="grade"', view["arch"])

    def test_a_lead_being_typed_in_misses_nothing(self):
        values = {"name": "Typed", "user_id": self.user.id, "date_open": "2026-03-01"}
        new = self.env["crm.lead"].new(values)
        self.assertFalse(new.is_step_missing)
        self.leads[0].date_open = "2026-03-01"
        self.assertTrue(self.leads[0].is_step_missing)
