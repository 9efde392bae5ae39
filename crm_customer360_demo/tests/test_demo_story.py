import csv
import doctest
from unittest import SkipTest

from odoo import fields
from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import SQL, file_open

from ..story import clock, plan, pools


@tagged("post_install", "-at_install", "c360_demo")
class TestDemoParts(BaseCase):
    """What needs no database."""

    def test_pure_parts(self):
        for module in (clock, plan, pools):
            self.assertFalse(doctest.testmod(module).failed)


@tagged("post_install", "-at_install", "c360_demo")
class TestDemoStory(TransactionCase):
    """The story was told once, when the addon came; here it is only checked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Telling it takes minutes, so other databases do without it.
        module = cls.env["ir.module.module"]._get("crm_customer360_demo")
        if module.state != "installed":
            raise SkipTest("The demo story has not been told in this database.")
        cls.company = cls.env.ref("base.main_company")
        cls.harbour = cls._customer("Harbour Coffee Roasters")
        cls.yuqian = cls._customer("苏州雨前茶业有限公司")
        cls.northbean = cls._customer("North Bean Company")

    @classmethod
    def _customer(cls, name):
        return cls.env["res.partner"].search(
            [("name", "=", name), ("is_company", "=", True)]
        )

    def _value(self, query, **params):
        [(value,)] = self.env.execute_query(SQL(query, **params))
        return value

    def test_there_is_enough_of_everything(self):
        for model, domain, least in (
            ("sale.order", [("state", "=", "sale")], 200),
            ("sale.order", [("state", "=", "sent")], 10),
            ("crm.lead", [("type", "=", "lead")], 50),
            ("crm.lead", [("won_status", "=", "won")], 10),
            ("stock.picking", [("backorder_id", "!=", False)], 5),
            ("stock.picking", [("return_id", "!=", False), ("state", "=", "done")], 5),
            ("account.move", [("move_type", "=", "out_refund")], 5),
            ("helpdesk.ticket", [], 30),
        ):
            with self.subTest(model=model, domain=domain):
                found = self.env[model].with_context(active_test=False)
                self.assertGreaterEqual(found.search_count(domain), least)

    def test_lost_opportunities_have_a_reason(self):
        lost = self.env["crm.lead"].search(
            [("active", "=", False), ("won_status", "=", "lost")]
        )
        self.assertGreater(len(lost), 8)
        self.assertTrue(all(lead.lost_reason_id for lead in lost))

    def test_books_balance(self):
        balance = self._value(
            "SELECT sum(balance) FROM account_move_line WHERE parent_state = 'posted'"
        )
        self.assertEqual(balance, 0)

    def test_stock_account_is_worth_the_stock(self):
        self.assertFalse(self.company._action_close_stock_valuation())

    def test_stock_agrees_with_its_moves(self):
        negative = self._value(
            """
            SELECT count(*)
              FROM stock_quant AS quant
              JOIN stock_location AS location ON location.id = quant.location_id
             WHERE location.usage = 'internal'
               AND (quant.quantity < 0 OR quant.reserved_quantity > quant.quantity)
            """
        )
        self.assertEqual(negative, 0)
        different = self._value(
            """
            SELECT count(*)
              FROM (
                   SELECT product_id, sum(quantity) AS quantity
                     FROM (
                          SELECT product_id, location_dest_id AS location_id, quantity
                            FROM stock_move WHERE state = 'done'
                       UNION ALL
                          SELECT product_id, location_id, -quantity
                            FROM stock_move WHERE state = 'done'
                       UNION ALL
                          SELECT product_id, location_id, -quantity FROM stock_quant
                          ) AS entry
                     JOIN stock_location AS location
                       ON location.id = entry.location_id
                    WHERE location.usage = 'internal'
                    GROUP BY product_id
                   ) AS product
             WHERE quantity != 0
            """
        )
        self.assertEqual(different, 0)

    def test_open_invoices_are_the_receivable(self):
        [(invoiced,)] = self.env["account.move"]._read_group(
            [
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
            ],
            aggregates=["amount_residual_signed:sum"],
        )
        [(receivable,)] = self.env["account.move.line"]._read_group(
            [
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ],
            aggregates=["balance:sum"],
        )
        self.assertAlmostEqual(invoiced, receivable, places=2)
        self.assertGreater(invoiced, 0)

    def test_nothing_happens_in_the_future(self):
        now = fields.Datetime.now()
        for model, field in (
            ("c360.contact.consent", "date"),
            ("c360.contact.preference", "date"),
            ("sale.order", "date_order"),
            ("stock.picking", "date_done"),
            ("crm.lead", "create_date"),
            ("helpdesk.ticket", "create_date"),
            ("mail.message", "date"),
            ("c360.pool.move", "date"),
        ):
            with self.subTest(model=model):
                self.assertFalse(self.env[model].search_count([(field, ">", now)]))
        ahead = self.env["c360.contact.touch"].search([("date", ">", now)])
        self.assertEqual(set(ahead.mapped("channel")), {"phone"}, "planned calls only")
        self.assertEqual(set(ahead.mapped("state")), {"reserved"})

    def test_every_lifecycle_has_customers(self):
        counts = dict(
            self.env["c360.customer.profile"]._read_group(
                [], ["lifecycle"], ["__count"]
            )
        )
        for lifecycle in ("prospect", "new", "retained", "churned", "won_back"):
            self.assertGreaterEqual(counts.get(lifecycle, 0), 4, lifecycle)

    def test_outbox_is_empty(self):
        self.assertFalse(self.env["c360.customer.event"].search_count([]))

    def test_no_mail_is_left_but_the_deferred_one(self):
        waiting = self.env["mail.mail"].search(
            [("state", "not in", ("sent", "cancel", "exception"))]
        )
        deferred = self.env["c360.contact.touch"].search(
            [("state", "=", "deferred"), ("channel", "=", "email")]
        )
        self.assertTrue(deferred)
        self.assertEqual(waiting.mail_message_id, deferred.message_id)

    def test_gate_stops_selling_where_a_complaint_is_open(self):
        gate = self.env["c360.contact.gate"]
        [answer] = gate.check(self.yuqian.ids, "email", "sales")
        self.assertEqual(answer["decision"], "blocked")
        blocked = self.env["c360.contact.touch"].search(
            [("customer_id", "=", self.yuqian.id), ("state", "=", "blocked")]
        )
        self.assertTrue(blocked)
        self.assertTrue(all(blocked.mapped("reason")))

    def test_limit_was_reached(self):
        touches = self.env["c360.contact.touch"].search(
            [("customer_id", "=", self.northbean.id), ("state", "=", "deferred")]
        )
        self.assertTrue(touches.policy_id)

    def test_pools_were_used(self):
        moves = self.env["c360.pool.move"]
        claimed = moves.search([("kind", "=", "claim")])
        self.assertEqual(set(claimed.user_id.mapped("login")), {"sam", "nina", "kit"})
        returned = moves.search([("kind", "=", "return"), ("lead_id", "!=", False)])
        self.assertGreaterEqual(len(returned), 6)
        self.assertTrue(all(returned.return_reason_id))
        self.assertTrue(all(returned.mapped("reason")))
        for pool in ("c360_pool_key", "c360_pool_general"):
            waiting = self.env["crm.lead"].search_count(
                [
                    ("pool_id", "=", self.env.ref(f"crm_customer360.{pool}").id),
                    ("pool_state", "=", "pooled"),
                ]
            )
            self.assertGreaterEqual(waiting, 5, pool)

    def test_flagship_has_everything(self):
        orders = self.env["sale.order"].search([("partner_id", "=", self.harbour.id)])
        self.assertEqual(len(orders.filtered(lambda o: o.state == "sent").user_id), 2)
        now = fields.Datetime.now()
        self.assertTrue(
            orders.picking_ids.filtered(
                lambda p: p.state not in ("done", "cancel") and p.date_deadline < now
            ),
            "a late delivery",
        )
        states = set(orders.invoice_ids.mapped("payment_state"))
        self.assertLessEqual({"paid", "partial", "not_paid"}, states)
        tickets = self.env["helpdesk.ticket"].search(
            [("commercial_partner_id", "=", self.harbour.id)]
        )
        self.assertEqual(
            {(ticket.is_complaint, ticket.closed) for ticket in tickets},
            {(False, True), (True, True), (False, False)},
        )

    def test_logins(self):
        with file_open("crm_customer360_demo/data/logins.csv") as lines:
            rows = list(csv.DictReader(lines))
        users = self.env["res.users"].search(
            [("login", "in", [row["login"] for row in rows])]
        )
        self.assertEqual(len(users), len(rows))
        for row in rows:
            if row["login"] != "admin":
                self.env["res.users"].authenticate(
                    {
                        "type": "password",
                        "login": row["login"],
                        "password": row["password"],
                    },
                    {"interactive": False},
                )
