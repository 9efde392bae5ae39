from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerCompleteness(CustomerCommon):
    """What we should know of a customer, and what of it is missing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["c360.customer.completeness.rule"]
        cls.Rule.search([]).active = False
        cls.email = cls._rule("E-mail", "email", weight=30)
        cls.vat = cls._rule("Tax ID", "vat", weight=10, applies_to="company")
        cls.person = cls.Rule.create(
            {
                "name": "Contact person",
                "kind": "domain",
                "domain": "[('child_ids', '!=', False)]",
                "weight": 60,
            }
        )
        cls.private = cls._create_customer("Paula Private", is_company=False, email="")
        cls._order("2026-05-01")
        cls._order("2026-05-01", partner=cls.private)
        cls.Profile._refresh()

    @classmethod
    def _rule(cls, name, field, **values):
        fields = cls.env["ir.model.fields"]
        return cls.Rule.create(
            {"name": name, "field_id": fields._get("res.partner", field).id, **values}
        )

    def _header(self):
        page = self.env["c360.customer.page"]
        return page.load(self.buyer.id)["header"]["completeness"]

    def _missing(self, partner=None, company=None):
        return self.Rule._get_missing(partner or self.customer, company or self.company)

    def test_the_score_is_the_share_of_the_weights(self):
        self.Rule._refresh()
        self.assertEqual(self._profile().completeness, 90)
        self.assertEqual(self._profile(self.private).completeness, 0)
        self.assertEqual(self._missing(), (90, ["Tax ID"]))
        self.assertEqual(self._missing(self.private), (0, ["Contact person", "E-mail"]))

    def test_only_changes_are_written(self):
        among = self.customer + self.private
        self.assertEqual(self.Rule._refresh(among), 2)
        self.assertEqual(self.Rule._refresh(among), 0)
        self.private.email = "paula@private.example"
        self.assertEqual(self.Rule._refresh(self.customer), 0)
        self.assertEqual(self.Rule._refresh(), 1)
        self.assertEqual(self._profile(self.private).completeness, 33)

    def test_rules_of_a_country_and_of_a_company(self):
        france = self.env.ref("base.fr")
        self._rule(
            "Street", "street", weight=100, country_ids=[Command.set(france.ids)]
        )
        company, _user = self._create_second_company()
        self._rule("Website", "website", weight=100, company_id=company.id)
        self._order("2026-05-01", company_id=company.id)
        self.Profile._refresh()
        self.Rule._refresh()
        self.assertEqual(self._profile().completeness, 90)
        self.assertEqual(self._profile(company=company).completeness, 45)
        self.assertEqual(self._missing(company=company), (45, ["Website", "Tax ID"]))
        self.customer.country_id = france
        self.assertEqual(self._missing(), (45, ["Street", "Tax ID"]))

    def test_without_rules_nobody_has_a_score(self):
        self.Rule._refresh()
        (self.email + self.vat + self.person).active = False
        self.Rule._refresh()
        self.assertFalse(self._profile().completeness)
        self.assertEqual(self._missing(), (None, []))

    def test_a_field_that_is_gone_is_not_asked_for(self):
        self.env.cr.execute(
            "UPDATE c360_customer_completeness_rule SET domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", self.person.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertEqual(self._missing(), (75, ["Tax ID"]))

    def test_rules_that_say_nothing_are_refused(self):
        for values in (
            {"field_id": False},
            {"kind": "domain", "domain": "[]"},
            {"kind": "domain", "domain": "[('gone', '=', 1)]"},
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, "does not say"),
            ):
                self.email.write(values)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.email.weight = 0
            self.env.flush_all()

    def test_the_page_names_what_is_missing(self):
        self.assertEqual(self._header(), "90 % complete, missing: Tax ID")
        for field in ("website", "street", "city"):
            self._rule(field, field, weight=5)
        self.assertIn("1 more", self._header())
        self.customer.write({"vat": "1", "website": "x", "street": "x", "city": "x"})
        self.assertFalse(self._header())

    def test_incomplete_customers_are_found(self):
        self.Rule._refresh()
        found = self.Profile.search(
            [
                ("completeness", "<", 80),
                ("partner_id", "in", (self.customer + self.private).ids),
            ]
        )
        self.assertEqual(found.partner_id, self.private)

    def test_switched_off_nothing_is_scored(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_relation"
        )
        self.assertEqual(self.Rule._refresh(), 0)
        self.assertFalse(self._header())

    def test_only_managers_change_rules(self):
        for role in ("user", "leader", "care", "service", "analyst"):
            rule = self.email.with_user(self.users_by_role[role])
            self.assertTrue(rule.name)
            with self.subTest(role), self.assertRaises(AccessError):
                rule.weight = 1
        self.email.with_user(self.users_by_role["manager"]).weight = 1
        with self.assertRaises(AccessError):
            self.email.with_user(self.users_by_role["stranger"]).check_access("read")

    def test_rules_as_they_come_can_be_asked(self):
        rules = self.Rule.with_context(active_test=False).search([])
        rules.active = True
        rules._check_condition()
        score, names = self._missing()
        self.assertTrue(0 < score < 100)
        self.assertIn("Phone", names)
