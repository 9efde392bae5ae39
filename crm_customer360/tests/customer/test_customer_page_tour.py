from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

WET_BOARDS = "Wet boards"


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

    def test_filter_fold_and_look_behind(self):
        user = new_test_user(
            self.env,
            login="c360_tour",
            password="c360_tour",
            groups="crm_customer360.group_user",
        )
        customer = self.env["res.partner"].create(
            {"name": "Tour Timber", "is_company": True, "user_id": user.id}
        )
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": customer.id,
                    "user_id": user.id,
                    "date_order": f"2026-01-0{1 + day} 10:00:00",
                }
                for day in range(3)
            ]
        )
        orders[0].name = "TOUR-OLDEST"
        customer.child_ids = [
            Command.create(
                {"name": "Berta", "phone": "+31 15 1", "email": "berta@timber.example"}
            )
        ]
        customer.message_post(body=WET_BOARDS, message_type="email")
        customer.activity_schedule(
            "mail.mail_activity_data_call",
            summary="Call about the quay",
            date_deadline="2026-01-05",
            user_id=user.id,
        )
        self._let_a_card_speak()
        self.start_tour(
            f"/odoo/customer-360/{customer.id}",
            "c360_customer_page_filter",
            login="c360_tour",
        )

    def _let_a_card_speak(self):
        """Give the card of the orders everything that a card may have."""
        panel = self.registry["c360.customer.panel.order"]
        original = panel._get_panel

        def speak(self, customer, partner_ids):
            card = original(self, customer, partner_ids)
            action = self._prepare_list_action(
                "Orders", "sale.order", [("partner_id", "in", partner_ids)]
            )
            figure = self._prepare_figure(
                "Orders",
                3,
                "integer",
                "danger",
                trend=-12.4,
                trend_good="up",
                action=action,
            )
            series = [{"label": "Orders", "values": [3, 17]}]
            return {
                **card,
                "figures": [figure],
                "chart": self._prepare_chart("By month", ["Jan", "Feb"], series),
                "health": [self._prepare_health("poor", "The boards were wet", 60)],
            }

        self.patch(panel, "_get_panel", speak)
