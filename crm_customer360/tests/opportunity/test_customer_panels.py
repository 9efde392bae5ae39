import json

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import Customer360Common

NOW = "2026-03-10 12:00:00"


@tagged("post_install", "-at_install", "c360_opportunity")
class TestCustomerPanels(Customer360Common):
    """The cards of the room: opportunities, orders with deliveries, receivables."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time(NOW))
        cls.salesman = cls.users_by_role["user"]
        cls.product = cls.env["product.product"].create(
            {
                "name": "Oak board",
                "type": "consu",
                "list_price": 100,
                "taxes_id": [],
                "invoice_policy": "order",
            }
        )

    def _panel(self, key, role="leader"):
        """Return a card as the page asks for it: its header takes ``due`` away."""
        env = self.env_of(role)
        card = env[f"c360.customer.panel.{key}"]._load_panel(
            self.customer.with_env(env),
            (self.customer + self.buyer + self.engineer).ids,
        )
        # it travels to the browser
        return card and json.loads(json.dumps(card))

    def _figures(self, panel):
        return {figure["label"]: figure["value"] for figure in panel["figures"]}

    def _timeline(self, kind, role="leader"):
        page = self.env_of(role)["c360.customer.page"]
        entries = page.load_timeline(self.customer.id, limit=200)["entries"]
        return [entry for entry in entries if entry["kind"] == kind]

    def _create_order(self, quantity=1, **values):
        return self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "user_id": self.salesman.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": quantity}
                    )
                ],
                **values,
            }
        )

    # -- opportunities --

    def test_open_opportunities_and_their_next_step(self):
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": name,
                    "type": kind,
                    "partner_id": self.buyer.id,
                    "user_id": self.salesman.id,
                    "expected_revenue": revenue,
                    "probability": 50,
                    "date_deadline": deadline,
                }
                for name, kind, revenue, deadline in (
                    ("Later", "opportunity", 200, "2026-06-01"),
                    ("Sooner", "opportunity", 100, "2026-04-01"),
                    ("A lead", "lead", 400, False),
                    ("Lost", "opportunity", 800, False),
                    ("Won", "opportunity", 1600, False),
                )
            ]
        )
        leads[3].action_set_lost()
        leads[4].action_set_won()
        for days, summary in (("2026-03-20", "Later call"), ("2026-03-01", "Call now")):
            leads[0].activity_schedule(
                "mail.mail_activity_data_call",
                date_deadline=days,
                summary=summary,
                user_id=self.salesman.id,
            )
        panel = self._panel("opportunity")
        self.assertEqual(
            self._figures(panel), {"Open": 2, "Expected": 300, "Weighted": 150}
        )
        self.assertEqual([row["title"] for row in panel["rows"]], ["Sooner", "Later"])
        sooner, later = panel["rows"]
        self.assertEqual(sooner["date"], "2026-04-01")
        self.assertEqual(later["date"], "2026-03-01")
        self.assertEqual(later["subtitle"], "Call now")
        self.assertIn("Activity late", [badge["label"] for badge in later["badges"]])
        self.assertNotIn(
            "Activity late", [badge["label"] for badge in sooner["badges"]]
        )

    # -- orders --

    def test_quotations_deliveries_and_what_is_late(self):
        self._create_order(3)
        self._create_order(5, state="sent")
        self._create_order(7, state="cancel")
        late = self._create_order(1, commitment_date="2026-03-01 12:00:00")
        soon = self._create_order(1, commitment_date="2026-03-20 12:00:00")
        (late + soon).action_confirm()
        late.date_order = "2026-01-01 12:00:00"
        self.assertEqual(self._figures(self._panel("quote"))["Open quotations"], 800)
        panel = self._panel("order")
        self.assertEqual(
            self._figures(panel), {"To deliver": 2, "Late": 1, "Short of stock": 0}
        )
        self.assertEqual([due["action"]["id"] for due in panel["due"]], [late.id])
        self.assertEqual([signal["tone"] for signal in panel["health"]], ["poor"])
        self.assertEqual(panel["count"], 5)
        row = panel["rows"][0]
        self.assertEqual(row["id"], late.id, "what is late comes before what is new")
        self.assertEqual(row["amount"], 100)
        self.assertIn("03/01/2026", row["subtitle"])
        self.assertEqual(row["badges"][0]["label"], "Late")
        self.assertEqual(row["badges"][0]["tone"], "danger")

        picking = late.picking_ids
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking.button_validate()
        panel = self._panel("order")
        self.assertEqual(
            self._figures(panel), {"To deliver": 1, "Late": 0, "Short of stock": 0}
        )
        self.assertFalse(panel["due"] or panel["health"])
        [delivery] = self._timeline("delivery")
        self.assertEqual(delivery["title"], f"Delivery {picking.name}")
        self.assertEqual(delivery["date"], NOW)

    def test_only_the_last_step_of_a_delivery_is_an_event(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        warehouse.delivery_steps = "pick_ship"
        order = self._create_order()
        order.action_confirm()
        pick = order.picking_ids[:1]
        pick.move_ids.quantity = 1
        pick.move_ids.picked = True
        pick.button_validate()
        self.assertEqual(pick.state, "done")
        self.assertFalse(self._timeline("delivery"))

    def test_foreign_currency_counts_in_ours(self):
        currency = self.env["res.currency"].create(
            {
                "name": "C36",
                "symbol": "C",
                "rate_ids": [Command.create({"name": "2026-01-01", "rate": 2})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": currency.id}
        )
        order = self._create_order(3, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, currency)
        self.assertEqual(self._panel("order")["rows"][0]["amount"], 300)
        panel = self._panel("quote")
        self.assertEqual(panel["rows"][0]["amount"], order.amount_total / 2)
        self.assertEqual(self._figures(panel)["Open quotations"], 300)

    # -- receivables --

    def _create_invoice(self, amount, due, **values):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.buyer.id,
                "invoice_user_id": self.salesman.id,
                "invoice_date": "2026-01-15",
                "invoice_date_due": due,
                "invoice_line_ids": [
                    Command.create({"name": "Oak", "price_unit": amount, "tax_ids": []})
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    def test_what_is_due_and_how_late_it_is(self):
        late = self._create_invoice(100, "2026-02-08")
        self._create_invoice(20, "2026-04-01")
        paid = self._create_invoice(400, "2026-02-01")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({"payment_date": "2026-02-20"})._create_payments()
        panel = self._panel("receivable", "manager")
        self.assertEqual(
            self._figures(panel),
            {"Due in all": 120, "Overdue": 100, "Days overdue": 30},
        )
        self.assertEqual(panel["count"], 2)
        self.assertEqual(panel["rows"][0]["id"], late.id)
        self.assertEqual(panel["rows"][0]["model"], "account.move")
        self.assertEqual(panel["rows"][0]["badges"][0]["label"], "30 days late")
        self.assertFalse(panel["rows"][1]["badges"])

    def test_invoices_and_payments_in_the_timeline(self):
        invoice = self._create_invoice(100, "2026-02-08")
        refund = self._create_invoice(10, False, move_type="out_refund")
        entries = {entry["id"]: entry for entry in self._timeline("invoice")}
        self.assertEqual(entries[invoice.id]["title"], f"Invoice {invoice.name}")
        self.assertEqual(entries[invoice.id]["tone"], "danger")
        self.assertEqual(entries[invoice.id]["date"], "2026-01-15", "a day, no time")
        self.assertEqual(entries[refund.id]["title"], f"Credit note {refund.name}")
        self.assertEqual(entries[refund.id]["amount"], -10)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": "2026-02-20"})._create_payments()
        self.assertFalse(self._timeline("payment"), "leaders read no payments")
        accountant = self.env.ref("account.group_account_invoice")
        self.users_by_role["leader"].group_ids = [Command.link(accountant.id)]
        [payment] = self._timeline("payment")
        self.assertEqual(payment["amount"], 100)
        self.assertEqual(payment["date"], "2026-02-20")

    def _let_see_finance(self, role):
        finance = self.env.ref("crm_customer360.group_finance")
        self.users_by_role[role].group_ids = [Command.link(finance.id)]

    def test_own_documents_salesperson_sees_his_own_debts_only(self):
        colleague = self.users_by_role["leader"]
        self._let_see_finance("leader")
        self._let_see_finance("user")
        self._create_invoice(100, "2026-02-08")
        self._create_invoice(50, "2026-02-08", invoice_user_id=colleague.id)
        self.assertEqual(self._figures(self._panel("receivable"))["Due in all"], 150)
        panel = self._panel("receivable", "user")
        self.assertEqual(self._figures(panel)["Due in all"], 100)

    def test_amounts_owed_need_the_right_to_finance(self):
        self._create_invoice(4711, "2026-02-08")
        for role in ("user", "leader"):
            with self.subTest(role):
                page = self.env_of(role)["c360.customer.page"].load(self.customer.id)
                keys = [card["key"] for card in page["panels"]]
                self.assertNotIn("receivable", keys)
                header = page["header"]
                [due] = header["due"]["items"]
                self.assertEqual(due["label"], "Invoices are overdue")
                self.assertIn(
                    "Invoices 30 days overdue",
                    [reason["reason"] for reason in header["health"]["reasons"]],
                )
                self.assertNotIn("4711", json.dumps(header))
                dossier = self.env_of(role)["c360.customer.dossier"]
                titles = [
                    card["title"]
                    for card in dossier._get_dossier(self.customer)["cards"]
                ]
                self.assertNotIn("Receivables", titles)
                self._let_see_finance(role)
                page = self.env_of(role)["c360.customer.page"].load(self.customer.id)
                self.assertIn("receivable", [card["key"] for card in page["panels"]])
