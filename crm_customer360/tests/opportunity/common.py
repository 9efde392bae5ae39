import json

from freezegun import freeze_time

from odoo.fields import Command

from ..common import Customer360Common

NOW = "2026-06-10 12:00:00"


class PanelCommon(Customer360Common):
    """Documents of a customer, and his cards as each role gets them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time(NOW))
        cls.salesman = cls.users_by_role["user"]
        cls.colleague = cls.users_by_role["leader"]
        cls.product = cls._create_product("Oak board")
        cls.other_company = cls.env["res.company"].create({"name": "Other"})

    @classmethod
    def _create_product(cls, name, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "list_price": 100,
                "taxes_id": [],
                "invoice_policy": "order",
                **values,
            }
        )

    @classmethod
    def _create_currency(cls, rate=2):
        return cls.env["res.currency"].create(
            {
                "name": "C36",
                "symbol": "C",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": rate})],
            }
        )

    @classmethod
    def _create_order(cls, date, quantity=1, product=None, confirm=True, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.buyer.id,
                "user_id": cls.salesman.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or cls.product).id,
                            "product_uom_qty": quantity,
                        }
                    )
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        order.date_order = f"{date} 10:00:00"
        return order

    @classmethod
    def _create_invoice(cls, date, amount, post=True, **values):
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.buyer.id,
                "invoice_user_id": cls.salesman.id,
                "invoice_date": date,
                "invoice_line_ids": [
                    Command.create({"name": "Oak", "price_unit": amount, "tax_ids": []})
                ],
                **values,
            }
        )
        if post:
            invoice.action_post()
        return invoice

    def _panel(self, key, role="leader", **context):
        """Return a card before the page takes its part for the header away."""
        env = self.env_of(role)
        context.setdefault("allowed_company_ids", self.company.ids)
        panel = env[f"c360.customer.panel.{key}"].with_context(**context)
        contacts = self.customer + self.buyer + self.engineer
        card = panel._load_panel(self.customer.with_env(panel.env), contacts.ids)
        # it travels to the browser
        return card and json.loads(json.dumps(card))

    def _figures(self, panel):
        return {figure["label"]: figure["value"] for figure in panel["figures"]}

    def _behind(self, figure, role="leader"):
        """Return the records a click on the figure opens."""
        action = figure["action"]
        return self.env_of(role)[action["res_model"]].search(action["domain"])

    def _keys(self, role, **context):
        """Return the cards of the page as the role gets them."""
        page = self.env_of(role)["c360.customer.page"].with_context(**context)
        return {panel["key"] for panel in page.load(self.customer.id)["panels"]}
