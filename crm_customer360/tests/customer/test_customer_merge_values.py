from datetime import timedelta

from odoo import Command, fields
from odoo.tests import freeze_time, tagged

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

    # -- notes, and what is given up

    def test_every_note_stays(self):
        third = self._create_customer("Third", comment="<p>since 2001</p>")
        self.customer.comment = "<p>pays late</p>"
        self.double.comment = "<p>since 2001</p>"
        merge = self._merge(self.double, third, into=self.customer)
        self.assertEqual(self.customer.comment, "<p>pays late</p><br><p>since 2001</p>")
        merge.action_undo()
        self.assertEqual(self.customer.comment, "<p>pays late</p>")
        self._merge(self.double, into=self.customer)
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            self.Merge._gc_merged()
        self.assertFalse(self.double.exists())
        self.assertIn("since 2001", self.customer.comment)

    def test_the_one_note_moves(self):
        self.double.comment = "<p>since 2001</p>"
        self.customer.comment = "<p><br></p>"
        self._merge(self.double, into=self.customer)
        self.assertEqual(self.customer.comment.count("since 2001"), 1)

    def test_what_was_given_up_is_told(self):
        self.customer.write({"phone": "+32 2 1", "city": "Ghent"})
        self.double.write(
            {"phone": "+32 2 <2>", "city": "Ghent", "user_id": self.owner.id}
        )
        merge = self._merge(self.double, into=self.customer)
        message = self.customer.message_ids.filtered(
            lambda message: "Values given up" in message.body
        )
        self.assertEqual(len(message), 1)
        self.assertIn("Phone: +32 2 &lt;2&gt; (Harbor Timber)", message.body)
        self.assertIn("Name: Harbor Timber (Harbor Timber)", message.body)
        for text in ("+32 2 1", "Ghent", self.owner.name):
            self.assertNotIn(text, message.body)
        merge.action_undo()
        self.assertEqual(self.double.phone, "+32 2 <2>")

    # -- the summary

    def test_the_summary_counts_what_the_preview_counted(self):
        """Several contacts have rows in the same table, some in two columns."""
        others = self.env["res.partner"].create(
            [{"name": f"Harbor {n}", "is_company": True} for n in range(6)]
        )
        for partner in others:
            self._order("2026-05-01", partner=partner)
            self.env["res.partner.bank"].create(
                {"partner_id": partner.id, "acc_number": "BE71 0961 2345 6769"}
            )
        preview = self.Merge._get_preview(others | self.customer, self.customer)
        merge = self._merge(*others, into=self.customer)
        self.assertEqual(merge.moved["sale_order"], 6)
        self.assertIn("Sales Order 6", merge.summary)
        # of six the same account one moved
        self.assertEqual(
            (merge.moved["res_partner_bank"], merge.kept["res_partner_bank"]), (1, 5)
        )
        told = {
            table: count
            for table, count in merge.moved.items()
            if table not in self.Merge._get_untold_tables()
        }
        self.assertEqual((told, merge.kept), preview)
