from odoo import Command
from odoo.tests import tagged

from .test_customer_audit_roads import AuditRoadsCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerExportRoads(AuditRoadsCommon):
    """An export is on record when its fields lead to a customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users_by_role["user"].group_ids += cls.env.ref("base.group_allow_export")

    def test_labels_with_their_customers(self):
        label = self.env["res.partner.category"].create(
            {"name": "Label", "partner_ids": [Command.set(self.many.ids)]}
        )
        label = label.with_env(self.env_of("user"))
        for import_compat in (True, False):
            label.with_context(import_compat=import_compat).export_data(
                ["name", "partner_ids/email"]
            )
        self.assertEqual(self._rows(), [("export", "res.partner.category", 120)] * 2)

    def test_lines_with_their_customer(self):
        lines = self.env_of("user")["sale.order.line"]
        lines.export_data(["name", "order_partner_id/email"])
        lines.export_data(["name", "order_id/partner_id"])
        self.assertEqual(self._rows(), [("export", "sale.order.line", 0)] * 2)

    def test_contacts_count(self):
        company = self.env["res.partner"].create(
            {
                "name": "Big",
                "child_ids": [Command.create({"name": f"P {i}"}) for i in range(30)],
            }
        )
        company.with_env(self.env_of("user")).export_data(["name", "child_ids/name"])
        self.assertEqual(self._rows(), [("export", "res.partner", 30)])

    def test_fields_that_lead_nowhere(self):
        self.env_of("user")["sale.order.line"].export_data(["name", "product_id/name"])
        self.env_of("user")["res.country"].export_data(["name", "state_ids/.id"])
        self.assertFalse(self._rows())
