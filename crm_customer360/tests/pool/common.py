from odoo.tests import new_test_user

from ..common import Customer360Common


class PoolCommon(Customer360Common):
    """A pool for large leads, one for the rest; two members; nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["c360.pool"].search([]).active = False
        cls.key_pool, cls.pool = cls.env["c360.pool"].create(
            [
                {
                    "name": "Large",
                    "sequence": 1,
                    "lead_domain": "[('expected_revenue', '>=', 10000)]",
                },
                {"name": "Rest", "sequence": 2},
            ]
        )
        cls.user = cls.users_by_role["user"]
        cls.rival = new_test_user(
            cls.env,
            login="c360_rival",
            name="Rita Rival",
            groups="crm_customer360.group_user",
            company_id=cls.company.id,
        )
        cls.env["c360.pool.member"].create(
            [
                {"pool_id": pool.id, "user_id": user.id}
                for pool in (cls.key_pool, cls.pool)
                for user in (cls.user, cls.rival)
            ]
        )

    @classmethod
    def _create_leads(cls, count=1, **values):
        return cls.env["crm.lead"].create(
            [
                {
                    "name": f"Pump {number}",
                    "contact_name": "Paula Private",
                    "email_from": f"paula{number}@private.example",
                    "phone": "+32 470 12 34 56",
                    "user_id": False,
                    **values,
                }
                for number in range(count)
            ]
        )

    def _claim(self, leads, user=None):
        """Claim as the given user, by default the member of both pools."""
        env = self.env(user=user or self.user)
        return env["c360.pool"].claim(leads.ids)

    def _moves(self, leads):
        return self.env["c360.pool.move"].search(
            [("lead_id", "in", leads.ids)], order="id"
        )
