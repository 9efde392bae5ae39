from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerPageTour(HttpCase):
    def test_open_reload_and_read_on(self):
        user = new_test_user(
            self.env,
            login="c360_tour",
            password="c360_tour",
            groups="crm_customer360.group_user",
        )
        customer = self.env["res.partner"].create(
            {"name": "Tour Timber", "is_company": True}
        )
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": customer.id,
                    "user_id": user.id,
                    "date_order": f"2026-{1 + day // 28:02}-{1 + day % 28:02} 10:00:00",
                }
                for day in range(60)
            ]
        )
        orders[0].name = "TOUR-OLDEST"
        self.start_tour(
            f"/odoo/contacts/{customer.id}", "c360_customer_page", login="c360_tour"
        )

    def test_its_address_opens_the_app(self):
        user = new_test_user(
            self.env,
            login="c360_tour",
            password="c360_tour",
            groups="crm_customer360.group_user",
        )
        self.start_tour("/odoo/discuss", "c360_customer_page_app", login=user.login)
