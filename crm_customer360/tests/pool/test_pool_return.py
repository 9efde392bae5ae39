from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolReturn(PoolCommon):
    def _put(self, leads, user, **values):
        wizard = (
            self.env["c360.pool.return"]
            .with_user(user)
            .with_context(active_model="crm.lead", active_ids=leads.ids)
            .create({"reason": "No answer", **values})
        )
        return wizard.action_apply()

    def test_my_lead_goes_back_with_a_reason(self):
        lead = self._create_leads()
        self._claim(lead)
        lead.activity_schedule(
            "mail.mail_activity_data_todo",
            summary="Send the drawing",
            date_deadline="2026-04-02",
            user_id=self.user.id,
        )
        action = self._put(lead, self.user)
        self.assertEqual(action["params"]["next"]["res_model"], "c360.pool.lead")
        self.assertEqual((lead.pool_state, lead.pool_id), ("pooled", self.pool))
        self.assertFalse(lead.date_open)
        move = self._moves(lead)[-1]
        self.assertEqual(
            (move.kind, move.previous_user_id, move.reason),
            ("return", self.user, "No answer"),
        )
        self.assertFalse(lead.activity_ids)
        notes = lead.message_ids.filtered(lambda note: "Send the drawing" in note.body)
        self.assertEqual(len(notes), 1)
        self.assertIn("2026-04-02", notes.body)
        self.assertNotIn(self.user.partner_id, lead.message_partner_ids)

    def test_salesperson_gives_back_nothing_else(self):
        foreign = self._create_leads()
        self._claim(foreign, self.rival)
        own = self.env_of("user")["crm.lead"].create({"name": "Typed"})
        with self.assertRaisesRegex(UserError, "leads of yours"):
            self._put(own, self.user)
        with self.assertRaises(AccessError):
            self._put(foreign, self.user)
        mine = self._create_leads()
        self._claim(mine)
        with self.assertRaisesRegex(UserError, "leads of yours"):
            self._put(mine, self.user, pool_id=self.key_pool.id)

    def test_closed_leads_stay(self):
        lead = self._create_leads()
        self._claim(lead)
        lead.action_set_lost()
        with self.assertRaisesRegex(UserError, "won or lost"):
            self._put(lead, self.user)

    def test_leader_puts_leads_into_a_pool_of_his_choice(self):
        leader = self.users_by_role["leader"]
        held, waiting = self._create_leads(2)
        self._claim(held)
        typed = self.env["crm.lead"].create({"name": "Typed", "user_id": self.user.id})
        leads = held + waiting + typed
        self._put(leads, leader, pool_id=self.key_pool.id)
        self.assertEqual(leads.pool_id, self.key_pool)
        self.assertEqual(set(leads.mapped("pool_state")), {"pooled"})
        self.assertEqual(
            [self._moves(lead)[-1].kind for lead in leads],
            ["return", "enter", "return"],
        )

    def test_leader_lets_the_rules_decide(self):
        self.env["c360.pool"].search([]).active = False
        free = self._create_leads(expected_revenue=10000)
        self.assertFalse(free.pool_id)
        leader = self.users_by_role["leader"]
        with self.assertRaisesRegex(UserError, "No pool takes Pump 0"):
            self._put(free, leader)
        (self.key_pool + self.pool).active = True
        self._put(free, leader)
        self.assertEqual(free.pool_id, self.key_pool)
        self.assertEqual(self._moves(free)[-1].reason, "No answer")

    def test_back_from_an_archived_pool_the_rules_decide(self):
        lead = self._create_leads(expected_revenue=10000)
        self._claim(lead)
        self.key_pool.active = False
        self._put(lead, self.user)
        self.assertEqual((lead.pool_state, lead.pool_id), ("pooled", self.pool))

    def test_switched_off_nothing_goes_back(self):
        lead = self._create_leads()
        self._claim(lead)
        self.env.ref("base.group_user").implied_ids = [
            Command.unlink(self.env.ref("crm_customer360.group_use_pool").id)
        ]
        with self.assertRaisesRegex(UserError, "switched off"):
            self._put(lead, self.user)

    def test_clearing_the_salesperson_in_the_form_is_explained(self):
        lead = self._create_leads()
        self._claim(lead)
        spec = {"name": {}, "user_id": {}}
        with self.assertRaisesRegex(UserError, "Return to pool"):
            lead.with_user(self.user).web_save({"user_id": False}, spec)

    def test_form_of_the_wizard_opens(self):
        lead = self._create_leads()
        self._claim(lead)
        form = Form(
            self.env_of("user")["c360.pool.return"].with_context(
                active_model="crm.lead", active_ids=lead.ids
            )
        )
        form.reason = "Wrong region"
        form.save().action_apply()
        self.assertEqual(lead.pool_state, "pooled")
