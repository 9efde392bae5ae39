from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolBoardTour(HttpCase):
    def test_each_number_opens_its_rows(self):
        for login, name, group in (
            ("c360_tour", "Test leader", "leader"),
            ("c360_tour_user", "Test user", "user"),
        ):
            new_test_user(
                self.env,
                login=login,
                name=name,
                password=login,
                groups=f"crm_customer360.group_{group}",
            )
        user = self.env["res.users"].search([("login", "=", "c360_tour_user")])
        self.env["c360.pool"].search([]).active = False
        pool = self.env["c360.pool"].create({"name": "Tour pool"})
        self.env["c360.pool.member"].create({"pool_id": pool.id, "user_id": user.id})
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Pump {number}",
                    "email_from": f"paula{number}@private.example",
                    "phone": "+32 470 12 34 56",
                    "user_id": False,
                }
                for number in range(2)
            ]
        )
        self.env(user=user)["c360.pool"].claim(leads[0].ids)
        self.start_tour("/odoo/pool-board", "c360_pool_board", login="c360_tour")
