from odoo.tests import TransactionCase, new_test_user


class Customer360Common(TransactionCase):
    """One user per role, one trading customer with two contacts, and verbs."""

    # role -> group; the login is ``c360_<role>``
    ROLES = {
        "user": "crm_customer360.group_user",
        "leader": "crm_customer360.group_leader",
        "manager": "crm_customer360.group_manager",
        "care": "crm_customer360.group_care",
        "service": "crm_customer360.group_service",
        "analyst": "crm_customer360.group_analyst",
        # an internal user without any role in the product
        "stranger": "base.group_user",
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.users_by_role = {
            role: new_test_user(
                cls.env,
                login=f"c360_{role}",
                name=f"Test {role}",
                email=f"c360_{role}@company.example",
                groups=group,
                company_id=cls.company.id,
            )
            for role, group in cls.ROLES.items()
        }
        cls.customer = cls._create_customer("Harbour Timber")
        cls.buyer, cls.engineer = cls.env["res.partner"].create(
            [
                {
                    "name": name,
                    "parent_id": cls.customer.id,
                    "email": f"{name.split()[0].lower()}@timber.example",
                }
                for name in ("Berta Buyer", "Emil Engineer")
            ]
        )

    @classmethod
    def _create_customer(cls, name, **values):
        login = name.lower().replace(" ", ".")
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "email": f"office@{login}.example",
                **values,
            }
        )

    def env_of(self, role):
        """Return the environment of the user who has the given role."""
        return self.env(user=self.users_by_role[role])
