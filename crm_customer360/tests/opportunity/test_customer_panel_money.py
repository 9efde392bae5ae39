from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from .common import PanelCommon


@tagged("post_install", "-at_install", "c360_opportunity")
class TestCustomerPanelMoney(PanelCommon):
    """Revenue of this year against last, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.january = cls._create_invoice("2026-01-15", 100.10)
        cls.june = cls._create_invoice("2026-06-10", 200.20)
        cls.refund = cls._create_invoice("2026-03-01", 50.05, move_type="out_refund")
        cls.before = cls._create_invoice("2025-06-10", 100)
        cls.later = cls._create_invoice("2025-06-11", 1000)
        cls.older = cls._create_invoice("2024-12-31", 7777)
        cls._create_invoice("2026-02-02", 5555, post=False)
        cls._create_invoice("2026-02-02", 5555).button_cancel()

    def test_this_year_against_last_year_to_date(self):
        panel = self._panel("money")
        this, last, credited = panel["figures"]
        self.assertEqual(
            self._figures(panel),
            {"Invoiced 2026": 250.25, "Invoiced 2025": 1100, "Credited 2026": 50.05},
        )
        # 100 until 10 June of last year
        self.assertEqual(this["trend"], 150.2)
        self.assertEqual(this["trend_good"], "up")
        self.assertEqual(self._behind(this), self.june + self.refund + self.january)
        self.assertEqual(self._behind(last), self.later + self.before)
        self.assertEqual(self._behind(credited), self.refund)
        self.assertEqual([row["tone"] for row in panel["health"]], ["good"])

    def test_the_chart_shows_both_years_and_leaves_the_future_empty(self):
        chart = self._panel("money")["chart"]
        this, last = chart["series"]
        self.assertEqual((this["label"], last["label"]), ("2026", "2025"))
        self.assertEqual(this["values"], [100.1, 0, -50.05, 0, 0, 200.2] + [None] * 6)
        self.assertEqual(last["values"], [0] * 5 + [1100] + [0] * 6)
        self.assertEqual(len(chart["labels"]), 12)

    def test_a_fall_is_a_sign_but_not_in_january(self):
        self._create_invoice("2025-02-01", 2000)
        [signal] = self._panel("money")["health"]
        self.assertEqual((signal["tone"], signal["weight"]), ("poor", 30))
        self.assertIn("88 %", signal["reason"])
        with freeze_time("2026-02-10"):
            self.assertFalse(self._panel("money")["health"])

    def test_nothing_invoiced_makes_no_chart_and_no_trend(self):
        (
            self.january + self.june + self.refund + self.before + self.later
        ).button_draft()
        panel = self._panel("money")
        self.assertIsNone(panel["chart"])
        self.assertIsNone(panel["figures"][0]["trend"])
        self.assertFalse(panel["health"])

    def test_documents_of_archived_contacts_count(self):
        self.engineer.active = False
        self._create_invoice("2026-05-05", 1, partner_id=self.engineer.id)
        self.assertEqual(self._figures(self._panel("money"))["Invoiced 2026"], 251.25)

    def test_another_currency_counts_at_the_rate_of_the_document(self):
        currency = self._create_currency(rate=2)
        self._create_invoice("2026-05-05", 10, currency_id=currency.id)
        currency.rate_ids = [Command.create({"name": "2026-06-01", "rate": 4})]
        self.assertEqual(self._figures(self._panel("money"))["Invoiced 2026"], 255.25)

    def test_companies_do_not_count_each_other(self):
        self.colleague.company_ids = [Command.link(self.other_company.id)]
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=self.other_company, install_demo=False
        )
        self._create_invoice("2026-05-05", 1000, company_id=self.other_company.id)
        ids = (self.company + self.other_company).ids
        for companies, amount in ((ids[:1], 250.25), (ids[1:], 1000), (ids, 1250.25)):
            with self.subTest(companies=companies):
                panel = self._panel("money", allowed_company_ids=companies)
                self.assertEqual(self._figures(panel)["Invoiced 2026"], amount)

    def test_a_salesman_counts_his_own_invoices_only(self):
        self._create_invoice("2026-05-05", 500, invoice_user_id=self.colleague.id)
        self.assertEqual(self._figures(self._panel("money"))["Invoiced 2026"], 750.25)
        panel = self._panel("money", "user")
        self.assertEqual(self._figures(panel)["Invoiced 2026"], 250.25)

    def test_who_reads_no_invoices_gets_no_figure(self):
        for role in ("service", "analyst"):
            with self.subTest(role):
                self.assertNotIn("money", self._keys(role))
        self.assertIn("money", self._keys("user"))

    def test_one_query_at_any_history(self):
        panel = self.env_of("leader")["c360.customer.panel.money"]
        customer = self.customer.with_env(panel.env)
        ids = (self.customer + self.buyer).ids
        panel._load_panel(customer, ids)
        for _round in range(2):
            with self.assertQueryCount(1):
                panel._load_panel(customer, ids)
            for _number in range(5):
                self._create_invoice("2026-04-01", 10)
            self.env.flush_all()
