from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_customer_audit_roads import AuditRoadsCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerMassRoads(AuditRoadsCommon):
    """Many customers are changed with the right, and on record, on every road."""

    def test_one_by_one_in_one_call(self):
        many, vals = self.many[:25], [{"city": "Hull"}] * 25
        with self.assertRaisesRegex(AccessError, "fewer than 20"):
            many.with_env(self.env_of("user")).web_save_multi(vals, {"id": {}})
        many.with_env(self.env_of("leader")).web_save_multi(vals, {"id": {}})
        self.assertEqual(self._rows(), [("change", "res.partner", 25)])

    def test_imports_over_existing_ones(self):
        many = self.many[:25]
        names = [
            self.env["ir.model.data"].create(
                {
                    "module": "__import__",
                    "name": f"c360_{partner.id}",
                    "model": "res.partner",
                    "res_id": partner.id,
                }
            )
            for partner in many
        ]
        for key, data in (
            (".id", [[str(partner.id), "Hull"] for partner in many]),
            ("id", [[name.complete_name, "York"] for name in names]),
        ):
            with self.subTest(key):
                with self.assertRaisesRegex(AccessError, "fewer than 20"):
                    self.env_of("user")["res.partner"].load([key, "city"], data)
                self.last = self.Audit.search([], limit=1)
                self.env_of("leader")["res.partner"].load([key, "city"], data)
                self.assertEqual(
                    self._rows(),
                    [("change", "res.partner", 25), ("import", "res.partner", 25)],
                )

    def test_new_ones_are_imported_by_everybody(self):
        data = [[f"New {i}"] for i in range(25)]
        self.env_of("user")["res.partner"].load(["name"], data)
        self.assertEqual(self._rows(), [("import", "res.partner", 25)])

    def test_labels_from_the_other_side(self):
        label = self.env["res.partner.category"].create({"name": "Label"})
        vals = {"partner_ids": [Command.set(self.many.ids)]}
        with self.assertRaises(AccessError):
            label.with_env(self.env_of("user")).write(vals)
        with self.assertRaises(AccessError):
            label.with_env(self.env_of("user")).create({"name": "Two", **vals})
        label.with_env(self.env_of("leader")).write(vals)
        self.assertEqual(self._rows(), [("change", "res.partner", 120)])
        # a label with many customers is renamed, and taken from one, by everybody
        label.with_env(self.env_of("user")).write(
            {"name": "New", "partner_ids": [Command.unlink(self.many[0].id)]}
        )

    def test_one_company_with_many_contacts_is_one_customer(self):
        company = self.env["res.partner"].create(
            {
                "name": "Big",
                "is_company": True,
                "street": "Old street",
                "child_ids": [Command.create({"name": f"P {i}"}) for i in range(25)],
            }
        )
        mine = company.with_env(self.env_of("user"))
        mine.write({"street": "New street"})
        self.assertEqual(set(company.child_ids.mapped("street")), {"New street"})
        mine.child_ids.write({"function": "Buyer"})
        mine.child_ids.unlink()
        self.assertFalse(self._rows())

    # -- what has rights of its own is on record, and not refused for its number --

    def test_a_segment_filled_by_hand(self):
        env = self.env_of("user")
        segment = env["c360.customer.segment"].create({"name": "S", "kind": "fixed"})
        segment._add_partners(self.many[:5].with_env(env))
        self.assertFalse(self._rows())
        segment._add_partners(self.many.with_env(env))
        self.assertEqual(self._rows(), [("change", "c360.customer.segment", 115)])

    def test_a_merge_of_many(self):
        Wizard = self.env_of("manager")["base.partner.merge.automatic.wizard"]
        wizard = Wizard.create({})
        wizard._merge(self.many[:2].ids, self.many[0])
        self.assertFalse(self._rows())
        wizard._merge(self.many[2:6].ids, self.many[2])
        self.assertEqual(self._rows(), [("change", "c360.customer.merge", 4)])

    def test_a_write_costs_no_query_more(self):
        partners = self.many[:10].with_env(self.env_of("user"))
        self.assertFalse(partners.env.su)
        self.env.flush_all()
        allow = self.env["c360.customer.audit"].with_env(partners.env)._allow_change
        partners.mapped("name")
        allow("change", partners)
        with self.assertQueryCount(0):
            allow("change", partners)
