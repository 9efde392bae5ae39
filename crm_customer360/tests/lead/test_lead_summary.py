from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_followup import FollowupCommon


@tagged("post_install", "-at_install", "c360_lead")
@freeze_time("2026-03-27 10:00:00")
class TestLeadSummary(FollowupCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).action_set_lost()
        cls.team = cls.env["crm.team"].create(
            {"name": "North", "user_id": cls.leader.id, "company_id": False}
        )
        cls.leads = cls._create_leads(3, team_id=cls.team.id)
        cls.leads.write(
            {
                "date_open": "2026-03-27 10:00:00",
                "response_due_date": False,
                "collector_id": cls.rival.id,
            }
        )
        cls.summaries = cls.env["c360.lead.summary"]
        cls.collected = cls.env.ref("crm_customer360.ir_cron_lead_collected")

    def _run(self, cron="overdue"):
        mails = self.env["mail.mail"]
        known = mails.search([])
        with self.enter_registry_test_mode():
            self.env.ref(f"crm_customer360.ir_cron_lead_{cron}").method_direct_trigger()
        return mails.search([]) - known

    def test_nothing_overdue_no_mail(self):
        self._plan(self.leads, "2026-03-27")
        self.assertFalse(self._run())
        self.assertFalse(self.summaries.search([]))

    def test_one_mail_a_day_with_what_is_due(self):
        late, silent, fine = self.leads
        self._plan(late, "2026-03-26", "Offer")
        self._plan(fine, "2026-04-02")
        silent.date_open = "2026-03-20 10:00:00"
        mail = self._run()
        self.assertEqual(mail.recipient_ids, self.leader.partner_id)
        self.assertIn("2 leads", mail.subject)
        self.assertIn(late.name, mail.body_html)
        self.assertIn(silent.name, mail.body_html)
        self.assertNotIn(fine.name, mail.body_html)
        self.assertIn(self.user.name, mail.body_html)
        self.assertFalse(self._run(), "whatever runs twice")
        with freeze_time("2026-03-28 10:00:00"):
            self.assertEqual(len(self._run()), 1)

    def test_a_job_that_lost_the_race_is_silent(self):
        self._plan(self.leads, "2026-03-26")
        self.summaries._remember(self.leader, "overdue", 3)
        self.summaries._tell_leader(self.leader)
        self.assertEqual(self.summaries.search_count([]), 1)
        self.assertFalse(self._run())

    def test_switched_off_by_company_or_feature(self):
        self._plan(self.leads, "2026-03-26")
        companies = self.env["res.company"].search([])
        companies.c360_lead_summary = False
        self.assertFalse(self._run())
        companies.c360_lead_summary = True
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_lead"
        )
        self.assertFalse(self._run())

    def test_leaders_hear_of_what_they_may_see(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        foreign = self._create_leads(user_id=self.env.uid)
        foreign.write({"company_id": other.id, "team_id": self.team.id})
        self._plan(foreign, "2026-03-26")
        self._plan(self.leads, "2026-04-26")
        self.assertFalse(self._run())

    def test_collectors_hear_once_a_week_if_wanted(self):
        won, lost, open_lead = self.leads
        won.action_set_won()
        lost.action_set_lost()
        self.assertFalse(self._run("collected"), "off by default")
        self.company.c360_collector_mail = True
        mail = self._run("collected")
        self.assertEqual(mail.recipient_ids, self.rival.partner_id)
        for words in ("Brought", "Won", "Lost"):
            self.assertIn(words, mail.body_html)
        self.assertNotIn(open_lead.name, mail.body_html)
        with freeze_time("2026-03-30"):
            self.assertFalse(self._run("collected"))
        with freeze_time("2026-05-30"):
            self.assertFalse(self._run("collected"), "nothing happened since")

    def test_the_digest_counts_what_is_overdue(self):
        digest = self.env.ref("digest.digest_digest_default")
        self.leads.response_due_date = "2026-03-27 09:00:00"
        self.leads.date_open = "2026-03-20 10:00:00"
        digest = digest.with_user(self.leader).with_context(
            start_datetime=datetime(2026, 3, 19), end_datetime=datetime(2026, 3, 28)
        )
        digest.invalidate_recordset()
        self.assertEqual(digest.kpi_c360_lead_answer_value, 3)
        self.assertEqual(digest.kpi_c360_lead_step_value, 3)
        with self.assertRaisesRegex(AccessError, "salespeople"):
            digest.with_user(
                self.users_by_role["stranger"]
            )._compute_kpi_c360_lead_step_value()

    def test_the_record_of_summaries_is_for_managers(self):
        self.summaries._remember(self.leader, "overdue", 3)
        self.assertTrue(self.env_of("manager")["c360.lead.summary"].search([]))
        with self.assertRaises(AccessError):
            self.env_of("leader")["c360.lead.summary"].search([])

    def test_old_summaries_go(self):
        self.summaries._remember(self.leader, "overdue", 3)
        with freeze_time("2026-08-01"):
            self.assertEqual(self.summaries._gc_summaries(), (1, False))
