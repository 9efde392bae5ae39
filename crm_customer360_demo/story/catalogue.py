"""What the house sells, and how it comes into stock: receipts, bills, closings."""

from datetime import timedelta

from odoo.fields import Command

from .chapter import OPENING, Chapter, table
from .people import LANGUAGES

CAPITAL = 250_000
# Days between two rounds of replenishment.
ROUND = 28
# The shop grinder is being discontinued: nobody orders it any more, what is still
# asked for waits.
DISCONTINUED, LAST_ORDERED = "GR-90", 75
# supplier, country, city, categories
SUPPLIERS = (
    ("Officine Brandi S.p.A.", "it", "Milano", ("Espresso machines",)),
    ("Mori Kiki Co., Ltd.", "jp", "Osaka", ("Grinders", "Kettles and brewers")),
    ("武夷茶农合作社", "cn", "武夷山", ("Tea", "Teaware")),
    ("Nordlys Coffee & Parts AB", "se", "Göteborg", ("Coffee", "Spare parts")),
)


class Catalogue(Chapter):
    """Products with stock that was received, billed and paid for."""

    def open(self):
        self._open_bank()
        self._create_products()
        self._create_suppliers()
        for days_ago in range(OPENING, 0, -ROUND):
            self.book.plan(self.clock.moment(days_ago), self.replenish, days_ago)
        day = self.clock.today.replace(day=1)
        while self.clock.days_ago(day_moment := self._evening_before(day)) < OPENING:
            self.book.plan(day_moment, self.close_month, day_moment.date())
            day = (day - timedelta(days=1)).replace(day=1)

    def _evening_before(self, day):
        moment = self.clock.moment(0, 15)
        return moment.combine(day - timedelta(days=1), moment.time())

    def _open_bank(self):
        """Book the capital; payments move the bank account itself."""
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.env.company.id)], limit=1
        )
        methods = (
            bank.inbound_payment_method_line_ids | bank.outbound_payment_method_line_ids
        )
        methods.payment_account_id = bank.default_account_id
        self.bank = bank
        equity = self.env["account.account"].search(
            [("account_type", "=", "equity")], limit=1
        )
        self.env["account.move"].create(
            {
                "ref": "Capital paid in",
                "line_ids": [
                    Command.create(
                        {"account_id": bank.default_account_id.id, "debit": CAPITAL}
                    ),
                    Command.create({"account_id": equity.id, "credit": CAPITAL}),
                ],
            }
        ).action_post()

    def _create_products(self):
        # Hong Kong knows no sales tax
        goods = self.env.ref("product.product_category_goods")
        services = self.env.ref("product.product_category_services")
        rows = table("products")
        categories = {"Services": services}
        for name in dict.fromkeys(row["category"] for row in rows):
            categories.setdefault(
                name,
                self.env["product.category"].create(
                    {"name": name, "parent_id": goods.id}
                )
                if name != "Services"
                else services,
            )
        self.rows = {row["code"]: row for row in rows}
        products = self.env["product.product"].create(
            [
                {
                    "default_code": row["code"],
                    "name": row["name"],
                    "categ_id": categories[row["category"]].id,
                    "list_price": float(row["price"]),
                    "standard_price": float(row["cost"]),
                    "type": "service" if row["category"] == "Services" else "consu",
                    "is_storable": row["category"] != "Services",
                    "invoice_policy": (
                        "order" if row["category"] == "Services" else "delivery"
                    ),
                    "taxes_id": False,
                    "supplier_taxes_id": False,
                }
                for row in rows
            ]
        )
        for product, row in zip(products, rows, strict=True):
            for lang in LANGUAGES:
                product.with_context(lang=lang).name = row["name_zh"]
        self.book.products = dict(zip(self.rows, products, strict=True))

    def _create_suppliers(self):
        partners = self.env["res.partner"].create(
            [
                {
                    "name": name,
                    "is_company": True,
                    "country_id": self.env.ref(f"base.{country}").id,
                    "city": city,
                    "supplier_rank": 1,
                    "property_supplier_payment_term_id": self.env.ref(
                        "account.account_payment_term_30days"
                    ).id,
                }
                for name, country, city, _categories in SUPPLIERS
            ]
        )
        self.suppliers = {
            category: partner
            for partner, (*_address, categories) in zip(
                partners, SUPPLIERS, strict=True
            )
            for category in categories
        }

    def replenish(self, rounds):
        """Fill every product up to its level: a receipt and a bill a supplier."""
        days_ago = rounds[0]
        wanted = {}
        for code, product in self.book.products.items():
            row = self.rows[code]
            if code == DISCONTINUED and days_ago < LAST_ORDERED:
                continue
            missing = int(row["stock"]) - product.virtual_available
            if product.is_storable and missing > 0:
                supplier = self.suppliers[row["category"]]
                wanted.setdefault(supplier, []).append((product, missing))
        if not wanted:
            return
        receipts = self._receive(wanted)
        receipts.button_validate()
        bills = self._bill(wanted)
        bills.action_post()
        self.book.plan(self.clock.moment(days_ago - 30, 9), self.pay_bills, bills)

    def _receive(self, wanted):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        incoming = warehouse.in_type_id
        vendors = self.env.ref("stock.stock_location_suppliers")
        receipts = self.env["stock.picking"].create(
            [
                {
                    "partner_id": supplier.id,
                    "picking_type_id": incoming.id,
                    "location_id": vendors.id,
                    "location_dest_id": warehouse.lot_stock_id.id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": quantity,
                                "location_id": vendors.id,
                                "location_dest_id": warehouse.lot_stock_id.id,
                            }
                        )
                        for product, quantity in lines
                    ],
                }
                for supplier, lines in wanted.items()
            ]
        )
        receipts.action_confirm()
        return receipts

    def _bill(self, wanted):
        today = self.clock.now.date()
        return self.env["account.move"].create(
            [
                {
                    "move_type": "in_invoice",
                    "partner_id": supplier.id,
                    "invoice_date": today,
                    "ref": f"{supplier.id}-{today:%y%m%d}",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "quantity": quantity,
                                "price_unit": product.standard_price,
                            }
                        )
                        for product, quantity in lines
                    ],
                }
                for supplier, lines in wanted.items()
            ]
        )

    def pay_bills(self, batches):
        for bills in batches:
            self.register_payment(bills)

    def register_payment(self, moves, amount=None):
        """Pay invoices, bills or credit notes from the bank, each for itself.

        :param float amount: a part only (of one invoice)
        """
        values = {"journal_id": self.bank.id, "group_payment": False}
        if amount:
            values.update(amount=amount, payment_difference_handling="open")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        ).create(values).action_create_payments()

    def close_month(self, _days=()):
        """Bring the stock account in line with the stock, as at every month's end."""
        company = self.env.company
        # the host refuses to close where nothing has moved
        if company._action_close_stock_valuation():
            company.action_close_stock_valuation(auto_post=True)

    def close(self):
        """Leave the stock account in line with the stock on the last evening."""
        self.close_month()
