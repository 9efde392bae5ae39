from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import Customer360Common

PHONE, CITY = "[('phone', '!=', False)]", "[('city', '=', 'Ghent')]"
CONDITION = "odoo.addons.crm_customer360.models.lead.c360_lead_profile_condition"


def make_profile(profiles, name="Builders", conditions=None, **values):
    """Create a profile; conditions as ``(name, domain, points)``."""
    conditions = conditions or [("Phone", PHONE, 30), ("Ghent", CITY, 20)]
    return profiles.create(
        {
            "name": name,
            "key_points": 50,
            "normal_points": 30,
            "condition_ids": [
                Command.create({"name": label, "lead_domain": domain, "weight": weight})
                for label, domain, weight in conditions
            ],
            **values,
        }
    )


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadProfile(Customer360Common):
    """A lead is graded by the target profile it fits best."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["c360.lead.check"].search([]).active = False
        cls.profiles = cls.env["c360.lead.profile"]
        cls.profiles.search([]).active = False
        cls.profile = make_profile(cls.profiles)
        cls.toys, cls.bikes = cls.env["product.category"].create(
            [{"name": "Toys"}, {"name": "Bikes"}]
        )
        cls.role = cls.env.ref("crm_customer360.c360_lead_buyer_role_family")

    def _lead(self, **values):
        return self.env["crm.lead"].create(
            {"name": "Pumps", "user_id": False, **values}
        )

    def test_three_grades(self):
        phone = "+32 470 12 34 56"
        leads = [
            self._lead(phone=phone, city="Ghent"),
            self._lead(phone=phone),
            self._lead(),
        ]
        self.assertEqual([lead.grade for lead in leads], ["key", "normal", "unlikely"])
        self.assertEqual([lead.grade_points for lead in leads], [50, 30, 0])
        self.assertEqual(leads[0].profile_id, self.profile)
        self.assertEqual((self.profile.lead_count, self.profile.key_count), (3, 1))
        action = self.profile.action_view_leads()
        self.assertEqual(len(self.env["crm.lead"].search(action["domain"])), 3)

    def test_the_first_profile_asks_for_more_than_a_full_card(self):
        self.profile.active = False
        profile = self.env.ref("crm_customer360.c360_lead_profile_business")
        profile.active = True
        card = {
            "phone": "+32 470 12 34 56",
            "email_from": "paula@nordwind-pumpen.example",
            "partner_name": "Nordwind",
            "contact_name": "Paula",
        }
        leads = [
            self._lead(**card),
            self._lead(**card, function="Head of Purchasing"),
            self._lead(**card, interest_category_ids=self.toys.ids),
        ]
        self.assertEqual([lead.grade for lead in leads], ["normal", "key", "key"])

    def test_graded_again_when_it_matters(self):
        lead = self._lead(phone="+32 470 12 34 56")
        lead.city = "Ghent"
        self.assertEqual(lead.grade, "key")
        lead.phone = False
        self.assertEqual((lead.grade, lead.grade_points), ("unlikely", 20))

    def test_a_reason_against(self):
        self.profile.condition_ids[1].weight = -25
        lead = self._lead(phone="+32 470 12 34 56", city="Ghent")
        self.assertEqual((lead.grade, lead.grade_points), ("unlikely", 5))

    def test_the_best_profile_counts(self):
        other = make_profile(
            self.profiles, "Ghent", [("Ghent", CITY, 90)], key_points=90
        )
        lead = self._lead(city="Ghent")
        self.assertEqual((lead.profile_id, lead.grade), (other, "key"))
        other.active = False
        lead._regrade()
        self.assertEqual((lead.profile_id, lead.grade), (self.profile, "unlikely"))

    def test_interest_chooses_the_profile(self):
        self.profile.category_ids = self.toys
        self.assertEqual(self._lead().profile_id, self.profile)
        toys = self._lead(interest_category_ids=self.toys.ids)
        self.assertEqual(toys.profile_id, self.profile)
        below = self.toys.create({"name": "Trains", "parent_id": self.toys.id})
        self.assertTrue(self._lead(interest_category_ids=below.ids).profile_id)
        bikes = self._lead(interest_category_ids=self.bikes.ids)
        self.assertFalse(bikes.profile_id or bikes.grade)
        bikes.interest_category_ids += self.toys
        self.assertEqual(bikes.profile_id, self.profile)
        train = self.env["product.template"].create(
            {"name": "Train", "categ_id": below.id}
        )
        named = self._lead(interest_product_ids=train.ids)
        self.assertEqual(named.profile_id, self.profile)

    def test_who_buys_for_whom(self):
        self.profile.buyer_kind = "direct"
        indirect = make_profile(
            self.profiles,
            "Grandparents",
            buyer_kind="indirect",
            buyer_role_ids=self.role.ids,
        )
        lead = self._lead()
        self.assertEqual(lead.profile_id, self.profile)
        lead.write({"buyer_role_id": self.role.id, "end_user_name": "Mia, 6"})
        self.assertEqual(lead.profile_id, indirect)
        agent = self.env.ref("crm_customer360.c360_lead_buyer_role_agent")
        lead.buyer_role_id = agent
        self.assertFalse(lead.profile_id)
        indirect.buyer_role_ids = False
        lead._regrade()
        self.assertEqual(lead.profile_id, indirect)

    def test_another_company_has_its_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.profile.company_id = other
        self.assertFalse(self._lead(team_id=False, company_id=self.company.id).grade)

    def test_a_broken_condition_stops_no_lead(self):
        self.env.cr.execute(
            "UPDATE c360_lead_profile_condition SET lead_domain = %s WHERE id = %s",
            ("[('no_such_field', '=', 1)]", self.profile.condition_ids[0].id),
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        with mute_logger(CONDITION):
            lead = self._lead(phone="+32 470 12 34 56", city="Ghent")
        self.assertEqual(lead.grade_points, 20)

    def test_the_grade_explains_itself(self):
        lead = self._lead(phone="+32 470 12 34 56")
        text = lead.grade_explanation
        self.assertIn("+30", text)
        self.assertIn("(+20)", text)
        self.assertIn("20 more points make it a key lead", text)
        self.profile.condition_ids[0].name = "<b>Phone</b>"
        lead.invalidate_recordset(["grade_explanation"])
        self.assertIn("&lt;b&gt;Phone", lead.grade_explanation)

    def test_a_changed_profile_grades_again_in_the_background(self):
        lead = self._lead(phone="+32 470 12 34 56")
        runs = self.env["c360.lead.recheck"]
        runs.search([]).unlink()
        self.profile.description = "no matter"
        self.assertFalse(runs.search([]))
        self.profile.normal_points = 31
        self.profile.condition_ids[0].weight = 29
        run = runs.search([])
        self.assertEqual((len(run), run.kind), (1, "grade"))
        self.assertEqual(lead.grade, "normal")
        while run.state != "done":
            run._take_slice()
        self.assertEqual(lead.grade, "unlikely")

    def test_members_see_the_grade_before_the_claim(self):
        self.env["c360.pool"].search([]).active = False
        pool = self.env["c360.pool"].create({"name": "All"})
        user = self.users_by_role["user"]
        pool.member_ids = [Command.create({"user_id": user.id})]
        lead = self._lead(phone="+32 470 12 34 56", city="Ghent")
        seen = self.env_of("user")["c360.pool.lead"].search([("grade", "=", "key")])
        self.assertIn(lead.id, seen.ids)
        with self.assertRaises(AccessError):
            lead.with_env(self.env_of("user")).read(["grade"])

    def test_a_grade_cannot_be_forged(self):
        mine = self._lead(user_id=self.users_by_role["user"].id)
        mine = mine.with_env(self.env_of("user"))
        with self.assertRaisesRegex(AccessError, "graded by"):
            mine.grade = "key"
        with self.assertRaisesRegex(AccessError, "graded by"):
            mine.create({"name": "Forged", "grade_points": 99})

    def test_nonsense_is_refused(self):
        condition = self.profile.condition_ids[0]
        with self.assertRaisesRegex(ValidationError, "at least as many"):
            self.profile.key_points = 10
        with self.assertRaisesRegex(ValidationError, "no conditions"):
            self.profiles.create({"name": "Empty"})
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            condition.lead_domain = "[('no_such_field', '=', 1)]"
        with self.assertRaisesRegex(ValidationError, "every lead"):
            condition.lead_domain = "[]"
        with self.assertRaisesRegex(ValidationError, "no conditions"):
            self.profile.condition_ids.unlink()

    def test_late_facts_are_flagged(self):
        condition = self.profile.condition_ids[0]
        self.assertFalse(condition.is_late)
        condition.lead_domain = "[('stage_id.is_won', '=', True)]"
        self.assertTrue(condition.is_late)

    def test_grading_a_thousand_leads_asks_nothing(self):
        vals = {"name": "Pumps", "user_id": False, "phone": "+32 470 12 34 56"}
        leads = self.env["crm.lead"].create([vals] * 100)
        self.profiles._find_fits(leads)
        with self.assertQueryCount(0):
            fits = self.profiles._find_fits(leads)
        self.assertEqual({fit.grade for fit in fits.values()}, {"normal"})

    def test_the_industry_goes_with_the_customer(self):
        industry = self.env["res.partner.industry"].create({"name": "Building"})
        lead = self._lead(partner_name="Acme", industry_id=industry.id)
        values = lead._prepare_customer_values("Acme", is_company=True)
        self.assertEqual(values["industry_id"], industry.id)

    def test_merging_keeps_the_interests(self):
        leads = self._lead(interest_category_ids=self.toys.ids) + self._lead(
            interest_category_ids=self.bikes.ids, end_user_name="Mia"
        )
        head = leads.merge_opportunity()
        self.assertEqual(head.interest_category_ids, self.toys + self.bikes)
        self.assertEqual(head.end_user_name, "Mia")
