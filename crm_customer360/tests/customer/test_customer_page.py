import json

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import Customer360Common

CALLED = "Called"


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerPage(Customer360Common):
    """One call, with the rights of the reader, at a cost that does not grow."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls.users_by_role["user"]
        cls.customer.write({"user_id": cls.salesman.id, "city": "Delft"})
        cls.orders = cls._create_orders(cls.customer, 3)

    @classmethod
    def _create_orders(cls, partner, count, **values):
        return cls.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "user_id": cls.salesman.id,
                    "date_order": f"2026-01-{1 + day % 28:02} 10:00:00",
                    **values,
                }
                for day in range(count)
            ]
        )

    def _load(self, role, partner=None, **context):
        page = self.env_of(role)["c360.customer.page"].with_context(**context)
        return page.load((partner or self.customer).id)

    def _keys(self, page):
        return [panel["key"] for panel in page["panels"]]

    def _panel(self, page, key):
        return next(panel for panel in page["panels"] if panel["key"] == key)

    # -- what it shows --

    def test_a_contact_shows_the_page_of_its_customer(self):
        page = self._load("leader", self.buyer)
        header = page["header"]
        self.assertEqual(header["id"], self.customer.id)
        self.assertEqual(header["contact_id"], self.buyer.id)
        self.assertEqual(header["name"], "Harbour Timber")
        self.assertEqual(header["city"], "Delft")
        self.assertEqual(header["salesperson"], "Test user")
        self.assertEqual(header["currency_id"], self.company.currency_id.id)
        self.assertEqual(header["contact_count"], 2)
        self.assertEqual(
            [contact["name"] for contact in header["contacts"]],
            ["Berta Buyer", "Emil Engineer"],
        )

    def test_documents_of_every_contact_count(self):
        self._create_orders(self.buyer, 1)
        self.engineer.active = False
        self._create_orders(self.engineer, 1)
        page = self._load("leader")
        self.assertEqual(self._panel(page, "order")["count"], 5)
        self.assertEqual(len(page["header"]["contacts"]), 1, "archived ones are hidden")

    def test_panels_are_complete(self):
        page = self._load("manager")
        self.assertLessEqual(
            {"opportunity", "order", "receivable", "ticket"}, set(self._keys(page))
        )
        for panel in page["panels"]:
            with self.subTest(panel["key"]):
                self.assertLessEqual(
                    {"title", "icon", "figures", "rows", "count", "action", "empty"},
                    set(panel),
                )
                self.assertLessEqual(len(panel["rows"]), 5)

    def test_an_empty_customer_has_a_page(self):
        page = self._load("manager", self._create_customer("Quiet Ltd"))
        for panel in page["panels"]:
            self.assertFalse(panel["rows"])
            self.assertTrue(panel["empty"], panel["key"])

    # -- cost --

    def _count_queries(self, role, partner):
        env = self.env_of(role)
        page = env["c360.customer.page"]
        self.env.invalidate_all()
        page.load(partner.id)  # access rules and settings are cached by the host
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        answer = page.load(partner.id)
        return self.env.cr.sql_log_count - before, answer

    def test_cost_does_not_grow_with_history(self):
        busy = self._create_customer("Busy Ltd", user_id=self.salesman.id, city="Delft")
        self.env["res.partner"].create({"name": "One", "parent_id": busy.id})
        self._create_orders(busy, 300)
        for role in ("user", "manager"):
            with self.subTest(role):
                few, _page = self._count_queries(role, self.customer)
                many, page = self._count_queries(role, busy)
                self.assertEqual(many, few)
                self.assertLessEqual(many, 30)
                self.assertLess(len(json.dumps(page)), 64 * 1024)

    def _fill(self, customer):
        """Give a customer something for every card: he bought, owes and complains."""
        product = self.env["product.product"].create(
            {"name": "Oak", "list_price": 100, "taxes_id": [], "type": "consu"}
        )
        lines = [Command.create({"product_id": product.id, "product_uom_qty": 2})]
        orders = self._create_orders(customer, 3, order_line=lines)
        orders[1:].action_confirm()
        orders.order_line.qty_delivered = 1
        invoices = orders[1:]._create_invoices(grouped=True)
        invoices.write({"invoice_date": "2026-01-31", "invoice_date_due": "2026-02-01"})
        invoices.action_post()
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoices[:1].ids
        ).create({"journal_id": invoices.journal_id.id}).refund_moves()
        self.env["crm.lead"].create(
            {"name": "Deal", "type": "opportunity", "partner_id": customer.id}
        )
        self.env["helpdesk.ticket"].create(
            {"name": "Wet", "description": "Wet", "partner_id": customer.id}
        )
        customer.activity_schedule("mail.mail_activity_data_call")
        customer.message_post(body=CALLED, message_type="comment")
        self.env["c360.contact.touch"]._log(
            [{"partner_id": customer.id, "channel": "phone"}]
        )
        self.env["c360.customer.loss"].create(
            {"partner_id": customer.id, "company_id": self.company.id}
        )
        self.company.account_use_credit_limit = True
        customer.credit_limit = 1000
        self.env["res.partner"].create({"name": "One", "parent_id": customer.id})
        self.env["c360.customer.profile"]._refresh(customer)

    def test_everything_at_once_stays_within_the_budget(self):
        """With every right, every bridge that is installed and every card filled."""
        busy = self._create_customer(
            "Busy Ltd", user_id=self.salesman.id, phone="+3115"
        )
        self._fill(busy)
        rights = ("account.group_account_manager", "stock.group_stock_manager")
        self.users_by_role["manager"].group_ids = [
            Command.link(self.env.ref(right).id) for right in rights
        ]
        for role, speaking in (("manager", 9), ("user", 6)):
            with self.subTest(role):
                count, page = self._count_queries(role, busy)
                keys = [card["key"] for card in page["panels"] if not card["quiet"]]
                self.assertGreaterEqual(len(keys), speaking, keys)
                self.assertLessEqual(count, 30, keys)

    # -- rights --

    def test_only_roles_of_the_product_open_it(self):
        page = self.env_of("stranger")["c360.customer.page"]
        with self.assertRaisesRegex(AccessError, "Customer 360 page"):
            page.load(self.customer.id)
        with self.assertRaisesRegex(AccessError, "Customer 360 page"):
            page.load_timeline(self.customer.id)
        for role in ("user", "leader", "manager", "care", "service", "analyst"):
            with self.subTest(role):
                self.assertTrue(self._load(role)["header"])

    def test_unknown_and_deleted_customers_are_told(self):
        gone = self._create_customer("Gone Ltd")
        gone.unlink()
        page = self.env_of("user")["c360.customer.page"]
        for partner_id in (gone.id, 0, False, None, "x"):
            with self.subTest(partner_id), self.assertRaisesRegex(UserError, "deleted"):
                page.load(partner_id)
        with self.assertRaisesRegex(UserError, "deleted"):
            page.load_timeline(gone.id)

    def test_customers_of_another_company_stay_closed(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self._create_customer("Foreign Ltd", company_id=other.id)
        with self.assertRaises(AccessError):
            self._load("user", foreign)

    def test_service_sees_tickets_but_neither_orders_nor_invoices(self):
        keys = self._keys(self._load("service"))
        self.assertIn("ticket", keys)
        self.assertFalse({"order", "receivable", "opportunity"} & set(keys))

    def test_analyst_sees_no_documents(self):
        keys = self._keys(self._load("analyst"))
        self.assertFalse({"order", "receivable", "opportunity", "ticket"} & set(keys))

    def test_own_documents_salesperson_sees_no_order_of_a_colleague(self):
        colleague = self.users_by_role["leader"]
        [secret] = self._create_orders(self.customer, 1, user_id=colleague.id)
        panel = self._panel(self._load("user"), "order")
        self.assertEqual(panel["count"], 3)
        self.assertNotIn(secret.id, [row["id"] for row in panel["rows"]])
        self.assertEqual(self._panel(self._load("leader"), "order")["count"], 4)

    def test_companies_do_not_count_each_others_documents(self):
        other = self.env["res.company"].create({"name": "Other"})
        manager = self.users_by_role["manager"]
        manager.company_ids = [Command.link(other.id)]
        self._create_orders(self.customer, 2, company_id=other.id)
        for companies, count in (
            (self.company, 3),
            (other, 2),
            (self.company + other, 5),
        ):
            with self.subTest(companies=companies.mapped("name")):
                page = self._load("manager", allowed_company_ids=companies.ids)
                self.assertEqual(self._panel(page, "order")["count"], count)
        # even where no record rule applies
        page = self.env(context={"allowed_company_ids": self.company.ids}, su=True)[
            "c360.customer.page"
        ].load(self.customer.id)
        self.assertEqual(self._panel(page, "order")["count"], 3)

    # -- registry --

    def test_a_panel_switched_off_is_gone_with_its_timeline(self):
        self.assertIn("order", self._keys(self._load("leader")))
        switch = "crm_customer360.group_use_care"
        self.patch(self.registry["c360.customer.panel.order"], "_panel_switch", switch)
        self.assertIn("order", self._keys(self._load("leader")))
        self.env.ref("base.group_user").implied_ids = [
            Command.unlink(self.env.ref(switch).id)
        ]
        self.assertNotIn("order", self._keys(self._load("leader")))
        page = self.env_of("leader")["c360.customer.page"]
        kinds = {
            entry["kind"] for entry in page.load_timeline(self.customer.id)["entries"]
        }
        self.assertNotIn("order", kinds)

    def test_a_forbidden_detail_takes_only_its_own_panel_away(self):
        def refuse(panel, customer, partner_ids):
            raise AccessError(panel._name)

        self.patch(self.registry["c360.customer.panel.order"], "_get_panel", refuse)
        keys = self._keys(self._load("leader"))
        self.assertNotIn("order", keys)
        self.assertIn("opportunity", keys)

    # -- ways to the page --

    def test_documents_lead_to_the_page(self):
        lead = self.env["crm.lead"].create({"name": "Deal"})
        with self.assertRaisesRegex(UserError, "customer first"):
            lead.action_view_customer_360()
        lead.partner_id = self.buyer
        for record in (lead, self.buyer):
            action = record.action_view_customer_360()
            self.assertEqual(action["tag"], "c360_customer_page")
            self.assertEqual(action["params"], {"resId": self.buyer.id})
            self.assertEqual(action["name"], "Harbour Timber")
