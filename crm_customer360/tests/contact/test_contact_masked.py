from odoo.tests import tagged

from .common import EMAIL, ContactCommon


@tagged("post_install", "-at_install", "c360_contact")
class TestContactMasked(ContactCommon):
    """Names of rows are for who may read the rows, by whatever road they come."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.user_id = cls.users_by_role["leader"]
        cls.touch = cls._reserve(cls.buyer)
        cls.touch.subject = "500 t of steel"
        said = {"partner_id": cls.buyer.id, "source": "customer"}
        cls.rows = [
            cls.touch,
            cls.env["c360.contact.consent"]._record([{**said, "status": "refused"}]),
            cls.env["c360.contact.preference"]._record(
                [{**said, "limit_count": 1, "limit_unit": "week"}]
            ),
        ]

    def _get_names(self, role, sudo=False):
        env = self.env_of(role)
        return [
            row.with_env(env).with_env(env(su=sudo)).display_name for row in self.rows
        ]

    def test_only_who_may_read_a_row_reads_its_name(self):
        for role in self.ROLES:
            for sudo in (True, False):
                with self.subTest(role, sudo=sudo):
                    names = self._get_names(role, sudo)
                    for name, row in zip(names, self.rows, strict=True):
                        if role in ("user", "stranger"):
                            self.assertEqual(name, f"Contact {row.id}")
                        else:
                            self.assertIn("Berta", name)

    def test_the_system_reads_every_name(self):
        for row in self.rows:
            self.assertIn("Berta", row.display_name)

    def test_a_wizard_tells_no_name(self):
        logs = self.env_of("user")["c360.contact.log"]
        wizard = logs.create(
            {
                "subject": "x",
                "corrected_id": self.touch.id,
                "answer_to_id": self.touch.id,
            }
        )
        [values] = wizard.read(["corrected_id", "answer_to_id"])
        self.assertEqual(
            [values["corrected_id"], values["answer_to_id"]],
            [(self.touch.id, f"Contact {self.touch.id}")] * 2,
        )
        [values] = wizard.web_read({"answer_to_id": {"fields": {"display_name": {}}}})
        self.assertNotIn("Berta", values["answer_to_id"]["display_name"])
        [group] = logs.formatted_read_group(
            [("id", "=", wizard.id)], ["answer_to_id"], ["__count"]
        )
        self.assertNotIn("Berta", str(group))
        for value in ("500 t%", "Berta%"):
            found = logs.search([("answer_to_id.display_name", "=like", value)])
            self.assertFalse(found)
        self.assertFalse(logs.search([("answer_to_id.address", "=", EMAIL)]))

    def test_many_names_cost_as_much_as_few(self):
        partners = self.env["res.partner"].create(
            [{"name": f"P{i}", "email": f"p{i}@x.example"} for i in range(20)]
        )
        touches = self._reserve(partners)
        self._get_names("user")
        counts = []
        for some in (touches[:2], touches[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some.with_env(self.env_of("user")).sudo().mapped("display_name")
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
