from unittest import SkipTest

from odoo import fields
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install", "c360_demo")
class TestDemoLeads(TransactionCase):
    """Leads and pools are found in each of their states."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        module = cls.env["ir.module.module"]._get("crm_customer360_demo")
        if module.state != "installed":
            raise SkipTest("The demo story has not been told in this database.")
        cls.leads = cls.env["crm.lead"].with_context(active_test=False)
        cls.now = fields.Datetime.now()

    def _user(self, login):
        return self.env["res.users"].search([("login", "=", login)])

    def _states(self, model, field="state", domain=()):
        rows = self.env[model]._read_group(list(domain), [field], ["__count"])
        return dict(rows)

    def test_card_lists(self):
        imported, read = self.env["c360.lead.import"].search([], order="id")
        self.assertEqual((imported.state, read.state), ("done", "ready"))
        self.assertGreaterEqual(imported.imported_count, 60)
        self.assertFalse(imported.refused_count)
        self.assertEqual(read.create_uid.login, "sam")
        self.assertTrue(read.new_count and read.duplicate_count and read.invalid_count)

    def test_headings_in_two_languages_were_understood(self):
        lead = self.leads.search([("partner_name", "=", "广州白云酒店集团")])
        self.assertEqual(lead.contact_name, "苏敏")
        self.assertEqual(lead.function, "采购总监")
        self.assertEqual(lead.country_id.code, "CN")
        self.assertEqual(lead.expected_revenue, 42000)
        self.assertEqual(lead.capture_channel, "import")
        self.assertEqual(lead.collector_id.login, "nina")

    def test_invalid_leads_are_set_aside(self):
        aside = self.leads.search([("set_aside_date", "!=", False)])
        kinds = set(aside.check_id.mapped("kind"))
        self.assertLessEqual(
            {"test", "email_disposable", "phone_impossible", "unreachable"}, kinds
        )
        self.assertFalse(any(aside.mapped("active")))
        self.assertFalse(aside.pool_id)
        self.assertTrue(all(aside.mapped("name")))

    def test_duplicates(self):
        of_leads = [("lead_id", "!=", False)]
        states = self._states("c360.lead.duplicate", domain=of_leads)
        self.assertEqual(states["merged"], 2)
        self.assertEqual(states["rejected"], 1)
        self.assertGreaterEqual(states["open"], 6)
        self.assertEqual(self.env["c360.lead.merge"].search_count([]), 2)
        open_pairs = self.env["c360.lead.duplicate"].search(
            [("state", "=", "open"), *of_leads]
        )
        self.assertTrue(open_pairs.other_lead_id)
        self.assertTrue(open_pairs.partner_id)
        sam = self.env["c360.lead.duplicate"].with_user(self._user("sam"))
        self.assertTrue(sam.search_count([("state", "=", "open")]))

    def test_profiles_grade(self):
        profiles = self.env["c360.lead.profile"].search([])
        self.assertEqual(set(profiles.mapped("buyer_kind")), {"direct", "indirect"})
        grades = {
            grade
            for (grade,) in self.leads._read_group(
                [("profile_id", "in", profiles.ids)], ["grade"]
            )
        }
        self.assertLessEqual({"key", "normal", "unlikely"}, grades)

    def test_pools_have_terms(self):
        for name in ("key", "general"):
            pool = self.env.ref(f"crm_customer360.c360_pool_{name}")
            self.assertEqual(pool.member_count, 3)
            self.assertTrue(pool.manager_ids)
            self.assertTrue(pool.hold_limit and pool.protect_limit)
        rules = self.env["c360.pool.rule"].search([("kind", "=", "no_followup")])
        self.assertEqual(set(rules.mapped("days")), {5})
        self.assertTrue(all(rules.mapped("warn_days")))

    def test_recycling(self):
        recycled = self.env["c360.pool.move"].search([("kind", "=", "recycle")])
        self.assertGreaterEqual(len(recycled), 4)
        self.assertTrue(all(recycled.mapped("reason")))
        days = set(recycled.mapped(lambda move: move.date.date()))
        self.assertGreater(len(days), 2)
        soon = fields.Datetime.add(self.now, days=5)
        near = self.leads.search(
            [
                ("pool_state", "=", "held"),
                ("recycle_date", "<", soon),
                ("user_id", "=", self._user("sam").id),
            ]
        )
        self.assertTrue(near)
        protected = self.leads.search([("protected_until", ">", self.now)])
        self.assertEqual(set(protected.user_id.mapped("login")), {"sam", "nina"})

    def test_offers(self):
        states = self._states("c360.pool.offer")
        self.assertLessEqual({"offered", "accepted", "declined"}, states.keys())
        waiting = self.env["c360.pool.offer"].search([("state", "=", "offered")])
        self.assertIn("sam", waiting.user_id.mapped("login"))

    def test_customers_wait(self):
        states = self._states("c360.pool.customer")
        self.assertGreaterEqual(states["pooled"], 3)
        self.assertEqual(states["held"], 1)

    def test_the_loop_is_closed(self):
        answered = self.leads.search([("first_response_date", "!=", False)])
        hours = answered.mapped("first_response_hours")
        self.assertLess(min(hours), 2)
        self.assertGreater(max(hours), 8)
        steps = self.leads.search([("next_step_date", "!=", False)])
        today = fields.Date.today()
        self.assertTrue(steps.filtered(lambda lead: lead.next_step_date < today))
        self.assertTrue(steps.filtered(lambda lead: lead.next_step_date > today))
        placed = self.leads.search([("pool_id", "!=", False)])
        self.assertLessEqual({"won", "lost"}, set(placed.mapped("won_status")))
        costs = self.env["c360.lead.cost"].search([("campaign_id", "!=", False)])
        self.assertTrue(costs)
        self.assertTrue(costs.source_id)

    def test_no_job_is_left(self):
        for model in ("c360.pool.arrival", "c360.pool.deadline", "c360.pool.route"):
            self.assertFalse(self.env[model].search_count([]), model)

    def test_board_is_alive(self):
        board = self.env["c360.pool.board"].with_user(self._user("nina")).load()
        self.assertFalse(board["is_empty"])
        self.assertEqual(len(board["members"]), 3)
        self.assertTrue(all(card["value"] for card in board["cards"][:2]))
        self.assertTrue(board["reasons"])
