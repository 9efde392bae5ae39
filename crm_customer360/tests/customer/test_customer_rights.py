from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import CustomerCommon

MODELS = ("c360.customer.profile", "c360.customer.lifecycle")


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerRights(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine, cls.theirs, cls.unowned = (
            cls._create_customer(name) for name in ("Mine", "Theirs", "Unowned")
        )
        cls.mine.user_id = cls.users_by_role["user"]
        cls.theirs.user_id = cls.users_by_role["leader"]
        cls.unowned.user_id = False
        cls.partners = cls.mine | cls.theirs | cls.unowned
        with freeze_time("2026-02-01"):
            for partner in cls.partners:
                cls._order("2026-01-10", partner=partner, user_id=False)
            cls.Profile._refresh()

    def _visible(self, model, role):
        return (
            self.env_of(role)[model]
            .search([("partner_id", "in", self.partners.ids)])
            .partner_id
        )

    def test_a_salesperson_sees_his_customers_and_unowned_ones(self):
        for model in MODELS:
            with self.subTest(model):
                self.assertEqual(self._visible(model, "user"), self.mine | self.unowned)
        profile = self._profile(self.theirs).with_env(self.env_of("user"))
        with self.assertRaises(AccessError):
            profile.action_open_customer()

    def test_the_other_roles_see_every_customer(self):
        for role in ("leader", "care", "service", "analyst", "manager"):
            for model in MODELS:
                with self.subTest(role=role, model=model):
                    self.assertEqual(self._visible(model, role), self.partners)

    def test_a_stranger_sees_nothing(self):
        for model in MODELS:
            with self.subTest(model), self.assertRaises(AccessError):
                self._visible(model, "stranger")

    def test_nobody_writes_by_hand(self):
        for role in self.ROLES:
            env = self.env_of(role)
            for model in MODELS:
                for operation in ("create", "write", "unlink"):
                    with self.subTest(role=role, model=model, operation=operation):
                        self.assertFalse(env[model].has_access(operation))

    def test_the_figures_can_be_grouped_by_whoever_may_read_them(self):
        groups = self.env_of("analyst")["c360.customer.profile"]._read_group(
            [("partner_id", "in", self.partners.ids)],
            ["user_id"],
            ["revenue:sum"],
        )
        self.assertEqual(len(groups), 3)
        self.assertEqual({revenue for _user, revenue in groups}, {100.0})
