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

    def test_without_the_lifecycle_it_is_gone(self):
        self.assertTrue(self._panel(self._load()))
        self.env.ref("base.group_user").implied_ids = [
            Command.unlink(self.env.ref("crm_customer360.group_use_lifecycle").id)
        ]
        page = self._load()
        self.assertFalse(self._panel(page))
        self.assertFalse(page["header"]["badges"])
