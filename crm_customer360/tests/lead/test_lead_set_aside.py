from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import Customer360Common
from .test_lead_check import GOOD

BAD = {**GOOD, "email_from": False, "phone": False}
ALIAS_MAIL = """From: Test <test@private.example>
To: sales@company.example
Subject: test
Message-ID: <c360-check@private.example>
Content-Type: text/plain; charset=utf-8

We need twenty pumps.
"""


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadSetAside(Customer360Common):
    """Invalid leads wait aside: not lost, not counted, one click from coming back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.checks = cls.env["c360.lead.check"]
        cls.checks.search([]).active = False
        cls.rule = cls.checks.create({"name": "Unreachable", "kind": "unreachable"})
        cls.leads = cls.env["crm.lead"]
        cls.env["c360.pool"].search([]).active = False
        cls.pool = cls.env["c360.pool"].create({"name": "All"})

    def test_on_entry(self):
        bad, good = self.leads.create([BAD, GOOD])
        self.assertFalse(bad.active)
        self.assertEqual(bad.check_state, "invalid")
        self.assertEqual(bad.check_id, self.rule)
        self.assertIn("Neither", bad.check_reason)
        self.assertTrue(bad.set_aside_date)
        self.assertTrue(good.active)
        self.assertEqual(good.check_state, "valid")
        self.assertEqual(self.rule.hit_count, 1)
        action = self.rule.action_view_leads()
        found = self.leads.with_context(**action["context"]).search(action["domain"])
        self.assertEqual(found, bad)

    def test_set_aside_is_not_lost(self):
        frequencies = self.env["crm.lead.scoring.frequency"]
        before = frequencies.search_count([])
        lost_before = sum(frequencies.search([]).mapped("lost_count"))
        bad = self.leads.create(BAD)
        bad.probability = 0
        bad.flush_recordset()
        self.assertEqual(bad.won_status, "pending")
        self.assertFalse(bad.date_closed)
        self.assertFalse(self.leads.search([("won_status", "=", "lost")]) & bad)
        self.assertEqual(frequencies.search_count([]), before)
        after = sum(frequencies.search([]).mapped("lost_count"))
        self.assertEqual(after, lost_before)

    def test_set_aside_later_is_not_lost_either(self):
        lead = self.leads.create(GOOD)
        lead.probability = 0
        lead.write({"email_from": False, "phone": False})
        self.assertTrue(lead.set_aside_date)
        self.assertEqual(lead.won_status, "pending")

    def test_it_never_enters_a_pool(self):
        bad, good = self.leads.create([BAD, GOOD])
        self.assertEqual(good.pool_id, self.pool)
        self.assertFalse(bad.pool_id)
        bad.action_check_valid()
        self.assertEqual(bad.pool_id, self.pool)
        self.assertEqual(bad.pool_move_ids.mapped("kind"), ["enter"])

    def test_one_click_back_is_remembered(self):
        bad = self.leads.create(BAD)
        leader = self.env_of("leader")
        bad.with_env(leader).action_check_valid()
        self.assertTrue(bad.active)
        self.assertEqual(bad.check_state, "valid")
        self.assertEqual(bad.check_user_id, leader.user)
        self.assertFalse(bad.set_aside_date or bad.check_id)
        self.assertIn("Neither", bad.message_ids[0].body)
        # and it stays valid whatever the rules say
        bad.action_archive()
        bad.action_unarchive()
        bad.contact_name = "Paul"
        self.assertEqual(bad.check_state, "valid")
        self.assertTrue(bad.active)

    def test_unarchiving_says_the_same(self):
        bad = self.leads.create(BAD)
        bad.with_env(self.env_of("leader")).action_unarchive()
        self.assertEqual(bad.check_state, "valid")
        self.assertEqual(bad.check_user_id, self.users_by_role["leader"])
        self.assertEqual(bad.pool_id, self.pool)

    def test_put_right_it_comes_back(self):
        bad = self.leads.create(BAD)
        bad.email_from = "paula@private.example"
        self.assertTrue(bad.active)
        self.assertEqual(bad.check_state, "valid")
        self.assertFalse(bad.check_user_id)
        self.assertEqual(bad.pool_id, self.pool)

    def test_lost_after_all(self):
        bad = self.leads.create(BAD)
        bad.action_set_lost()
        self.assertEqual(bad.won_status, "lost")
        self.assertFalse(bad.set_aside_date)

    def test_work_is_not_taken_away(self):
        user = self.users_by_role["user"]
        values = {"email_from": False, "phone": False}
        held, idle = self.leads.create([{**GOOD, "user_id": user.id}] * 2)
        held.activity_schedule("mail.mail_activity_data_call", user_id=user.id)
        (held + idle).write(values)
        self.assertEqual((held + idle).mapped("check_state"), ["invalid"] * 2)
        self.assertTrue(held.active)
        self.assertFalse(held.set_aside_date)
        self.assertFalse(idle.active)
        # once nobody works on it any more, it goes
        held.user_id = False
        self.assertFalse(held.active)
        self.assertTrue(held.set_aside_date)

    def test_what_i_type_stays_before_me(self):
        mine = self.leads.with_env(self.env_of("user")).create(
            {"name": "Card", "type": "lead"}
        )
        self.assertEqual(mine.user_id, self.users_by_role["user"])
        self.assertTrue(mine.active)
        self.assertEqual(mine.check_state, "invalid")
        opportunity = self.leads.create(
            {**BAD, "type": "opportunity", "user_id": self.users_by_role["leader"].id}
        )
        self.assertTrue(opportunity.active)

    def test_an_import_is_checked_like_any_other(self):
        user = self.env_of("user")
        lead = self.leads.with_env(user).with_context(import_file=True)
        lead = lead.create({"name": "Card", "type": "lead"})
        self.assertFalse(lead.sudo().active)

    def test_a_mail_is_not_lost(self):
        self.checks.create({"name": "Test", "kind": "test", "words": "test"})
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            lead_id = self.env["mail.thread"].message_process("crm.lead", ALIAS_MAIL)
        lead = self.leads.browse(lead_id)
        self.assertTrue(lead.set_aside_date)
        self.assertFalse(lead.user_id)
        self.assertIn("twenty pumps", "".join(lead.message_ids.mapped("body")))

    def test_a_mail_of_a_person_about_a_test_is_valid(self):
        self.checks.create({"name": "Test", "kind": "test", "words": "test"})
        mail = ALIAS_MAIL.replace("Test <test@", "Paula <paula@")
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            lead_id = self.env["mail.thread"].message_process("crm.lead", mail)
        self.assertTrue(self.leads.browse(lead_id).active)

    def test_check_again_in_bulk(self):
        leads = self.leads.create([GOOD] * 3)
        late = self.checks.create(
            {
                "name": "Test",
                "kind": "test",
                "words": "paula, private",
                "unless_reachable": False,
            }
        )
        action = leads.action_check_again()
        self.assertIn("3 of them invalid", action["params"]["message"])
        self.assertEqual(leads.check_id, late)
        late.active = False
        leads.action_check_again()
        self.assertEqual(leads.mapped("active"), [True] * 3)
        self.assertFalse(leads.check_id)
        leads.action_set_lost()
        with self.assertRaisesRegex(UserError, "Only open leads"):
            leads.action_check_again()

    def test_switched_off_nothing_happens(self):
        group = self.env.ref("crm_customer360.group_use_lead")
        self.env.ref("base.group_user").implied_ids -= group
        group.user_ids = False
        self.env.registry.clear_cache()
        lead = self.leads.create({**BAD, "contact_name": "ＷＩＤＥ"})
        self.assertTrue(lead.active)
        self.assertFalse(lead.check_state or lead.grade)
        self.assertEqual(lead.contact_name, "ＷＩＤＥ")

    def test_nobody_writes_a_verdict(self):
        lead = self.leads.create({**GOOD, "user_id": self.users_by_role["user"].id})
        mine = lead.with_env(self.env_of("user"))
        for values in (
            {"check_state": "invalid"},
            {"set_aside_date": "2026-01-01"},
            {"check_user_id": self.env.uid},
        ):
            with self.assertRaisesRegex(AccessError, "checked by rules"):
                mine.write(values)
            with self.assertRaisesRegex(AccessError, "checked by rules"):
                mine.create({"name": "Forged", **values})

    def test_objecting_needs_the_right_to_write(self):
        bad = self.leads.create({**BAD, "user_id": self.users_by_role["leader"].id})
        self.assertTrue(bad.set_aside_date)
        with self.assertRaises(AccessError):
            bad.with_env(self.env_of("user")).action_check_valid()
        with self.assertRaises(AccessError):
            bad.with_env(self.env_of("user")).action_check_again()
        with self.assertRaises(AccessError):
            bad.with_env(self.env_of("stranger")).action_check_valid()
