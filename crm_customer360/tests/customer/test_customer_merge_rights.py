from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common_merge import MergeCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerMergeRights(MergeCommon):
    def _env(self, role):
        return self.env(user=self.users_by_role[role])

    def _refusal(self, *partners, into, env=None):
        with self.assertRaises(UserError) as caught:
            self._merge(*partners, into=into, env=env)
        return str(caught.exception)

    def _user(self, partner, login):
        return new_test_user(
            self.env, login, groups="base.group_portal", partner_id=partner.id
        )

    # -- who

    def test_leader_merges_different_emails_and_undoes(self):
        merge = self._merge(self.double, into=self.customer, env=self._env("leader"))
        self.assertEqual(merge.user_id, self.users_by_role["leader"])
        merge.with_env(self._env("leader")).action_undo()
        self.assertTrue(self.double.active)

    def test_salesperson_needs_the_same_email(self):
        env = self._env("user")
        self.assertIn(
            "e-mails differ", self._refusal(self.double, into=self.customer, env=env)
        )
        self.double.email = self.customer.email
        merge = self._merge(self.double, into=self.customer, env=env)
        colleague = new_test_user(
            self.env, "c360_colleague", groups="crm_customer360.group_user"
        )
        with self.assertRaises(AccessError):
            merge.with_user(colleague).action_undo()
        merge.with_env(env).action_undo()
        self.assertEqual(merge.state, "undone")

    def test_nobody_takes_a_colleagues_customer(self):
        user = self.users_by_role["user"]
        self.double.email = self.customer.email
        self.customer.user_id = user
        self.double.user_id = self.users_by_role["leader"]
        for role in ("user", "service"):
            if not self.double.with_env(self._env(role)).has_access("write"):
                continue
            words = self._refusal(self.double, into=self.customer, env=self._env(role))
            self.assertIn("ask a team leader", words)
        # nor by way of one of his people, whom nobody looks after himself
        someone = self.env["res.partner"].create(
            {"name": "Kim", "parent_id": self.double.id, "email": "kim@x.example"}
        )
        someone.user_id = False
        mine = self._create_customer("Kim", email="kim@x.example", user_id=user.id)
        words = self._refusal(someone, into=mine, env=self._env("user"))
        self.assertIn("Test leader looks after", words)
        self.double.user_id = user
        self._merge(self.double, into=self.customer, env=self._env("user"))
        self.assertTrue(self.customer.active)
        self.assertFalse(self.double.active)

    def test_a_leader_merges_customers_of_his_people(self):
        self.customer.user_id = self.users_by_role["user"]
        self.double.user_id = self.users_by_role["manager"]
        self._merge(self.double, into=self.customer, env=self._env("leader"))
        self.assertFalse(self.double.active)

    def test_strangers_merge_nothing(self):
        with self.assertRaises(AccessError):
            self._merge(self.double, into=self.customer, env=self._env("stranger"))
        for role in ("user", "stranger"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.env["base.partner.merge.automatic.wizard"].with_env(
                    self._env(role)
                ).create({})

    def test_nobody_writes_merges_or_reads_their_trace(self):
        merge = self._merge(self.double, into=self.customer, env=self._env("leader"))
        for role in ("leader", "manager"):
            mine = merge.with_env(self._env(role))
            with self.subTest(role), self.assertRaises(AccessError):
                mine.write({"state": "done"})
            with self.subTest(role), self.assertRaises(AccessError):
                mine.read(["trace"])
        self.assertFalse(self.Merge.with_env(self._env("user")).search([]))

    # -- what

    def test_family(self):
        words = self._refusal(self.buyer, into=self.customer)
        self.assertIn("belongs to", words)

    def test_two_who_sign_in(self):
        self._user(self.customer, "c360_one")
        self._user(self.double, "c360_two")
        self.assertIn("c360_two", self._refusal(self.double, into=self.customer))

    def test_no_sign_in_is_taken_over(self):
        """A leader must not give himself the sign-in of the administrator."""
        self._user(self.customer, "c360_one")
        words = self._refusal(self.double, into=self.customer, env=self._env("leader"))
        self.assertIn("administrator", words)

    def test_two_companies_stay_apart(self):
        company, _user = self._create_second_company()
        self.customer.company_id = self.company
        self.double.company_id = company
        self.assertIn(
            "different companies", self._refusal(self.double, into=self.customer)
        )
        self.double.company_id = False
        self._merge(self.double, into=self.customer)
        self.assertFalse(self.customer.company_id, "documents of all may name him")

    def test_merged_already_and_too_many(self):
        third = self._create_customer("Third")
        self._merge(self.double, into=self.customer)
        self.assertIn("already", self._refusal(self.double, into=third))
        many = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(51)])
        self.assertIn("at most 50", self._refusal(*many[1:], into=many[0]))

    def test_sealed_entries_stay_with_their_contact(self):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.double.id,
                "invoice_line_ids": [
                    Command.create({"name": "Board", "price_unit": 7, "tax_ids": False})
                ],
            }
        )
        move.action_post()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET inalterable_hash = 'x' WHERE id = %s", [move.id]
        )
        self.assertIn("sealed by law", self._refusal(self.double, into=self.customer))
        wizards = self.env["base.partner.merge.automatic.wizard"]
        wizards._merge((self.customer | self.double).ids)
        self.assertTrue(self.double.active, "whoever has sealed entries stays")
        self.assertEqual(self.customer.c360_merged_into_id, self.double)

    # -- the dialog

    def test_preview_and_choice(self):
        self._order("2026-05-01", partner=self.double)
        self.double.write({"phone": "+32 2 1", "city": "Ghent"})
        self.customer.write({"phone": "+32 2 2"})
        terms = self.env["account.payment.term"].search([], limit=2)
        self.customer.property_payment_term_id = terms[0]
        self.double.property_payment_term_id = terms[1]
        wizards = self.env["base.partner.merge.automatic.wizard"]
        form = Form(
            wizards.with_env(self._env("leader")).with_context(
                active_model="res.partner",
                active_ids=(self.customer | self.double).ids,
            )
        )
        form.dst_partner_id = self.customer
        self.assertIn("Sales Order", form.c360_preview)
        wizard = form.save()
        choices = wizard.c360_choice_ids.grouped("name")
        self.assertEqual(choices["phone"].value, "+32 2 2")
        self.assertEqual(choices["phone"].other, "+32 2 1")
        self.assertNotIn("city", choices, "only one of them has it")
        choices["phone"].partner_id = self.double
        choices["property_payment_term_id"].partner_id = self.double
        wizard.action_merge()
        self.assertEqual(self.customer.phone, "+32 2 1")
        self.assertEqual(self.customer.city, "Ghent")
        self.assertEqual(self.customer.property_payment_term_id, terms[1])
        self.double.with_env(self._env("leader")).action_undo_c360_merge()
        self.assertEqual(self.customer.phone, "+32 2 2")
        self.assertEqual(self.customer.property_payment_term_id, terms[0])
        self.assertFalse(self.customer.city)

    def test_the_dialog_says_why_not(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((self.customer | self.buyer).ids)],
                "dst_partner_id": self.customer.id,
                "state": "selection",
            }
        )
        self.assertIn("belongs to", wizard.c360_refusal)
        self.assertFalse(wizard.c360_preview)

    def test_a_row_that_clashes_takes_no_other_with_it(self):
        """The host deletes every follower of the merged when one is there twice."""
        leader, manager = (
            self.users_by_role[r].partner_id for r in ("leader", "manager")
        )
        self.customer.message_subscribe(leader.ids)
        self.double.message_subscribe((leader | manager).ids)
        self._merge(self.double, into=self.customer)
        self.assertLessEqual(leader | manager, self.customer.message_partner_ids)
