from datetime import datetime

from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .recycle_common import RecycleCommon

DUE = datetime(2027, 3, 8, 16)
# when work begins two working days before
TWO_BEFORE = datetime(2027, 3, 4, 8)
ONE_BEFORE = datetime(2027, 3, 5, 8)


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolReminder(RecycleCommon, MailCase):
    """Owners are told before, then managers: once a day, all leads in one message."""

    def _remind(self):
        reminders = self.env["c360.pool.reminder"]
        self.env.flush_all()
        own, managed = reminders._get_due()
        with self.mock_mail_gateway():
            for user_id in list(own | managed):
                reminders._remind_or_report(
                    self.env["res.users"].browse(user_id),
                    self.env["crm.lead"].browse(own.get(user_id, ())),
                    self.env["crm.lead"].browse(managed.get(user_id, ())),
                )
        return self._new_mails.sorted("id")

    def test_owner_is_told_once_about_all(self):
        self._rule(warn_days=2)
        leads = self._held(3)
        self.at(TWO_BEFORE.replace(hour=7))
        self.assertFalse(self._remind())
        self.at(TWO_BEFORE)
        mail = self._remind()
        self.assertEqual(mail.recipient_ids, self.user.partner_id)
        self.assertEqual(mail.subject, "Your leads that go back soon: 3")
        for lead in leads:
            self.assertIn(lead.name, mail.body_html)
        self.assertIn("No contact for 5 working days", mail.body_html)
        self.assertEqual(set(leads.mapped("recycle_warned")), {"owner"})
        self.assertFalse(self._remind())
        self.at(DUE)
        self._run()
        self.assertEqual(set(leads.mapped("pool_state")), {"pooled"})

    def test_once_a_day_whatever_comes_later(self):
        self._rule(warn_days=2)
        first = self._held()
        self.at(TWO_BEFORE)
        self.assertEqual(len(self._remind()), 1)
        other = self._create_leads()
        self._claim(other)
        self.env.cr.execute(
            "UPDATE crm_lead SET recycle_date = %s WHERE id = %s", [DUE, other.id]
        )
        self.env.cr.execute(
            "UPDATE crm_lead SET pool_date = %s WHERE id = %s",
            [first.pool_date, other.id],
        )
        self.env.invalidate_all()
        self.assertFalse(self._remind())
        self.assertFalse(other.recycle_warned)
        self.at(ONE_BEFORE)
        self.assertIn(other.name, self._remind().body_html)

    def test_whoever_acts_is_not_told(self):
        self._rule(warn_days=2)
        lead = self._held()
        self.at(2027, 3, 3, 9)
        self._touch(lead)
        self.at(TWO_BEFORE)
        self.assertFalse(self._remind())

    def test_told_again_when_it_happens_again(self):
        self._rule(warn_days=2)
        lead = self._held()
        self.at(TWO_BEFORE)
        self._remind()
        self._touch(lead)
        self.assertFalse(lead.recycle_warned)
        self.at(2027, 3, 9, 8)
        self.assertEqual(len(self._remind()), 1)

    def test_manager_is_told_after_the_owner(self):
        leader = self.users_by_role["leader"]
        self.pool.manager_ids = leader
        self._rule(warn_days=2, manager_warn_days=1)
        lead = self._held()
        self.at(TWO_BEFORE)
        self.assertEqual(self._remind().recipient_ids, self.user.partner_id)
        self.assertFalse(self._remind())
        self.at(ONE_BEFORE)
        mail = self._remind()
        self.assertEqual(mail.recipient_ids, leader.partner_id)
        self.assertIn(self.user.name, mail.body_html)
        self.assertEqual(lead.recycle_warned, "manager")

    def test_leader_of_the_team_stands_in_for_the_manager(self):
        leader = self.users_by_role["leader"]
        team = self.env["crm.team"].create({"name": "T", "user_id": leader.id})
        self._rule(manager_warn_days=1)
        lead = self._held(team_id=team.id)
        lead.team_id = team
        self.at(ONE_BEFORE)
        self.assertEqual(self._remind().recipient_ids, leader.partner_id)

    def test_what_stays_is_not_told_about(self):
        self._rule(warn_days=2)
        lead = self._held(partner_id=self.buyer.id)
        self.env["helpdesk.ticket"].create(
            {"name": "x", "description": "x", "partner_id": self.buyer.id}
        )
        self.at(TWO_BEFORE)
        self.assertFalse(self._remind())
        self.assertFalse(lead.recycle_warned)

    def test_nobody_loses_a_lead_untold(self):
        """A rule that comes after the fact, and reminders that failed."""
        lead = self._held()
        self.at(2027, 5, 3, 9)
        self._rule(warn_days=2)
        self._drain()
        self.assertEqual(lead.recycle_date, DUE)
        self._run()
        # two working days more
        later = datetime(2027, 5, 5, 15)
        self.assertEqual((lead.recycle_date, lead.user_id), (later, self.user))
        self.assertEqual(len(self._remind()), 1)
        # nothing but a follow-up wins him more
        lead.priority = "3"
        self.assertEqual(lead.recycle_date, later)
        self.at(later)
        self._run()
        self.assertEqual(lead.pool_state, "pooled")

    def test_late_reminder_that_never_left_does_not_keep_a_lead_for_ever(self):
        lead = self._held()
        self.at(2027, 5, 3, 9)
        self._rule(warn_days=2)
        self._drain()
        self._run()
        self.at(lead.recycle_date)
        self._run()
        self.assertEqual(lead.pool_state, "pooled")

    def test_hint_on_the_form(self):
        self._rule(warn_days=2)
        lead = self._held()
        self.assertFalse(lead.recycle_hint)
        self.at(TWO_BEFORE)
        lead.invalidate_recordset(["recycle_hint"])
        self.assertEqual(
            lead.with_user(self.user).recycle_hint,
            "Goes back to the pool on Monday, 8 March unless you follow up.",
        )

    def test_the_cron_tells(self):
        self._rule(warn_days=2)
        lead = self._held()
        self.at(TWO_BEFORE)
        self.env.flush_all()
        with self.mock_mail_gateway(), self.enter_registry_test_mode():
            self.env.ref(
                "crm_customer360.ir_cron_pool_reminder"
            ).method_direct_trigger()
        self.assertEqual(lead.recycle_warned, "owner")
