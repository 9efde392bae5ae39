from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerFigureRights(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-06-30"))
        cls.mine, cls.theirs, cls.unowned = (
            cls._create_customer(name) for name in ("Mine", "Theirs", "Unowned")
        )
        cls.mine.user_id = cls.users_by_role["user"]
        cls.theirs.user_id = cls.users_by_role["leader"]
        cls.partners = cls.mine | cls.theirs | cls.unowned
        for partner in cls.partners:
            cls._order("2026-06-10", partner=partner, user_id=False)
        cls.Profile._refresh(cls.partners)

    def _counted(self, role):
        """Return whose figures a role sees: the rows behind "all customers"."""
        env = self.env_of(role)
        data = env["c360.customer.figure"].load("2026-06-01", "2026-06-30")
        part = data["figures"][1]["parts"][1]
        rows = env["c360.customer.profile"].search([("figure_key", "=", part["key"])])
        self.assertEqual(len(rows), part["count"])
        return rows.partner_id & self.partners, data

    def test_a_salesperson_counts_his_customers_and_unowned_ones(self):
        counted, data = self._counted("user")
        self.assertEqual(counted, self.mine | self.unowned)
        self.assertTrue(data["is_limited"])
        leader = self.users_by_role["leader"]
        self.assertNotIn(leader.id, [row["id"] for row in data["table"]])

    def test_the_others_count_everybody(self):
        for role in ("leader", "care", "service", "analyst", "manager"):
            with self.subTest(role):
                counted, data = self._counted(role)
                self.assertEqual(counted, self.partners)
                self.assertFalse(data["is_limited"])

    def test_a_stranger_counts_nobody(self):
        with self.assertRaises(AccessError):
            self._counted("stranger")

    def test_another_company_counts_nobody_of_ours(self):
        _company, user = self._create_second_company()
        data = (
            self.env["c360.customer.figure"]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids)
            .load("2026-06-01", "2026-06-30")
        )
        self.assertEqual(data["figures"][1]["parts"][1]["count"], 0)

    def test_two_companies_are_not_mixed(self):
        """What a customer bought, came by or belongs to in one is not in the other."""
        one, _two = companies = self.env["res.company"].create(
            [{"name": "One"}, {"name": "Two"}]
        )
        figures = self.env["c360.customer.figure"].with_context(
            allowed_company_ids=companies.ids
        )
        partner = self._create_customer("In Both", company_id=False)
        expected = {}
        for company in companies:
            category, source = (
                self.env[model].create({"name": f"Of {company.name}"})
                for model in ("product.category", "utm.source")
            )
            order = self._order(
                "2026-06-10", partner, company_id=company.id, source_id=source.id
            )
            order.order_line.product_id = self.env["product.product"].create(
                {"name": category.name, "type": "service", "categ_id": category.id}
            )
            segment = self.env["c360.customer.segment"].create(
                {"name": company.name, "kind": "fixed", "company_id": company.id}
            )
            segment._add_partners(partner)
            expected[company] = {
                "category": category,
                "source": source,
                "segment": segment,
            }
        self.Profile._refresh(partner)
        for dimension in ("category", "source", "segment"):
            with self.subTest(dimension):
                ids = {expected[company][dimension].id for company in companies}
                data = figures.load("2026-06-01", "2026-06-30", dimension)
                counts = {row["id"]: row["new"] for row in data["table"]}
                self.assertEqual(counts, dict.fromkeys(ids, 1))
                for row in data["table"]:
                    found = figures.env["c360.customer.profile"].search(
                        [("figure_key", "=", row["key"])]
                    )
                    self.assertEqual(len(found), 1)
                none = figures.load("2026-06-01", "2026-06-30", filters={dimension: 0})
                self.assertEqual(none["figures"][1]["parts"][1]["count"], 0)
        # who shared a document with no company counts in both
        for order in self.env["sale.order"].search([("partner_id", "=", partner.id)]):
            order.source_id = False
        source = expected[one]["source"]
        self.env["crm.lead"].create(
            {
                "name": "Fair",
                "partner_id": partner.id,
                "company_id": False,
                "source_id": source.id,
            }
        ).company_id = False
        [row] = figures.load("2026-06-01", "2026-06-30", "source")["table"]
        self.assertEqual((row["id"], row["new"]), (source.id, 2))

    def test_exporting_needs_the_right(self):
        analyst = self.users_by_role["analyst"]
        Figure = self.env_of("analyst")["c360.customer.figure"]
        analyst.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaisesRegex(AccessError, "not allowed to export"):
            Figure.export_csv("2026-06-01", "2026-06-30")
        analyst.group_ids += self.env.ref("base.group_allow_export")
        self.users_by_role["user"].name = "=HYPERLINK(1)"
        text = Figure.export_csv("2026-06-01", "2026-06-30")
        audit = self.env["c360.customer.audit"].search([], limit=1)
        self.assertEqual((audit.kind, audit.user_id), ("export", analyst))
        self.assertEqual(audit.model, "c360.customer.figure")
        head, *rows = text.splitlines()
        self.assertTrue(head.startswith("Salesperson,Prospect,New,"))
        self.assertTrue(any(row.startswith("'=HYPERLINK") for row in rows))
