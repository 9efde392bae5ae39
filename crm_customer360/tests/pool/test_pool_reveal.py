from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
@freeze_time("2026-03-31 09:00:00")
class TestPoolReveal(PoolCommon):
    """Contact data before a claim; who has a card open."""

    def _reveal(self, leads, user=None):
        return self.env(user=user or self.user)["c360.pool"].reveal(leads.ids)

    def _reasons(self, result):
        return [item["reason"] for item in result["refused"]]

    def test_never_unless_the_pool_says_so(self):
        lead = self._create_leads()
        result = self._reveal(lead)
        self.assertFalse(result["granted"])
        self.assertIn("those who claim", self._reasons(result)[0])
        self.assertFalse(self.env["c360.pool.reveal"].search([]))
        card = self.env["c360.pool.lead"].with_user(self.user).browse(lead.id)
        self.assertFalse(card.can_reveal)
        self.assertEqual(card.action_reveal()["tag"], "display_notification")

    def test_so_many_leads_a_day_each_look_logged(self):
        self.pool.reveal_limit_day = 2
        leads = self._create_leads(3, city="Ghent")
        result = self._reveal(leads)
        self.assertEqual(
            result["granted"][0],
            {
                "id": leads[0].id,
                "values": {
                    "contact_name": "Paula Private",
                    "email_from": "paula0@private.example",
                    "phone": "+32 470 12 34 56",
                    "city": "Ghent",
                },
            },
        )
        self.assertEqual(len(result["granted"]), 2)
        self.assertIn("looked at 2 leads", self._reasons(result)[0])
        # once more the same: logged, not counted
        self.assertTrue(self._reveal(leads[0])["granted"])
        looks = self.env["c360.pool.reveal"].search([])
        self.assertEqual(looks.lead_id, leads[:2])
        self.assertEqual(len(looks), 3)
        self.assertEqual(looks.user_id, self.user)
        self.assertTrue(self._reveal(leads[2], self.rival)["granted"])
        with freeze_time("2026-04-01 09:00:00"):
            self.assertTrue(self._reveal(leads[2])["granted"])

    def test_nothing_else_opens_up(self):
        self.pool.reveal_limit_day = 5
        lead = self._create_leads()
        self._reveal(lead)
        hidden = lead.with_user(self.user)
        hidden.invalidate_recordset()
        with self.assertRaises(AccessError):
            hidden.read(["email_from"])
        self.assertFalse(
            self.env(user=self.user)["crm.lead"].search([("id", "=", lead.id)])
        )

    def test_neither_strangers_nor_other_pools_nor_companies(self):
        (self.pool + self.key_pool).reveal_limit_day = 5
        free, key = self._create_leads(), self._create_leads(expected_revenue=20000)
        self.key_pool.member_ids.filtered(lambda m: m.user_id == self.user).unlink()
        result = self._reveal(free + key)
        self.assertEqual([item["id"] for item in result["granted"]], free.ids)
        company = self.env["res.company"].create({"name": "Other"})
        free.sudo().company_id = company
        self.assertIn("pool of yours", self._reasons(self._reveal(free))[0])
        self.assertFalse(self._reveal(free, self.users_by_role["leader"])["granted"])
        portal = new_test_user(self.env, "c360_portal", groups="base.group_portal")
        for user in (portal, self.users_by_role["stranger"]):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._reveal(free, user)
        with self.assertRaisesRegex(UserError, "list of ids"):
            self.env_of("user")["c360.pool"].reveal([str(free.id)])
        self.assertFalse(
            self.env_of("user")["c360.pool"].reveal([-1, 2**40])["granted"]
        )

    def test_leaders_see_who_looked_at_what(self):
        self.pool.reveal_limit_day = 5
        lead = self._create_leads()
        self._reveal(lead)
        looks = self.env_of("leader")["c360.pool.reveal"].search([])
        self.assertEqual(looks.lead_id.id, lead.id)
        with self.assertRaises(AccessError):
            self.env_of("user")["c360.pool.reveal"].search([]).read(["lead_id"])
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            looks.sudo().write({"date": "2020-01-01"})
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            looks.sudo().unlink()

    def test_dialog_gets_labels_and_values(self):
        self.pool.reveal_limit_day = 5
        lead = self._create_leads()
        card = self.env["c360.pool.lead"].with_user(self.user).browse(lead.id)
        self.assertTrue(card.can_reveal)
        action = card.action_reveal()
        self.assertEqual(action["tag"], "c360_pool_reveal")
        rows = {row["name"]: row["value"] for row in action["params"]["rows"]}
        self.assertEqual(rows["email_from"], "paula0@private.example")

    # Who has the card open

    def _card(self, lead, user):
        return self.env["c360.pool.lead"].with_user(user).browse(lead.id)

    def test_others_are_told_who_looks(self):
        lead = self._create_leads()
        mine, theirs = self._card(lead, self.user), self._card(lead, self.rival)
        self.assertFalse(mine.look())
        self.assertFalse(mine.viewer_note)
        with freeze_time("2026-03-31 09:02:30"):
            mine.look()
            self.assertEqual(
                theirs.look(),
                "Test user is looking at it (2 min)",
                "the first one has it",
            )
            self.assertEqual(theirs.viewer_id, self.user)
            self.assertTrue(self._claim(lead, self.rival)["granted"], "a word, no lock")

    def test_switched_off_nobody_looks(self):
        lead = self._create_leads()
        card = self._card(lead, self.users_by_role["leader"])
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_pool"
        )
        self.assertFalse(card.look())
        self.assertFalse(self.env["c360.pool.lease"].search_count([]))

    def test_card_without_a_sign_of_life_is_free(self):
        lead = self._create_leads()
        mine, theirs = self._card(lead, self.user), self._card(lead, self.rival)
        mine.look()
        with freeze_time("2026-03-31 09:05:01"):
            self.assertFalse(theirs.look())
            mine.invalidate_recordset()
            self.assertEqual(mine.viewer_note, "Rita Rival is looking at it (1 min)")
        theirs.look_away()
        mine.invalidate_recordset()
        self.assertFalse(mine.viewer_note)

    def test_closing_takes_only_ones_own(self):
        lead = self._create_leads()
        self._card(lead, self.user).look()
        self._card(lead, self.rival).look_away()
        self.assertTrue(self.env["c360.pool.lease"].search([]))
        with freeze_time("2026-03-31 10:00:00"):
            self.env["c360.pool.lease"]._gc_leases()
        self.assertFalse(self.env["c360.pool.lease"].search([]))

    def test_pool_may_let_who_looks_have_it(self):
        self.pool.lease_blocks_claim = True
        lead = self._create_leads()
        self._card(lead, self.user).look()
        result = self._claim(lead, self.rival)
        self.assertEqual(self._reasons(result), ["Test user is looking at this lead."])
        self.assertTrue(self._claim(lead)["granted"])

    def test_outsiders_open_no_card(self):
        lead = self._create_leads()
        for role in ("stranger", "service", "manager"):
            with self.subTest(role):
                card = self._card(lead, self.users_by_role[role])
                if role == "manager":
                    self.assertFalse(card.look())
                    continue
                with self.assertRaises(AccessError):
                    card.look()
        self.pool.member_ids.filtered(lambda m: m.user_id == self.rival).unlink()
        with self.assertRaises(AccessError):
            self._card(lead, self.rival).look()
