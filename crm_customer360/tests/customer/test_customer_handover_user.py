from unittest.mock import patch

from odoo import Command
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_customer_handover import HandoverCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerHandoverUser(HandoverCommon):
    """A user goes, by any road."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activity = cls.lead.activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.leaver.id
        )

    def _find_drafts(self, user=None):
        return self.env["c360.customer.handover"].search(
            [("user_ids", "in", (user or self.leaver).ids)]
        )

    def _at_the_screen(self):
        return patch.object(
            type(self.env["res.users"]), "_is_interactive", lambda users: True
        )

    def _check_kept(self):
        self.assertFalse(self.leaver.active)
        self.assertEqual(self.activity.exists().user_id, self.leaver)
        self.assertEqual(self.lead.user_id, self.leaver)
        draft = self._find_drafts()
        self.assertEqual(draft.state, "preview")
        self.assertEqual(draft.team_ids, self.team)
        self.assertEqual(draft.fallback_id, self.leader)
        self.assertIn(self.activity.id, draft.item_ids.mapped("res_id"))
        told = self.env["mail.message"].search(
            [("model", "=", draft._name), ("res_id", "=", draft.id)]
        )
        self.assertEqual(told.partner_ids, self.leader.partner_id)
        # the draft is all it takes
        draft.with_user(self.leader).action_start()
        self.assertEqual(self.activity.user_id, self.leader)
        self.assertEqual(draft.problem_count, 0)

    def test_archived_where_nobody_reads(self):
        self.leaver.action_archive()
        self._check_kept()

    def test_archived_by_write(self):
        self.leaver.write({"active": False})
        self._check_kept()

    def test_archiving_is_refused_at_the_screen(self):
        for road in (
            lambda: self.leaver.action_archive(),
            lambda: self.leaver.write({"active": False}),
        ):
            with self._at_the_screen(), self.assertRaises(RedirectWarning) as caught:
                road()
            message, action, _button = caught.exception.args[:3]
            self.assertIn("leaver (", message)
            self.assertIn("Activities: 1", message)
            self.assertEqual(action["context"], {"default_user_ids": self.leaver.ids})
        self.assertTrue(self.leaver.active)
        self.assertFalse(self._find_drafts())

    def test_whoever_may_not_hand_over_is_told_without_a_way(self):
        admin = self.users_by_role["stranger"]
        admin.group_ids += self.env.ref("base.group_erp_manager")
        with self._at_the_screen(), self.assertRaisesRegex(UserError, "open work"):
            self.leaver.with_user(admin).action_archive()
        self.company.c360_handover_block = False
        with self._at_the_screen():
            self.leaver.with_user(admin).active = False
        self._check_kept()

    def test_the_company_may_only_warn(self):
        self.company.c360_handover_block = False
        with self._at_the_screen():
            self.leaver.action_archive()
        self._check_kept()

    def test_after_a_handover_nothing_stands_against_it(self):
        self._hand_over()
        with self._at_the_screen():
            self.leaver.action_archive()
        self.assertFalse(self.leaver.active)
        self.assertEqual(len(self._find_drafts()), 1)

    def test_a_draft_is_made_once(self):
        self._create_handover()
        self.leaver.action_archive()
        self.leaver.active = True
        self.leaver.active = False
        self.assertEqual(len(self._find_drafts()), 1)

    def test_without_work_nothing_happens(self):
        with self._at_the_screen():
            self.bert.action_archive()
        self.assertFalse(self.bert.active)
        self.assertFalse(self._find_drafts(self.bert))

    def test_a_draft_for_each_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.leaver.company_ids = [Command.link(other.id)]
        self._create_lead("Far", company_id=other.id, team_id=False)
        self.leaver.action_archive()
        self.assertEqual(self._find_drafts().company_id, self.company + other)

    def test_work_in_a_company_he_left(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.leaver.company_ids = [Command.link(other.id)]
        far = self._create_lead("Far", company_id=other.id, team_id=False)
        self.leaver.company_ids = [Command.unlink(other.id)]
        self.leaver.action_archive()
        drafts = self._find_drafts()
        self.assertEqual(drafts.company_id, self.company + other)
        draft = drafts.filtered(lambda draft: draft.company_id == other)
        self.assertIn(far.id, draft.item_ids.mapped("res_id"))
        manager = self.users_by_role["manager"]
        manager.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        draft = draft.with_user(manager).with_company(other)
        draft.fallback_id = manager
        draft.action_start()
        self.assertEqual(far.user_id, manager)

    def _make_guest(self):
        self.leaver.group_ids = [Command.set(self.env.ref("base.group_portal").ids)]

    def test_a_colleague_becomes_a_guest(self):
        with (
            self._at_the_screen(),
            self.assertRaisesRegex(RedirectWarning, "Activities: 1"),
        ):
            self._make_guest()
        self.leaver.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self.assertFalse(self._find_drafts())
        self._make_guest()
        draft = self._find_drafts()
        self.assertEqual((draft.state, draft.team_ids), ("preview", self.team))
        draft.with_user(self.users_by_role["manager"]).action_start()
        self.assertEqual(self.lead.user_id, self.leader)
        with self.assertRaisesRegex(UserError, "leaver is no colleague any more"):
            draft.action_undo()
        draft.write({"mode": "until", "date_end": "2020-01-01"})
        draft._end_absences()
        self.assertEqual(draft.state, "done")

    def test_deleting_saves_the_activities(self):
        user = self.bert
        activity = self.lead.activity_schedule(
            "mail.mail_activity_data_todo", user_id=user.id
        )
        with self._at_the_screen(), self.assertRaisesRegex(UserError, "bert still has"):
            user.unlink()
        user.unlink()
        self.assertEqual(activity.exists().user_id, self.leader)

    def test_the_button_opens_a_draft_that_waits(self):
        manager = self.users_by_role["manager"]
        action = self.leaver.with_user(manager).action_handover()
        self.assertFalse(action["res_id"])
        draft = self._create_handover()
        action = self.leaver.with_user(manager).action_handover()
        self.assertEqual(action["res_id"], draft.id)

    def test_from_the_list_of_customers(self):
        handovers = self.env["c360.customer.handover"].with_user(self.leader)
        action = handovers.action_for_partners(self.customer.ids)
        self.assertEqual(action["context"]["default_user_ids"], self.leaver.ids)
        self.customer.user_id = False
        with self.assertRaisesRegex(UserError, "Nobody looks after"):
            handovers.action_for_partners(self.customer.ids)


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerHandoverScreen(HttpCase):
    """What counts as “at the screen” is only known with a real request."""

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.jsonrpc")
    def test_the_web_client_refuses_and_rpc_drafts(self):
        user = self.env["res.users"].create(
            {"name": "Going", "login": "c360_going", "email": "g@x.example"}
        )
        self.env["res.partner"].create({"name": "His", "user_id": user.id})
        self.authenticate("admin", "admin")
        response = self.url_open(
            "/web/dataset/call_kw/res.users/action_archive",
            json={
                "params": {
                    "model": "res.users",
                    "method": "action_archive",
                    "args": [user.ids],
                    "kwargs": {},
                }
            },
        ).json()
        self.assertEqual(
            response["error"]["data"]["name"], "odoo.exceptions.RedirectWarning"
        )
        self.assertTrue(user.active)
        response = self.url_open(
            "/jsonrpc",
            json={
                "params": {
                    "service": "object",
                    "method": "execute_kw",
                    "args": [
                        self.env.cr.dbname,
                        self.env.ref("base.user_admin").id,
                        "admin",
                        "res.users",
                        "write",
                        [user.ids, {"active": False}],
                    ],
                }
            },
        ).json()
        self.assertTrue(response.get("result"), response)
        user.invalidate_recordset()
        self.assertFalse(user.active)
        self.assertTrue(
            self.env["c360.customer.handover"].search([("user_ids", "in", user.ids)])
        )
