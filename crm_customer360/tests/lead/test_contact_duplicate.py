from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import LeadCommon

PETERSEN = {
    "name": "Paula Petersen",
    "email": "paula@nordwind.example",
    "phone": "+49 40 123456",
    "street": "Hafenweg 3",
    "zip": "20095",
    "city": "Hamburg",
}


@tagged("post_install", "-at_install", "c360_lead")
class TestContactDuplicate(LeadCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Partner = cls.env["res.partner"]
        cls.leader_env = cls.env(user=cls.users_by_role["leader"])

    def _contact(self, **values):
        return self.Partner.create({**PETERSEN, **values})

    def _find(self, *partners):
        """Run the job and return the pairs among some contacts."""
        self._run_job()
        ids = [partner.id for partner in partners]
        return self.duplicates.search(
            [("contact_id", "in", ids), ("partner_id", "in", ids)]
        )

    def test_the_same_person_twice(self):
        older = self._contact()
        newer = self._contact(name="Petersen, Paola", email="p.petersen@x.example")
        pair = self._find(older, newer)
        self.assertEqual((pair.contact_id, pair.partner_id), (newer, older))
        self.assertEqual(pair.state, "open")
        self.assertIn("same phone", pair.reason.lower())
        rows = {row["name"]: row for row in pair.comparison["rows"]}
        self.assertEqual(rows["name"]["level"], "typo")
        self.assertEqual(pair.comparison["kinds"], ["Contact", "Contact"])
        newer.write({"name": "Otto", "phone": False, "street": False, "email": False})
        self.assertFalse(self._find(older, newer), "they do not look alike any more")

    def test_companies_with_companies(self):
        older = self._contact(name="Nordwind GmbH", is_company=True)
        newer = self._contact(name="Nordwind Gmbh.", is_company=True)
        person = self._contact(name="Nordwind GmbH")
        pair = self._find(older, newer, person)
        self.assertEqual((pair.contact_id, pair.partner_id), (newer, older))

    def test_a_family_is_no_duplicate(self):
        company = self._contact(name="Nordwind GmbH", is_company=True)
        paula, otto = (
            self._contact(name=name, parent_id=company.id, type="contact")
            for name in ("Paula Petersen", "Otto Olsen")
        )
        delivery = self._contact(parent_id=company.id, type="delivery")
        twin = self._contact(parent_id=company.id, type="contact")
        branch = self._contact(
            name="Nordwind GmbH", parent_id=company.id, is_company=True
        )
        pair = self._find(company, paula, otto, delivery, twin, branch)
        self.assertEqual((pair.contact_id, pair.partner_id), (twin, paula))

    def test_colleagues_archived_and_other_companies_are_left_out(self):
        older = self._contact()
        employee = new_test_user(self.env, "paula", name="Paula Petersen").partner_id
        employee.write(PETERSEN)
        archived = self._contact(active=False)
        company = self.env["res.company"].create({"name": "Second"})
        here = self._contact(company_id=self.company.id)
        there = self._contact(company_id=company.id)
        pairs = self._find(older, employee, archived, here, there)
        self.assertEqual(
            {(pair.contact_id, pair.partner_id) for pair in pairs},
            {(here, older), (there, older)},
        )

    def test_what_was_rejected_is_not_proposed_again(self):
        older, newer = self._contact(), self._contact()
        pair = self._find(older, newer).with_env(self.leader_env)
        pair.action_reject()
        newer.phone = "+49 40 999999"
        self.assertEqual(self._find(older, newer).state, "rejected")
        self.assertFalse(newer.c360_similar_ids)

    def test_warning_on_the_form_while_typing(self):
        older = self._contact()
        self._run_job()
        form = Form(self.Partner.with_env(self.leader_env))
        form.name = "Paula Peterson"
        self.assertFalse(form.c360_similar_ids)
        form.phone = PETERSEN["phone"]
        form.zip = PETERSEN["zip"]
        self.assertEqual(form.c360_similar_ids[:], older)
        newer = form.save()
        self.assertEqual(newer.c360_similar_ids, older)
        self.env.invalidate_all()
        names = ["c360_similar_ids"]
        found = (newer | older).with_env(self.leader_env).read(names)
        self.assertEqual([row["c360_similar_ids"] for row in found], [[], []])
        stranger = self.env(user=self.users_by_role["stranger"])
        self.assertFalse(newer.with_env(stranger).c360_similar_ids)

    def test_form_costs_three_queries(self):
        self._contact()
        newer = self._contact()
        self._run_job()
        newer.read(["name", "email", "phone", "country_id", "commercial_company_name"])
        with self.assertQueryCount(3):
            self.assertTrue(newer.c360_similar_ids)

    def test_entering_a_contact_compares_nothing(self):
        self._contact()
        self._run_job()
        newer = self._contact()
        self.env.flush_all()
        self.assertFalse(self.duplicates.search([("contact_id", "=", newer.id)]))

    def test_many_cost_what_one_costs(self):
        partners = self.Partner.create(
            [{**PETERSEN, "zip": f"2{n}"} for n in range(30)]
        )
        self._run_job()
        for some in (partners[:1], partners):
            with self.assertQueryCount(2):
                self.duplicates._scan_contacts(some.ids)

    def test_merge_of_a_pair_opens_the_preview(self):
        older, newer = self._contact(), self._contact()
        pair = self._find(older, newer).with_env(self.leader_env)
        action = pair.action_merge()
        wizards = self.env[action["res_model"]].with_env(self.leader_env)
        form = Form(wizards.with_context(**action["context"]))
        self.assertEqual(form.partner_ids[:], older | newer)
        form.dst_partner_id = older
        form.save().action_merge()
        self.assertEqual(pair.state, "merged")
        self.assertEqual(newer.c360_merged_into_id, older)
        self.assertFalse(self._find(older, newer).filtered(lambda p: p.state == "open"))
        with self.assertRaisesRegex(UserError, "decided about this meanwhile"):
            pair.action_merge()
        newer.action_undo_c360_merge()
        self.assertEqual(self._find(older, newer).state, "open")

    def test_several_customers_are_not_merged_at_once(self):
        older, newer = self._contact(), self._contact()
        one, two = (
            self._contact(
                name="Otto Olsen",
                email="otto@fjord.example",
                phone="+47 22 12 34 56",
                street=False,
                zip=False,
                city=False,
            )
            for _n in "ab"
        )
        pairs = self._find(older, newer, one, two).with_env(self.leader_env)
        self.assertEqual(len(pairs), 2)
        with self.assertRaisesRegex(UserError, "one after the other"):
            pairs.action_merge()

    def test_salesperson_sees_pairs_of_his_own(self):
        mine = [self._contact(user_id=self.user.id) for _n in "ab"]
        theirs = self._contact()
        self._find(*mine, theirs)
        env = self.env(user=self.user)
        pairs = self.duplicates.with_env(env).search([("contact_id", "!=", False)])
        self.assertEqual((pairs.contact_id, pairs.partner_id), (mine[1], mine[0]))
        pairs.action_reject()
        other = self.duplicates.search([("contact_id", "=", theirs.id)], limit=1)
        with self.assertRaises(AccessError):
            other.with_env(env).action_reject()
        with self.assertRaisesRegex(AccessError, "Only team leaders"):
            self.duplicates.with_env(env).action_scan_contacts()

    def test_compare_all_contacts(self):
        older, newer = self._contact(), self._contact()
        self._find(older, newer).unlink()
        self.duplicates.with_env(self.leader_env).action_scan_contacts()
        self.assertEqual(len(self._find(older, newer)), 1)
