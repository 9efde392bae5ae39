from odoo.tests import tagged

from .test_lead_import import ImportCommon


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadImportShared(ImportCommon):
    """What people share makes no duplicates of them, and no text is lost."""

    def test_a_shared_mailbox_or_switchboard_is_no_duplicate(self):
        self.env["crm.lead"].create(
            {
                "name": "Known",
                "contact_name": "Otto Olsen",
                "partner_name": "Fjord Fisk AS",
                "email_from": "info@fjord.example",
                "phone": "+47 22 12 34 56",
            }
        )
        card_list = self._create_list(
            b"Name;Company;E-mail;Phone\n"
            b"Ingrid Berg;Fjord Fisk AS;info@fjord.example;\n"
            b"Lars Dahl;Fjord Fisk AS;;+47 22 12 34 56\n"
            b"Nora Lie;Fjord Fisk AS;info@fjord.example;\n"
            b"Otto Olsen;Fjord Fisk AS;info@fjord.example;\n"
        )
        card_list.action_read()
        self.assertEqual(
            card_list.sudo().line_ids.mapped("state"),
            ["new", "new", "new", "duplicate"],
        )

    def test_what_a_field_does_not_hold_is_in_the_notes(self):
        long = "Head of " + "x" * 300
        [(vals, problems)] = self.env["c360.lead.reader"]._read_rows(
            [{"contact_name": "Ada", "function": long, "description": "d" * 30_000}]
        )
        self.assertEqual(vals["function"], long[:250])
        self.assertIn(long, vals["notes"])
        self.assertIn("d" * 30_000, vals["notes"])
        self.assertFalse(problems)
