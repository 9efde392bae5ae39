from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import Customer360Common


@tagged("post_install", "-at_install", "c360_customer")
@freeze_time("2026-03-10 12:00:00")
class TestCustomerPanelProfile(Customer360Common):
    def _load(self, role="leader"):
        return self.env_of(role)["c360.customer.page"].load(self.customer.id)

    def _panel(self, page):
        return next((p for p in page["panels"] if p["key"] == "profile"), None)

    def test_lifecycle_stands_beside_the_name(self):
        product = self.env["product.product"].create(
            {"name": "Oak", "type": "service", "list_price": 100, "taxes_id": []}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()
        order.date_order = "2026-03-02 09:00:00"
        self.env["c360.customer.profile"]._refresh(self.customer)
        for role in ("leader", "analyst"):
            with self.subTest(role):
                page = self._load(role)
                badge = page["header"]["badges"][0]
                self.assertEqual(badge["tone"], "success")
                self.assertEqual(badge["since"], "2026-03-02")
                panel = self._panel(page)
                self.assertEqual(
                    [figure["value"] for figure in panel["figures"]],
                    [100, 1, "2026-03-02", "2026-03-02"],
                )

    def _order(self, day, price, **values):
        product = self.env["product.product"].create(
            {"name": "Oak", "type": "service", "list_price": price, "taxes_id": []}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "order_line": [Command.create({"product_id": product.id})],
                **values,
            }
        )
        order.action_confirm()
        order.date_order = f"{day} 09:00:00"
        return order

    def _figures(self, role):
        figures = self._panel(self._load(role))["figures"]
        return {figure["label"]: figure for figure in figures}

    def test_orders_one_may_not_read_are_not_counted(self):
        user, leader = (self.users_by_role[role] for role in ("user", "leader"))
        self.customer.user_id = user
        own = self._order("2026-03-02", 100, user_id=user.id)
        self._order("2026-01-02", 1000, user_id=leader.id)
        self._order("2026-03-05", 50, user_id=leader.id)
        self.env["c360.customer.profile"]._refresh(self.customer)
        group_cost = self.env.ref("crm_customer360.group_cost")
        user.group_ids = [Command.link(group_cost.id)]
        names = ("Revenue", "Orders", "First order", "Last order")
        for role, values in (
            ("leader", [1150, 3, "2026-01-02", "2026-03-05"]),
            ("analyst", [1150, 3, "2026-01-02", "2026-03-05"]),
            ("user", [100, 1, "2026-03-02", "2026-03-02"]),
        ):
            with self.subTest(role):
                figures = self._figures(role)
                self.assertEqual([figures[name]["value"] for name in names], values)
        self.assertNotIn("Margin", self._figures("user"))
        self.assertEqual(self._behind("user", "Revenue"), own)
        own.user_id = leader
        figures = self._figures("user")
        self.assertEqual([figures[name]["value"] for name in names], [0, 0, "", ""])
        user.group_ids = [
            Command.link(self.env.ref("sales_team.group_sale_salesman_all_leads").id)
        ]
        self.assertEqual(self._figures("user")["Revenue"]["value"], 1150)
        self.assertIn("Margin", self._figures("user"))

    def _behind(self, role, label):
        action = self._figures(role)[label]["action"]
        return self.env_of(role)[action["res_model"]].search(action["domain"])

    def test_figures_open_their_records(self):
        order = self._order("2026-03-02", 100, user_id=self.users_by_role["user"].id)
        self._order(
            "2026-03-02", 9, user_id=self.users_by_role["user"].id
        ).action_lock()
        self.env["sale.order"].create({"partner_id": self.buyer.id})
        self.env["c360.customer.profile"]._refresh(self.customer)
        for label, figure in self._figures("user").items():
            with self.subTest(label):
                orders = self._behind("user", label)
                self.assertIn(order, orders)
                self.assertEqual(len(orders), 2, "no quotation")
                self.assertTrue(figure["action"]["name"])
        for figure in self._figures("analyst").values():
            self.assertFalse(figure["action"], "may not read orders")

    def test_days_he_pays_late_open_the_invoices(self):
        order = self._order("2026-03-02", 100)
        self.env["c360.customer.profile"]._refresh(self.customer)
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.action_post()
        self.env["c360.customer.profile"].search(
            [("partner_id", "=", self.customer.id)]
        ).write({"paid_count": 3, "payment_days": 4})
        self.assertEqual(self._behind("manager", "Pays after due (days)"), invoice)

    def test_without_the_lifecycle_it_is_gone(self):
        self.assertTrue(self._panel(self._load()))
        self.env.ref("base.group_user").implied_ids = [
            Command.unlink(self.env.ref("crm_customer360.group_use_lifecycle").id)
        ]
        page = self._load()
        self.assertFalse(self._panel(page))
        self.assertFalse(page["header"]["badges"])
