from datetime import datetime

from freezegun import freeze_time

from odoo.tests import tagged

from .common import ContactCommon

NOW = datetime(2026, 3, 31, 9, 0, 0)


@tagged("post_install", "-at_install", "c360_contact")
@freeze_time(NOW)
class TestContactAppend(ContactCommon):
    """Rows written by one statement are what ``create`` would have written."""

    def _get_vals_list(self, leads):
        return [
            {
                "partner_id": partner.id,
                "customer_id": self.customer.id,
                "address": partner.email,
                "channel": "email",
                "purpose": "care",
                "state": state,
                "date": NOW,
                "source_model": lead._name if lead else None,
                "source_id": lead.id or None,
                "lead_id": lead.id or None,
                "is_leaving": False,
                "subject": "100 % “sure”",
            }
            for partner, state, lead in zip(
                self.buyer + self.engineer, ("reserved", "deferred"), leads, strict=True
            )
        ]

    def test_rows_are_those_of_create(self):
        lead = self.env["crm.lead"].create({"name": "Lead"})
        vals_list = self._get_vals_list([lead, lead.browse()])
        touches = self.env["c360.contact.touch"]
        appended = touches._append(vals_list)
        in_cache = appended.read()
        created = touches.create(vals_list)
        self.env.flush_all()
        self.env.invalidate_all()
        ours, theirs = appended.read(), created.read()
        self.assertEqual(in_cache, ours)
        for row in ours + theirs:
            row.pop("id")
        self.assertEqual(ours, theirs)
        self.assertEqual(appended.partner_id, self.buyer + self.engineer)

    def test_nothing_to_write(self):
        self.assertFalse(self.env["c360.contact.touch"]._append([]))

    def test_equal_rows_are_as_many(self):
        vals = self._get_vals_list([self.env["crm.lead"]] * 2)[0]
        self.assertEqual(len(self.env["c360.contact.touch"]._append([vals] * 3)), 3)
