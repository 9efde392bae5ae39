from odoo.fields import Command
from odoo.tests import tagged

from .common import PanelCommon


@tagged("post_install", "-at_install", "c360_opportunity")
class TestCustomerPanelQuote(PanelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open, cls.soon, cls.expired, cls.endless = (
            cls._create_order(
                "2026-06-01", number, confirm=False, validity_date=validity
            )
            for number, validity in (
                (1, "2026-07-30"),
                (2, "2026-06-17"),
                (4, "2026-06-09"),
                (8, False),
            )
        )
        cls.endless.validity_date = False
        cls._create_order("2026-06-01", 16)
        cls._create_order("2026-06-01", 32, confirm=False).action_cancel()

    def test_open_expiring_and_expired_quotations(self):
        panel = self._panel("quote")
        self.assertEqual(
            self._figures(panel), {"Open quotations": 1500, "Expiring": 1, "Expired": 1}
        )
        self.assertEqual(panel["count"], 4)
        # what can still be won, the most urgent first
        self.assertEqual(
            [row["id"] for row in panel["rows"]],
            (self.soon + self.open + self.expired + self.endless).ids,
        )
        self.assertEqual(panel["rows"][0]["badges"][0]["label"], "Expiring")
        self.assertIn("valid until 06/17/2026", panel["rows"][0]["subtitle"])
        self.assertIn("expired 06/09/2026", panel["rows"][2]["subtitle"])
        self.assertEqual(panel["rows"][3]["subtitle"], "Quotation")

    def test_figures_open_what_they_count(self):
        amount, expiring, expired = self._panel("quote")["figures"]
        self.assertEqual(len(self._behind(amount)), 4)
        self.assertEqual(self._behind(expiring), self.soon)
        self.assertEqual(self._behind(expired), self.expired)

    def test_what_expires_is_due(self):
        [due] = self._panel("quote")["due"]
        self.assertEqual(due["action"], {"model": "sale.order", "id": self.soon.id})
        self.assertEqual(due["date"], "2026-06-17")
        self.assertEqual(due["priority"], 60)

    def test_another_currency_and_another_company(self):
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": self._create_currency().id}
        )
        order = self._create_order(
            "2026-06-01", confirm=False, pricelist_id=pricelist.id
        )
        self.assertEqual(order.amount_total, 200)
        self.assertEqual(self._figures(self._panel("quote"))["Open quotations"], 1600)
        self.colleague.company_ids = [Command.link(self.other_company.id)]
        self._create_order(
            "2026-06-01", confirm=False, company_id=self.other_company.id
        )
        self.assertEqual(self._figures(self._panel("quote"))["Open quotations"], 1600)

    def test_a_salesman_counts_his_own_quotations_only(self):
        self._create_order("2026-06-01", confirm=False, user_id=self.colleague.id)
        self.assertEqual(self._figures(self._panel("quote"))["Open quotations"], 1600)
        panel = self._panel("quote", "user")
        self.assertEqual(self._figures(panel)["Open quotations"], 1500)
        self.assertEqual(panel["count"], 4)
        for role in ("service", "analyst"):
            self.assertNotIn("quote", self._keys(role))

    def test_one_query(self):
        panel = self.env_of("leader")["c360.customer.panel.quote"]
        customer = self.customer.with_env(panel.env)
        panel._load_panel(customer, self.buyer.ids)
        with self.assertQueryCount(1):
            panel._load_panel(customer, self.buyer.ids)
