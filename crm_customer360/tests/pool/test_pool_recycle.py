from datetime import date, datetime
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .recycle_common import RecycleCommon

DUE = datetime(2027, 3, 8, 16)
LOGGER = "odoo.addons.crm_customer360.models.pool.c360_pool_recycle"
NOTE, FAULT = "Wants oak", "broken"


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolRecycle(RecycleCommon):
    """What a run does with what is due, and what it leaves alone."""

    def test_history_stays_and_ties_are_cut(self):
        self._rule()
        lead = self._held(partner_id=self.buyer.id)
        touch = self._touch(lead, date=datetime(2027, 2, 1))
        note = lead.message_post(body=NOTE)
        lead.message_subscribe(self.user.partner_id.ids)
        self.at(DUE)
        self._run()
        self.assertEqual(lead.pool_state, "pooled")
        self.assertTrue(touch.exists() and note.exists())
        self.assertEqual(
            self._moves(lead).mapped("kind"), ["enter", "claim", "recycle"]
        )
        self.assertNotIn(self.user.partner_id, lead.message_partner_ids)
        self.assertFalse(
            self.env["crm.lead"].with_user(self.user).search([("id", "=", lead.id)])
        )

    def test_somebody_else_claims_it_then(self):
        self._rule()
        lead = self._held()
        self.at(DUE)
        self._run()
        self.assertEqual(self._claim(lead, self.rival)["granted"], lead.ids)
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 15, 16))

    def test_switched_off_nothing_is_recycled(self):
        self._rule()
        lead = self._held()
        self.env.ref("base.group_user").implied_ids = [
            Command.unlink(self.env.ref("crm_customer360.group_use_pool").id)
        ]
        self.at(DUE)
        with patch.object(
            type(self.env["c360.pool"]), "_lock_due", side_effect=AssertionError
        ):
            self.env["c360.pool"]._cron_recycle()
        self.env["c360.pool.reminder"]._cron_remind()
        self.assertEqual(lead.user_id, self.user)

    def test_the_cron_works_in_slices(self):
        self._rule()
        leads = self._held(5)
        self.at(DUE)
        self.env.flush_all()
        with (
            patch(f"{LOGGER}.SLICE", 2),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("crm_customer360.ir_cron_pool_recycle").method_direct_trigger()
        self.assertEqual(set(leads.mapped("pool_state")), {"pooled"})

    def test_what_is_not_due_is_not_touched(self):
        self._rule()
        early = self._held()
        self.at(2027, 3, 2, 9)
        late = self._held()
        self.at(DUE)
        self.assertEqual(self._run(), early.ids)
        self.assertEqual(late.user_id, self.user)

    @mute_logger(LOGGER)
    def test_one_bad_lead_does_not_stop_the_others(self):
        self._rule()
        good, bad, other = self._held(3)
        self.at(DUE)
        pools = type(self.env["c360.pool"])
        give_back = pools._give_back

        def fail(pool, recycled):
            if bad.id in [row.lead.id for row in recycled]:
                raise UserError(FAULT)
            return give_back(pool, recycled)

        with patch.object(pools, "_give_back", fail):
            self._run()
        self.assertEqual(set((good + other).mapped("pool_state")), {"pooled"})
        self.assertEqual(bad.user_id, self.user)
        self.assertEqual(bad.recycle_date, datetime(2027, 3, 9, 16))
        self.at(2027, 3, 9, 16)
        self._run()
        self.assertEqual(bad.pool_state, "pooled")

    def test_facts_count_that_came_by_other_roads(self):
        """What the date on the lead does not know is seen when it is due."""
        self._rule()
        lead, won = self._held(2)
        self.env.cr.execute(
            "UPDATE crm_lead SET last_followup_date = %s WHERE id = %s",
            [datetime(2027, 3, 5, 9), lead.id],
        )
        self.env.cr.execute(
            "UPDATE crm_lead SET won_status = 'won' WHERE id = %s", [won.id]
        )
        self.env.invalidate_all()
        self.at(DUE)
        self._run()
        self.assertEqual(lead.user_id, self.user)
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 12, 16))
        self.assertEqual(won.user_id, self.user)
        self.assertFalse(won.recycle_date)

    # ------------------------------------------------------------
    # Activities
    # ------------------------------------------------------------

    def _plan(self, lead):
        return lead.activity_schedule(
            "mail.mail_activity_data_todo",
            summary="Send samples",
            date_deadline=date(2027, 3, 20),
            user_id=self.user.id,
        )

    def test_activities_are_closed_with_a_note(self):
        self._rule()
        lead = self._held()
        activity = self._plan(lead)
        self.at(DUE)
        self._run()
        self.assertFalse(activity.exists())
        self.assertIn("Send samples of Test user", lead.message_ids[0].body)

    def test_activities_are_handed_to_the_manager(self):
        leader = self.users_by_role["leader"]
        self.pool.manager_ids = leader
        self._rule(activity_mode="hand")
        lead = self._held()
        activity = self._plan(lead)
        self.at(DUE)
        self._run()
        self.assertEqual(activity.user_id, leader)
        self.assertEqual(lead.pool_state, "pooled")

    def test_without_a_manager_who_sees_the_lead_they_are_closed(self):
        self._rule(activity_mode="hand")
        lead = self._held()
        activity = self._plan(lead)
        self.at(DUE)
        self._run()
        self.assertFalse(activity.exists())

    # ------------------------------------------------------------
    # Reasons of returns by hand
    # ------------------------------------------------------------

    def _put(self, lead, **values):
        return (
            self.env["c360.pool.return"]
            .with_user(self.user)
            .create({"lead_ids": [Command.set(lead.ids)], **values})
            .action_apply()
        )

    def test_return_with_a_reason(self):
        reason = self.env.ref("crm_customer360.c360_pool_return_reason_answer")
        lead, other = self._held(2)
        self._put(lead, reason_id=reason.id, reason="Called three times")
        move = self._moves(lead)[-1]
        self.assertEqual(
            (move.kind, move.return_reason_id, move.reason),
            ("return", reason, "No answer: Called three times"),
        )
        self._put(other, reason="Moved away")
        self.assertFalse(self._moves(other)[-1].return_reason_id)
        self.assertEqual(reason.return_count, 1)
        action = reason.action_view_returns()
        self.assertEqual(
            self.env["c360.pool.move"].search(action["domain"]).lead_id, lead
        )

    def test_return_without_a_word_is_refused(self):
        lead = self._held()
        with self.assertRaisesRegex(UserError, "Say why"):
            self._put(lead)

    def test_duplicates_of_a_recycled_lead_are_free(self):
        self.pool.write({"protect_limit": 3, "protect_days": 60})
        self._rule(days=2, keep_protected=False)
        head, twin = self._create_leads(2, email_from="same@private.example")
        self._claim(head)
        self.env["c360.pool"].with_user(self.user).protect(head.ids)
        self.env.invalidate_all()
        self.assertEqual(twin.protected_lead_id, head)
        self._set_deadlines(head)
        self.at(2027, 3, 15, 9, 0)
        self._run()
        self.env.invalidate_all()
        self.assertEqual(head.pool_state, "pooled")
        self.assertFalse((head | twin).filtered("protected_until"))
        self.assertFalse(twin.protected_lead_id)
        self.assertTrue(self._claim(twin, self.rival)["granted"])
