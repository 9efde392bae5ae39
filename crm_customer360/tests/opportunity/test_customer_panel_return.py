from odoo.fields import Command
from odoo.tests import tagged

from .common import PanelCommon


@tagged("post_install", "-at_install", "c360_opportunity")
class TestCustomerPanelReturn(PanelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        delivery = cls._create_order("2026-05-01", 2).picking_ids
        delivery.move_ids.quantity = 2
        delivery.move_ids.picked = True
        delivery.button_validate()
        wizard = (
            cls.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 1
        cls.back = wizard._create_return()
        cls.credit = cls._create_invoice("2026-05-20", 40.5, move_type="out_refund")
        cls.old_credit = cls._create_invoice("2025-05-20", 81, move_type="out_refund")
        cls._create_invoice("2026-05-20", 900, move_type="out_refund", post=False)

    def test_goods_and_money_that_came_back(self):
        panel = self._panel("return")
        self.assertEqual(
            self._figures(panel),
            {"Returns in 12 months": 1, "Credited in 12 months": 40.5},
        )
        returned, credited = panel["figures"]
        self.assertIsNone(returned["trend"])
        self.assertEqual(credited["trend"], -50)
        self.assertEqual(credited["trend_good"], "down")
        self.assertEqual(self._behind(returned), self.back)
        self.assertEqual(self._behind(credited), self.credit)
        self.assertEqual(panel["count"], 3)
        self.assertEqual(panel["rows"][0]["id"], self.back.id)
        self.assertEqual(panel["rows"][1]["amount"], -40.5)
        self.assertFalse(panel["health"])

    def test_many_credit_notes_are_a_sign(self):
        for _number in range(2):
            self._create_invoice("2026-05-20", 1, move_type="out_refund")
        [signal] = self._panel("return")["health"]
        self.assertEqual(signal["tone"], "fair")
        self.assertIn("3", signal["reason"])

    def test_who_reads_no_credit_notes_sees_the_goods(self):
        warehouseman = self.env.ref("stock.group_stock_user")
        self.users_by_role["service"].group_ids = [Command.link(warehouseman.id)]
        panel = self._panel("return", "service")
        self.assertEqual(list(self._figures(panel)), ["Returns in 12 months"])
        self.assertIsNone(self._panel("return", "analyst"))

    def test_a_colleagues_credit_note_and_another_company(self):
        self._create_invoice(
            "2026-05-21", 10, move_type="out_refund", invoice_user_id=self.colleague.id
        )
        figures = self._figures(self._panel("return"))
        self.assertEqual(figures["Credited in 12 months"], 50.5)
        figures = self._figures(self._panel("return", "user"))
        self.assertEqual(figures["Credited in 12 months"], 40.5)
        self.colleague.company_ids = [Command.link(self.other_company.id)]
        self.assertIsNone(
            self._panel("return", allowed_company_ids=self.other_company.ids)
        )

    def test_nothing_came_back_shows_no_card(self):
        panel = self.env_of("leader")["c360.customer.panel.return"]
        customer = self.customer.with_env(panel.env)
        self.assertIsNone(panel._load_panel(customer, self.engineer.ids))
        panel._load_panel(customer, self.buyer.ids)
        with self.assertQueryCount(1):
            panel._load_panel(customer, self.buyer.ids)
