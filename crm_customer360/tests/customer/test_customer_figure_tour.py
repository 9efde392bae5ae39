from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerFigureTour(HttpCase):
    def test_each_number_opens_its_rows(self):
        new_test_user(
            self.env,
            login="c360_tour",
            password="c360_tour",
            groups="crm_customer360.group_leader",
        )
        customer = self.env["res.partner"].create(
            {"name": "Tour Timber", "is_company": True}
        )
        product = self.env["product.product"].create(
            {"name": "Tour board", "type": "service"}
        )
        self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "state": "sale",
                "date_order": fields.Datetime.now(),
                "order_line": [(0, 0, {"product_id": product.id, "price_unit": 5})],
            }
        )
        self.env["c360.customer.profile"]._refresh(customer)
        self.start_tour(
            "/odoo/lifecycle-figures", "c360_customer_figures", login="c360_tour"
        )
