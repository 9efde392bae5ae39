from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ContactCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactRights(ContactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy()
        cls.foreign = cls._create_customer(
            "Foreign Works", user_id=cls.users_by_role["leader"].id
        )
        cls.own = cls._create_customer(
            "Own Works", user_id=cls.users_by_role["user"].id
        )
        cls.touches = cls._reserve(cls.foreign + cls.own)

    def test_salespeople_read_the_history_of_their_customers(self):
        touches = self.env_of("user")["c360.contact.touch"].search(
            [("id", "in", self.touches.ids)]
        )
        self.assertEqual(touches.customer_id.ids, self.own.ids)

    def test_the_other_roles_read_everything(self):
        for role in ("leader", "manager", "care", "service", "analyst"):
            touches = self.env_of(role)["c360.contact.touch"].search(
                [("id", "in", self.touches.ids)]
            )
            self.assertEqual(len(touches), 2, role)

    def test_strangers_read_nothing(self):
        with self.assertRaises(AccessError):
            self.env_of("stranger")["c360.contact.touch"].search([])
        with self.assertRaises(AccessError):
            self.env_of("stranger")["c360.contact.gate"].check(
                self.own.ids, "email", "care"
            )

    def test_nobody_writes_the_ledger(self):
        for role in self.ROLES:
            touches = self.touches.with_env(self.env_of(role))
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    touches.write({"state": "sent"})
                with self.assertRaises(AccessError):
                    touches.unlink()
                with self.assertRaises(AccessError):
                    touches.create({"channel": "email", "purpose": "care"})

    def test_only_care_officers_and_managers_write_policies(self):
        for role in self.ROLES:
            policy = self.policy.with_env(self.env_of(role))
            with self.subTest(role):
                if role in ("care", "manager"):
                    policy.limit_count = 3
                else:
                    with self.assertRaises(AccessError):
                        policy.limit_count = 3

    def test_everybody_who_sends_is_held_by_policies_he_cannot_read(self):
        self.policy.limit_count = 0
        mail = self._create_mail(self.own)
        mail.with_env(self.env_of("stranger")).sudo()._pass_gate(auto_commit=False)
        self.assertEqual(mail.state, "cancel")

    def test_companies_do_not_see_each_other(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        row = self.gate.with_company(other)._reserve(self.own, "email", "care")
        found = self.env_of("manager")["c360.contact.touch"].search(
            [("customer_id", "=", self.own.id)]
        )
        self.assertNotIn(row, found)
        self.assertTrue(found)
