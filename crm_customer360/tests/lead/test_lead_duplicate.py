from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.lead import c360_lead_duplicate_mixin
from .common import LeadCommon

# somebody else
OTHER = {
    "contact_name": "Otto Olsen",
    "partner_name": "Fjord Fisk AS",
    "email_from": "otto@fjord.example",
    "phone": "+47 22 12 34 56",
    "street": "Torggata 5",
    "zip": "0181",
    "city": "Oslo",
}


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadDuplicate(LeadCommon):
    def test_new_lead_is_compared_at_once(self):
        older = self._create_lead()
        lead = self._create_lead(
            contact_name="Petersen, Paola", email_from="paula.petersn@nordwind.example"
        )
        pair = self._pairs(lead)
        self.assertEqual((pair.lead_id, pair.other_lead_id), (lead, older))
        self.assertEqual(pair.state, "open")
        self.assertEqual(pair.level, "surely")
        self.assertIn("same phone", pair.reason.lower())
        self.assertIn("typing error", pair.reason)
        self.assertEqual(lead.duplicate_pair_count, 1)
        self.assertEqual(older.duplicate_pair_count, 1)

    def test_resembles_a_contact(self):
        partner = self._create_partner()
        lead = self._create_lead()
        self.assertEqual(self._pairs(lead).partner_id, partner)

    def test_own_customer_and_colleagues_are_no_duplicates(self):
        partner = self._create_partner()
        lead = self._create_lead(partner_id=partner.id)
        self.assertFalse(self._pairs(lead))
        employee = new_test_user(
            self.env, "paula", name="Paula Petersen", email="p@company.example"
        )
        employee.partner_id.write({"phone": "+32 470 77 77 77", "zip": "2000"})
        self._run_job()
        lead = self._create_lead(
            phone="+32 470 77 77 77", email_from="p@company.example"
        )
        self.assertNotIn(employee.partner_id, self._pairs(lead).partner_id)

    def test_strangers_are_no_pair(self):
        self._create_lead()
        lead = self._create_lead(**OTHER)
        self.assertFalse(self._pairs(lead))

    def test_lost_and_archived_leads_are_left_out(self):
        older = self._create_lead()
        older.action_set_lost()
        self.assertFalse(self._pairs(self._create_lead()))

    def test_queries_of_one_lead(self):
        self._create_lead()
        lead = self._create_lead(contact_name="Paola Petersen")
        self.env.flush_all()
        self.duplicates._scan(lead)
        with self.assertQueryCount(5):
            self.duplicates._scan(lead)

    def test_queries_of_fifty_leads(self):
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Lead {n}",
                    "contact_name": f"Person Nr{n}",
                    "phone": f"+3247012{n:04}",
                }
                for n in range(50)
            ]
        )
        self.env.flush_all()
        with self.assertQueryCount(5):
            self.duplicates._scan(leads)

    def test_many_at_once_wait_for_the_job(self):
        older = self._create_lead()
        with patch.object(c360_lead_duplicate_mixin, "AT_ONCE", 1):
            leads = self.env["crm.lead"].create(
                [
                    {
                        "name": "A",
                        "contact_name": "Paula Petersen",
                        "phone": "+32470123456",
                    },
                    {
                        "name": "B",
                        "contact_name": "Bruno Baum",
                        "phone": "+32470000000",
                    },
                ]
            )
        self.assertFalse(self._pairs(leads[0]))
        self._run_job()
        self.assertEqual(self._pairs(leads[0]).other_lead_id, older)
        self.assertFalse(self._pairs(leads[1]))

    def test_changed_lead_is_compared_again(self):
        self._create_lead()
        lead = self._create_lead()
        self.assertTrue(self._pairs(lead))
        values = lead.read(list(OTHER), load=False)[0]
        lead.write(OTHER)
        self._run_job()
        self.assertFalse(self._pairs(lead))
        lead.write({name: values[name] for name in OTHER})
        self._run_job()
        self.assertTrue(self._pairs(lead))

    def test_scan_of_everything_is_queued(self):
        older, lead = self._create_lead(), self._create_lead()
        self._run_job()
        self._pairs(lead).unlink()
        self.assertGreaterEqual(self.duplicates._scan(), 2)
        self._run_job()
        self.assertEqual(self._pairs(lead).other_lead_id, older)

    def test_not_the_same_is_never_proposed_again(self):
        self._create_lead()
        lead = self._create_lead()
        pair = self._pairs(lead)
        pair.action_reject()
        self.assertEqual((pair.state, pair.decided_id), ("rejected", self.env.user))
        self.duplicates._scan(lead)
        self.assertEqual(self._pairs(lead), pair)
        self.assertEqual(pair.state, "rejected")
        self.assertEqual(lead.duplicate_pair_count, 0)
        pair.action_reopen()
        self.assertEqual(pair.state, "open")

    def test_decided_once(self):
        self._create_lead()
        pair = self._pairs(self._create_lead())
        pair.action_reject()
        for action in (pair.action_reject, pair.action_merge, pair.action_link):
            with self.assertRaises(UserError):
                action()

    def test_link_to_contact(self):
        partner = self._create_partner()
        lead = self._create_lead()
        pair = self._pairs(lead)
        with self.assertRaisesRegex(UserError, "link"):
            pair.action_merge()
        pair.action_link()
        self.assertEqual(lead.partner_id, partner)
        self.assertEqual(pair.state, "confirmed")

    def test_leads_are_not_linked(self):
        self._create_lead()
        with self.assertRaisesRegex(UserError, "merge"):
            self._pairs(self._create_lead()).action_link()

    def test_comparison_shows_both(self):
        self._create_lead(phone="+32 470 12 34 57")
        pair = self._pairs(self._create_lead())
        rows = {row["name"]: row for row in pair.comparison["rows"]}
        self.assertEqual(rows["zip"]["level"], "same")
        self.assertEqual(rows["phone"]["level"], "similar")
        self.assertEqual(rows["contact_name"]["left"], "Paula Petersen")
        partner = self._create_partner()
        pair = self._pairs(self._create_lead()).filtered("partner_id")
        rows = {row["name"]: row for row in pair.comparison["rows"]}
        self.assertEqual(rows["contact_name"]["right"], partner.name)

    # ------------------------------------------------------------ settings

    def test_only_told_by_default(self):
        self.assertEqual(self.company.c360_duplicate_action, "tell")
        older = self._create_lead(user_id=self.user.id)
        lead = self._create_lead()
        self.assertFalse(lead.user_id)
        self.assertTrue(older.active and lead.active)

    def test_handed_to_the_owner_of_the_other(self):
        self.company.c360_duplicate_action = "owner"
        self._create_lead(user_id=self.user.id)
        self.assertEqual(self._create_lead().user_id, self.user)

    def test_handed_to_the_salesperson_of_the_contact(self):
        self.company.c360_duplicate_action = "owner"
        self._create_partner(user_id=self.user.id)
        self.assertEqual(self._create_lead().user_id, self.user)

    def test_merged_into_the_older(self):
        self.company.c360_duplicate_action = "merge"
        older = self._create_lead(type="lead", email_from=False)
        lead = self._create_lead(type="opportunity", probability=90)
        self.assertEqual(lead.merged_into_id, older)
        self.assertFalse(lead.active)
        self.assertEqual(older.email_from, "paula.petersen@nordwind.example")

    def test_entry_stays_within_the_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        abroad = new_test_user(
            self.env, "abroad", company_id=other.id, company_ids=[(6, 0, other.ids)]
        )
        older = self._create_lead(company_id=other.id, user_id=abroad.id)
        for action in ("merge", "owner"):
            self.company.c360_duplicate_action = action
            lead = self._create_lead(company_id=False)
            self.assertEqual(self._pairs(lead)[-1:].other_lead_id, older)
            self.assertFalse(lead.merged_into_id or lead.user_id)
            lead.action_set_lost()
        older.action_set_lost()
        self._create_partner(company_id=other.id, user_id=abroad.id)
        self.assertFalse(self._create_lead(company_id=False).user_id)

    def test_thresholds(self):
        self.company.write({"c360_duplicate_maybe": 1, "c360_duplicate_surely": 1})
        self._create_lead()
        self.assertFalse(self._pairs(self._create_lead(phone=False)))
        for maybe, surely in ((0.9, 0.8), (0, 0.5), (0.5, 1.1)):
            with self.assertRaises(ValidationError):
                self.company.write(
                    {"c360_duplicate_maybe": maybe, "c360_duplicate_surely": surely}
                )

    def test_off_compares_nothing(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_lead"
        )
        self._create_lead()
        self.assertFalse(self._pairs(self._create_lead()))

    # ------------------------------------------------------------ rights

    def test_companies_never_meet(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._create_lead(company_id=other.id, user_id=False)
        lead = self._create_lead(company_id=self.company.id)
        self.assertFalse(self._pairs(lead))
        shared = self._create_lead(company_id=False)
        pairs = self._pairs(shared)
        self.assertEqual(len(pairs), 2)
        seen = self._pairs(shared, self.env_of("leader"))
        self.assertEqual(seen.other_lead_id, lead)

    def test_salesperson_sees_pairs_of_his_own_leads(self):
        env = self.env_of("user")
        older = self._create_lead(user_id=self.leader.id)
        lead = self._create_lead(user_id=self.user.id)
        self.assertTrue(self._pairs(lead))
        self.assertFalse(self._pairs(lead, env))
        self.assertEqual(lead.with_env(env).duplicate_pair_count, 0)
        pair = self._pairs(lead).with_env(env)
        self.assertNotIn("Pumps", pair.display_name)
        with self.assertRaises(AccessError):
            pair.action_merge()
        older.user_id = self.user
        pair = self._pairs(lead, env)
        self.assertEqual(pair.reason[:4], "Same")
        self.assertEqual(lead.with_env(env).duplicate_pair_count, 1)
        pair.action_reject()

    def test_nobody_writes_pairs(self):
        self._create_lead()
        pair = self._pairs(self._create_lead())
        for role in self.ROLES:
            if role == "manager":
                continue
            with self.subTest(role), self.assertRaises(AccessError):
                pair.with_env(self.env_of(role)).write({"state": "open"})
        for role in ("stranger", "analyst"):
            with self.subTest(role), self.assertRaises(AccessError):
                pair.with_env(self.env_of(role)).read(["reason"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_only_leaders_scan_everything(self):
        self.env_of("leader")["c360.lead.duplicate"].action_scan_all()
        with self.assertRaises(AccessError):
            self.env_of("user")["c360.lead.duplicate"].action_scan_all()

    def test_portal_sees_nothing(self):
        portal = new_test_user(self.env, "c360_portal", groups="base.group_portal")
        self._create_lead()
        pair = self._pairs(self._create_lead())
        for model in ("c360.lead.duplicate", "c360.lead.merge", "c360.lead.identity"):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])
        with self.assertRaises(AccessError):
            pair.with_user(portal).action_reject()

    def test_review_goes_on_with_the_next_pair(self):
        self._create_lead()
        lead = self._create_lead()
        self._create_lead()
        pairs = self.duplicates.search([("state", "=", "open")])
        self.assertGreaterEqual(len(pairs), 3)
        action = self._pairs(lead)[:1].action_reject()
        self.assertEqual(action["res_model"], "c360.lead.duplicate")
        self.assertTrue(action.get("res_id"))
