import json
import random
from datetime import timedelta

from psycopg2.extras import execute_values

from odoo import Command, fields
from odoo.tests import freeze_time, tagged

from odoo.addons.sale.tests.common import TestSaleCommon

from ...tools.customer_lifecycle import Windows, lifecycle_transitions
from ...tools.customer_refund import refund_of

# Copies of a row: (table, id of the pattern, {column: value} as jsonb) pairs.
COPY = """
    INSERT INTO %(table)s
    SELECT (jsonb_populate_record(pattern, copy.value)).*
      FROM %(table)s AS pattern
     CROSS JOIN jsonb_array_elements(%%s::jsonb) AS copy
     WHERE pattern.id = %%s
"""


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerRefund(TestSaleCommon):
    """An order that was credited in full never happened; in part, it was smaller."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Profile = cls.env["c360.customer.profile"].sudo()
        cls.Event = cls.env["c360.customer.event"].sudo()
        cls.customer = cls.env["res.partner"].create(
            {"name": "Harbour Timber", "is_company": True}
        )
        cls.board = cls.env["product.product"].create(
            {
                "name": "Larch board",
                "type": "service",
                "list_price": 100,
                "invoice_policy": "order",
                "taxes_id": False,
            }
        )

    def _order(self, day=None, partner=None, quantity=5, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.customer).id,
                "order_line": [
                    (0, 0, {"product_id": self.board.id, "product_uom_qty": quantity})
                ],
                **values,
            }
        )
        order.action_confirm()
        if day:
            order.date_order = f"{day} 12:00:00"
        return order

    def _invoice(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def _credit(self, invoice, quantity=None, post=True):
        """Credit an invoice, in part when a quantity is given."""
        refund = invoice._reverse_moves()
        if quantity:
            refund.invoice_line_ids.quantity = quantity
        if post:
            refund.action_post()
        return refund

    def _profile(self, partner=None):
        self.Profile._refresh(partner or self.customer)
        return self.Profile.search(
            [
                ("partner_id", "=", (partner or self.customer).id),
                ("company_id", "=", self.env.company.id),
            ]
        )

    def _figures(self, everybody=False):
        if everybody:
            self.Profile._refresh()
        profile = self._profile()
        return profile.lifecycle, profile.order_count, profile.revenue

    def test_an_order_credited_in_full_never_happened(self):
        invoice = self._invoice(self._order())
        self.assertEqual(self._figures(), ("new", 1, 500))
        draft = self._credit(invoice, post=False)
        self.assertEqual(self._figures(), ("new", 1, 500), "not posted yet")
        draft.action_post()
        self.assertEqual(self._figures(), ("prospect", 0, 0))
        self.assertEqual(self._figures(everybody=True), ("prospect", 0, 0))
        self.assertEqual(self.Profile._refresh(), 0, "all and some agree")
        draft.button_draft()
        self.assertEqual(self._figures(), ("new", 1, 500))

    def test_a_segment_knows_that_too(self):
        segments = (
            self.env["c360.customer.segment"]
            .sudo()
            .create(
                [
                    {
                        "name": subject,
                        "domain": str([("id", "=", self.customer.id)]),
                        "reach": "all",
                        "condition_ids": [Command.create({"subject": subject})],
                    }
                    for subject in ("order", "product")
                ]
            )
        )
        half = self._invoice(self._order())
        self._credit(half, quantity=2)
        self._credit(self._invoice(self._order()))
        for segment in segments:
            segment._refresh()
            self.assertEqual(segment._get_partners(), self.customer)
            # one of two is left
            segment.condition_ids.count_min = 2
            segment._refresh()
            self.assertFalse(segment._get_partners())
            self.assertFalse(segment.refresh_error)
            segment.condition_ids.count_min = 1
        self._credit(half, quantity=3)
        for segment in segments:
            segment._refresh()
            self.assertFalse(segment._get_partners())
            segment.condition_ids.presence = "has_not"
            segment._refresh()
            self.assertEqual(segment._get_partners(), self.customer)

    def test_a_credit_in_part_is_deducted(self):
        invoice = self._invoice(self._order())
        self._credit(invoice, quantity=2)
        self.assertEqual(self._figures(), ("new", 1, 300))
        self.assertEqual(self._figures(everybody=True), ("new", 1, 300))
        self._credit(invoice, quantity=3)
        self.assertEqual(self._figures(), ("prospect", 0, 0))

    def test_what_was_credited_is_not_lost_with_the_customer(self):
        self._credit(self._invoice(self._order("2026-03-01")))
        self._credit(self._invoice(self._order("2026-05-01")), quantity=2)
        self.assertEqual(self._figures()[1:], (1, 300))
        loss = (
            self.env["c360.customer.loss"]
            .sudo()
            .create({"partner_id": self.customer.id})
        )
        self.assertEqual(loss.lost_revenue, 300)

    def test_what_was_credited_in_full_was_not_bought(self):
        category = self.env["product.category"].sudo().create({"name": "Planks"})
        self.board.sudo().categ_id = category
        invoice = self._invoice(self._order())
        figures = self.env["c360.customer.figure.dimension"]
        companies, today = self.env.company, fields.Date.today()

        def bought():
            self.env.flush_all()
            query = figures._get_query_category(companies, today)
            row = (self.customer.id, self.env.company.id, category.id)
            return row in self.env.execute_query(query)

        self.assertTrue(bought())
        refund = self._credit(invoice, quantity=2)
        self.assertTrue(bought())
        self._credit(invoice, quantity=3)
        self.assertFalse(bought())
        refund.button_draft()
        self.assertTrue(bought())

    def test_an_invoice_that_was_corrected_costs_nothing(self):
        order = self._order()
        self._credit(self._invoice(order))
        self._invoice(order)
        self.assertEqual(self._figures(), ("new", 1, 500))

    def test_the_part_not_invoiced_yet_stays(self):
        order = self._order()
        invoice = order._create_invoices()
        invoice.invoice_line_ids.quantity = 2
        invoice.action_post()
        self._credit(invoice)
        self.assertEqual(self._figures(), ("new", 1, 300))

    def test_a_down_payment_given_back_is_no_refund(self):
        order = self._order()
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "advance_payment_method": "percentage",
                "amount": 30,
                "sale_order_ids": order.ids,
            }
        )
        wizard.create_invoices()
        invoice = order.invoice_ids
        invoice.action_post()
        self._credit(invoice)
        self.assertEqual(self._figures(), ("new", 1, 500))

    def test_a_down_payment_that_stands_hides_no_credit(self):
        order = self._order()
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "advance_payment_method": "percentage",
                "amount": 50,
                "sale_order_ids": order.ids,
            }
        )
        wizard.create_invoices()
        order.invoice_ids.action_post()
        invoice = order._create_invoices()
        # the clerk forgets to deduct it
        invoice.invoice_line_ids.filtered("is_downpayment").unlink()
        invoice.action_post()
        self._credit(invoice, quantity=2)
        self.assertEqual(self._figures(), ("new", 1, 300))
        self.assertEqual(self._figures(everybody=True), ("new", 1, 300))

    def test_a_credit_counts_in_the_currency_of_the_order(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [(0, 0, {"name": "2020-01-01", "rate": 4.0})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Test", "currency_id": currency.id}
        )
        order = self._order(pricelist_id=pricelist.id)
        order.order_line.price_unit = 400
        invoice = self._invoice(order)
        self.assertEqual(invoice.currency_id, currency)
        refund = self._credit(invoice, quantity=2, post=False)
        self.env["res.currency.rate"].search(
            [("currency_id", "=", currency.id)]
        ).rate = 8.0
        refund.action_post()
        revenue = (2000 - 800) / order.currency_rate
        self.assertEqual(self._figures(), ("new", 1, revenue))

    def test_the_customer_hears_of_it_whoever_pays(self):
        payer = self.env["res.partner"].create({"name": "Bank", "is_company": True})
        invoice = self._invoice(self._order(partner_invoice_id=payer.id))
        self.assertEqual(invoice.commercial_partner_id, payer)
        self.Event.search([])._process_isolated()
        profile = self.Profile.search(
            [
                ("partner_id", "=", self.customer.id),
                ("company_id", "=", self.env.company.id),
            ]
        )
        self.assertEqual(profile.revenue, 500)
        refund = self._credit(invoice)
        self.Event.search([])._process_isolated()
        self.assertEqual(profile.lifecycle, "prospect")
        refund.button_draft()
        event = self.Event.search([("kind", "=", "invoice_withdrawn")])
        self.assertEqual(event.source_id, refund.id)
        self.Event.search([])._process_isolated()
        self.assertEqual(profile.revenue, 500)

    def test_a_draft_is_not_withdrawn(self):
        invoice = self._order()._create_invoices()
        invoice.button_cancel()
        invoice.button_draft()
        self.assertFalse(self.Event.search([("kind", "=", "invoice_withdrawn")]))

    @freeze_time("2026-06-01")
    def test_random_histories_agree_with_the_definition(self):
        """A few hundred customers with orders, invoices and credit notes."""
        rng = random.Random(7)
        windows = Windows(90, 90, 180)
        end = fields.Date.to_date("2026-06-01")
        pattern = self._order()
        invoice = self._invoice(pattern)
        self._patterns = pattern, invoice, self._credit(invoice)
        partners = self.env["res.partner"].create(
            [{"name": f"Random {i}"} for i in range(360)]
        )
        self.env.flush_all()
        histories = {}
        copies = {name: [] for name in ("order", "invoice", "refund", "standing")}
        for partner in partners:
            day = end - timedelta(days=rng.randint(300, 900))
            history = histories[partner.id] = []
            for _order in range(rng.randint(1, 6)):
                ordered = rng.choice((10, 100, 33.33))
                share, back = rng.choice(
                    ((0, 0), (1, 0), (1, 1), (1, 0.3), (0.5, 0.5), (2, 1), (2, 2))
                )
                money = ordered, round(ordered * share, 2), round(ordered * back, 2)
                history.append((day, *money))
                self._collect(copies, partner.id, day, money)
                day += timedelta(days=rng.randint(0, 250))
        self._insert(copies)
        # the planner does not know yet how many there are
        self.env.cr.execute(
            "ANALYZE sale_order, sale_order_line, sale_order_line_invoice_rel,"
            " account_move, account_move_line"
        )
        # The sooner half step by step, some at a time; then everybody.
        self.Profile._refresh(partners[::2])
        self.Profile._refresh()
        profiles = self.Profile.search([("partner_id", "in", partners.ids)])
        self.assertEqual(len(profiles), len(partners))
        for profile in profiles:
            history = histories[profile.partner_id.id]
            kept, revenue = [], 0
            for day, *money in history:
                amount, is_whole = refund_of(*money)
                if day <= end and not is_whole:
                    kept.append(day)
                    revenue += money[0] - amount
            transitions = lifecycle_transitions(kept, windows, end)
            self.assertEqual(
                (profile.lifecycle, profile.order_count),
                (transitions[-1][1] if transitions else "prospect", len(kept)),
                history,
            )
            self.assertAlmostEqual(profile.revenue, revenue, 2, history)
        self.assertEqual(self.Profile._refresh(partners), 0, "some and all agree")

    def _collect(self, copies, partner_id, day, money):
        ordered, invoiced, credited = money
        copies["order"].append((partner_id, day, ordered))
        copies["standing"].append(round(invoiced - credited, 2))
        place = len(copies["order"]) - 1
        if invoiced:
            copies["invoice"].append((partner_id, place, invoiced))
        if credited:
            copies["refund"].append((partner_id, place, credited))

    def _insert(self, copies):
        order, invoice, refund = self._patterns
        order_ids = self._copy(
            order,
            [
                {
                    "partner_id": pid,
                    "date_order": f"{day} 12:00:00",
                    "amount_untaxed": amount,
                }
                for pid, day, amount in copies["order"]
            ],
        )
        line_ids = self._copy(
            order.order_line,
            [
                {"order_id": order_id, "untaxed_amount_invoiced": standing}
                for order_id, standing in zip(
                    order_ids, copies["standing"], strict=True
                )
            ],
        )
        for move, rows in ((invoice, copies["invoice"]), (refund, copies["refund"])):
            move_ids = self._copy(
                move,
                [
                    {"name": f"{move.name}/{i}", "sequence_number": 1000 + i}
                    for i in range(len(rows))
                ],
            )
            item_ids = self._copy(
                move.invoice_line_ids,
                [
                    {"move_id": move_id, "price_subtotal": amount}
                    for move_id, (_pid, _place, amount) in zip(
                        move_ids, rows, strict=True
                    )
                ],
            )
            execute_values(
                self.env.cr._obj,
                "INSERT INTO sale_order_line_invoice_rel"
                " (invoice_line_id, order_line_id) VALUES %s",
                [
                    (item_id, line_ids[place])
                    for item_id, (_pid, place, _amount) in zip(
                        item_ids, rows, strict=True
                    )
                ],
            )

    def _copy(self, record, changes):
        """Copy the row of a record with other values; return the new ids."""
        table = record._table
        self.env.cr.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)",
            [f"{table}_id_seq", len(changes)],
        )
        ids = [new_id for (new_id,) in self.env.cr.fetchall()]
        values = [
            {**change, "id": new_id}
            for change, new_id in zip(changes, ids, strict=True)
        ]
        self.env.cr.execute(COPY % {"table": table}, [json.dumps(values), record.id])
        return ids
