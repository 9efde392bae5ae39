from odoo import Command
from odoo.tests import tagged

from .common_merge import MergeCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerMergeValues(MergeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls.users_by_role["user"]
        cls.other_owner = cls.users_by_role["leader"]

    def _wizard(self, role="leader"):
        return self.env_of(role)["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((self.customer | self.double).ids)],
                "dst_partner_id": self.customer.id,
                "state": "selection",
            }
        )

    # -- values that fields compute until somebody enters them

    def test_the_one_who_stays_takes_over_the_owner(self):
        self.double.write({"user_id": self.owner.id, "company_registry": "0477472701"})
        merge = self._merge(self.double, into=self.customer)
        self.assertEqual(self.customer.user_id, self.owner)
        self.assertEqual(self.customer.company_registry, "0477472701")
        merge.action_undo()
        self.assertFalse(self.customer.user_id)
        self.assertFalse(self.customer.company_registry)
        self.assertEqual(self.double.user_id, self.owner)

    def test_of_two_owners_one_is_chosen(self):
        self.customer.user_id, self.double.user_id = self.owner, self.other_owner
        wizard = self._wizard()
        choice = wizard.c360_choice_ids.filtered(lambda c: c.name == "user_id")
        self.assertEqual(choice.value, self.owner.name)
        self.assertFalse(
            {"create_uid", "create_date", "complete_name"}
            & set(wizard.c360_choice_ids.mapped("name"))
        )
        choice.partner_id = self.double
        wizard.action_merge()
        self.assertEqual(self.customer.user_id, self.other_owner)

    def test_an_owner_stays_when_nobody_chooses(self):
        self.customer.user_id, self.double.user_id = self.owner, self.other_owner
        self._merge(self.double, into=self.customer)
        self.assertEqual(self.customer.user_id, self.owner)

    def test_a_value_that_does_not_suit_is_left(self):
        """The code of a network and the address in it check each other."""
        if "peppol_endpoint" not in self.customer._fields:
            self.skipTest("no such network")
        self.customer.write({"peppol_eas": "0208", "peppol_endpoint": False})
        self.double.write({"peppol_eas": "0088", "peppol_endpoint": "5412345000013"})
        self._merge(self.double, into=self.customer)
        self.assertEqual(self.customer.peppol_eas, "0208")
        self.assertFalse(self.customer.peppol_endpoint)
