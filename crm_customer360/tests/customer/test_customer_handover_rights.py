from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .test_customer_handover import GROUP, HandoverCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerHandoverRights(HandoverCommon):
    """Who may hand over what, to whom, and what he sees of it."""

    # ------------------------------------------------------------
    # What is refused
    # ------------------------------------------------------------

    def test_every_record_needs_a_successor(self):
        handover = self._create_handover(fallback_id=False)
        with self.assertRaisesRegex(UserError, "Propose first"):
            handover.action_start()
        handover.action_prepare()
        with self.assertRaisesRegex(UserError, "have no successor yet"):
            handover.action_start()

    def test_a_successor_has_to_be_fit(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            login="c360_far",
            name="far",
            groups=GROUP,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for user, words in (
            (stranger, "far does not work for"),
            (self.bert, "bert is archived"),
        ):
            handover = self._create_handover(fallback_id=user.id)
            handover.action_prepare()
            self.bert.active = user != self.bert
            handover.invalidate_recordset()
            handover.share_ids.invalidate_recordset()
            with self.assertRaisesRegex(UserError, words):
                handover.action_start()

    def test_a_right_that_is_missing_is_told(self):
        handover = self._create_handover(fallback_id=self.users_by_role["stranger"].id)
        handover.action_prepare()
        self.assertIn("has no right to work on", handover.share_ids.warning)

    def test_nobody_succeeds_himself(self):
        with self.assertRaisesRegex(ValidationError, "his own successor"):
            self._create_handover(fallback_id=self.leaver.id)

    def test_what_has_begun_is_kept(self):
        handover = self._hand_over().with_user(self.users_by_role["manager"])
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            handover.reason = "other"
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            handover.line_ids[:1].is_included = False
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            handover.action_prepare()
        with self.assertRaisesRegex(UserError, "is kept"):
            handover.unlink()

    def test_switched_off(self):
        self.env.ref("base.group_user").implied_ids = [
            Command.unlink(self.env.ref("crm_customer360.group_use_handover").id)
        ]
        with self.assertRaisesRegex(UserError, "switched off"):
            self._create_handover()
        self.lead.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.leaver.id
        )
        self.leaver.action_archive()
        self.assertFalse(self.lead.activity_ids, "as the host does it")

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_a_salesperson_prepares_his_own_and_his_leader_begins(self):
        env = self.env(user=self.leaver)
        handover = self._create_handover(env=env, mode="until", date_end="2031-01-01")
        handover.action_prepare()
        self.assertFalse(handover.may_start)
        with self.assertRaisesRegex(AccessError, "has to approve"):
            handover.action_start()
        handover.action_ask()
        self.assertEqual(handover.state, "asked")
        told = self.env["mail.message"].search(
            [("model", "=", handover._name), ("res_id", "=", handover.id)]
        )
        self.assertEqual(told.partner_ids, self.leader.partner_id)
        with self.assertRaisesRegex(AccessError, "changes by its buttons"):
            handover.state = "running"
        handover.with_user(self.leader).action_start()
        self.assertEqual(self.lead.user_id, self.anna)
        with self.assertRaisesRegex(AccessError, "has to approve"):
            handover.action_undo()

    def test_without_approval(self):
        self.company.c360_handover_approval = False
        handover = self._create_handover(env=self.env(user=self.leaver))
        handover.action_prepare()
        handover.action_start()
        self.assertEqual(self.lead.user_id, self.anna)

    def test_others_than_ones_own(self):
        with self.assertRaisesRegex(AccessError, "work of leaver"):
            self._create_handover(env=self.env(user=self.anna))
        handover = self._create_handover(env=self.env_of("leader"))
        self.assertEqual(handover.team_ids, self.team)
        self.team.user_id = False
        with self.assertRaisesRegex(AccessError, "work of leaver"):
            self._create_handover(env=self.env_of("leader"))
        mine = self._create_handover(
            env=self.env(user=self.anna),
            user_ids=[Command.set(self.anna.ids)],
            fallback_id=self.bert.id,
        )
        with self.assertRaisesRegex(AccessError, "work of leaver"):
            mine.user_ids = [Command.link(self.leaver.id)]

    def test_a_former_leader_has_no_hold(self):
        south = self.env["crm.team"].create(
            {"name": "South", "user_id": self.users_by_role["user"].id}
        )
        membership = self.team.crm_team_member_ids.filtered(
            lambda member: member.user_id == self.leaver
        )
        membership.active = False
        self.env["crm.team.member"].create(
            {"user_id": self.leaver.id, "crm_team_id": south.id}
        )
        for archived in (False, True):
            with self.subTest(archived=archived):
                if archived:
                    self.leaver.action_archive()
                    self.assertFalse(self.leaver.crm_team_ids)
                with self.assertRaisesRegex(AccessError, "work of leaver"):
                    self._create_handover(env=self.env_of("leader"))
                handover = self._create_handover(env=self.env_of("manager"))
                self.assertEqual(handover.team_ids, south)
                self.assertNotIn(handover, handover.with_user(self.leader).search([]))
        self.leaver.active = True
        south.user_id = self.leader
        with self.assertRaisesRegex(AccessError, "work of leaver"):
            self._create_handover(env=self.env_of("leader"))

    def test_the_leader_of_who_was_archived_keeps_his_work(self):
        memberships = self.leaver.crm_team_member_ids
        for archive in (
            self.leaver.action_archive,
            lambda: self.leaver.write({"active": False}),
        ):
            archive()
            handover = self._create_handover(env=self.env_of("leader"))
            self.assertEqual(handover.team_ids, self.team)
            self.leaver.active = True
            self.assertFalse(self.leaver.c360_left_team_ids)
            memberships.active = True

    def test_who_sees_what(self):
        handover = self._hand_over()
        for user, sees in (
            (self.leaver, True),
            (self.leader, True),
            (self.users_by_role["manager"], True),
            (self.bert, False),
            (self.users_by_role["user"], False),
        ):
            with self.subTest(user.name):
                self.assertEqual(
                    bool(handover.with_user(user).search([("id", "=", handover.id)])),
                    sees,
                )
        items = self.env["c360.customer.handover.item"].with_user(self.anna).search([])
        self.assertEqual(items, handover.item_ids, "what one got")
        self.assertTrue(items.mapped("record_name"))
        items = self.env["c360.customer.handover.item"].with_user(self.bert).search([])
        self.assertFalse(items)
        with self.assertRaises(AccessError):
            handover.with_user(self.users_by_role["analyst"]).read(["state"])

    def test_items_and_lines_are_not_made_by_people(self):
        handover = self._create_handover(env=self.env_of("manager"))
        handover.action_prepare()
        item, line = handover.item_ids[0], handover.line_ids[0]
        with self.assertRaises(AccessError):
            item.copy()
        with self.assertRaisesRegex(AccessError, "find themselves"):
            item.res_id = 1
        with self.assertRaisesRegex(AccessError, "make themselves"):
            line.source = "x"
        with self.assertRaises(AccessError):
            line.copy({"source": "x"})

    @mute_logger("odoo.sql_db")
    def test_company_stays_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.leaver.company_ids = [Command.link(other.id)]
        far = self._create_lead("Far", company_id=other.id, team_id=False)
        handover = self._hand_over()
        self.assertEqual(far.user_id, self.leaver)
        self.assertEqual(handover.company_id, self.company)
