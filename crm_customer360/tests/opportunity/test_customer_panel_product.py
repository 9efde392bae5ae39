from odoo.fields import Command
from odoo.tests import tagged

from .common import PanelCommon


@tagged("post_install", "-at_install", "c360_opportunity")
class TestCustomerPanelProduct(PanelCommon):
    """Today is 10 June 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.glue = cls._create_product("Glue", list_price=12.5)
        cls.saw = cls._create_product("Saw")
        cls.nails = cls._create_product("Nails")
        for day in ("2026-03-14", "2026-04-13", "2026-05-13"):
            cls._create_order(day, 20, cls.glue)
        for day in ("2025-10-01", "2025-11-01", "2025-12-01"):
            cls._create_order(day, 1, cls.nails)
        cls._create_order("2026-06-01", 3, cls.saw)

    def test_what_is_due_again_comes_first(self):
        panel = self._panel("product")
        self.assertEqual(
            self._figures(panel),
            {"Products bought": 3, "Due again": 1, "Stopped buying": 1},
        )
        self.assertEqual(
            [row["title"] for row in panel["rows"]], ["Glue", "Nails", "Saw"]
        )
        glue, nails, saw = panel["rows"]
        self.assertEqual(
            glue["subtitle"], "Bought 3 times · every 30 days · last 20 Units"
        )
        self.assertEqual((glue["amount"], glue["date"]), (12.5, "2026-05-13"))
        self.assertEqual(glue["badges"][0]["label"], "Due again 06/12/2026")
        self.assertEqual(nails["badges"][0]["label"], "Stopped buying")
        self.assertEqual(saw["subtitle"], "Bought once · last 3 Units")
        [due] = panel["due"]
        self.assertEqual(
            (due["label"], due["date"]), ("Glue is due again", "2026-06-12")
        )
        [signal] = panel["health"]
        self.assertEqual(signal["tone"], "fair")
        self.assertIn("Nails, used to buy it every 30 days", signal["reason"])

    def test_figures_open_what_they_count(self):
        bought, due, stopped = self._panel("product")["figures"]
        self.assertEqual(len(self._behind(bought)), 7)
        self.assertEqual(self._behind(due).product_id, self.glue)
        self.assertEqual(self._behind(stopped).product_id, self.nails)

    def test_the_last_price_is_in_our_currency(self):
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": self._create_currency().id}
        )
        self._create_order("2026-06-02", 4, self.saw, pricelist_id=pricelist.id)
        row = next(
            row for row in self._panel("product")["rows"] if row["title"] == "Saw"
        )
        self.assertEqual(row["amount"], 100)
        self.assertIn("Bought 2 times · last 4 Units", row["subtitle"])

    def test_cancelled_orders_and_quotations_never_happened(self):
        order = self._create_order("2026-06-05", 1, self._create_product("Plane"))
        order._action_cancel()
        self._create_order(
            "2026-06-05", 1, self._create_product("Drill"), confirm=False
        )
        self.assertEqual(self._panel("product")["count"], 3)

    def test_only_what_the_reader_may_see_counts(self):
        self._create_order(
            "2026-06-05", 1, self._create_product("Plane"), user_id=self.colleague.id
        )
        self.colleague.company_ids = [Command.link(self.other_company.id)]
        self._create_order(
            "2026-06-05",
            1,
            self._create_product("Drill"),
            company_id=self.other_company.id,
        )
        self.assertEqual(self._panel("product")["count"], 4)
        self.assertEqual(self._panel("product", "user")["count"], 3)
        for role in ("service", "analyst"):
            self.assertNotIn("product", self._keys(role))

    def test_nothing_bought_shows_no_card_and_all_costs_one_query(self):
        panel = self.env_of("leader")["c360.customer.panel.product"]
        customer = self.customer.with_env(panel.env)
        self.assertIsNone(panel._load_panel(customer, self.engineer.ids))
        panel._load_panel(customer, self.buyer.ids)
        with self.assertQueryCount(1):
            panel._load_panel(customer, self.buyer.ids)
