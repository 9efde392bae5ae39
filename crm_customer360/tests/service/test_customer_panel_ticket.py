from freezegun import freeze_time

from odoo.tests import tagged

from ..common import Customer360Common


@tagged("post_install", "-at_install", "c360_service")
class TestCustomerPanelTicket(Customer360Common):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.low, cls.high, cls.closed = cls.env["helpdesk.ticket"].create(
            [
                {
                    "name": name,
                    "description": "x",
                    "partner_id": cls.buyer.id,
                    "priority": priority,
                }
                for name, priority in (("Low", "0"), ("High", "3"), ("Closed", "1"))
            ]
        )
        stage = cls.env["helpdesk.ticket.stage"].search(
            [("closed", "=", True)], limit=1
        )
        cls.closed.stage_id = stage
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = '2026-03-01 12:00' WHERE id = %s",
            [cls.low.id],
        )
        cls.env.invalidate_all()

    def _panel(self, role):
        page = self.env_of(role)["c360.customer.page"].load(self.customer.id)
        return next((p for p in page["panels"] if p["key"] == "ticket"), None)

    @freeze_time("2026-03-11 12:00:00")
    def test_open_tickets_most_urgent_first(self):
        panel = self._panel("service")
        self.assertEqual(panel["count"], 2)
        self.assertEqual([row["title"] for row in panel["rows"]], ["High", "Low"])
        figures = {figure["label"]: figure["value"] for figure in panel["figures"]}
        self.assertEqual(figures["Open"], 2)
        self.assertEqual(figures["Days waiting"], 10)
        self.assertEqual(panel["rows"][0]["badges"][0]["tone"], "warning")

    def test_whoever_sees_no_tickets_is_not_told_there_are_none(self):
        self.assertIsNone(self._panel("analyst"))

    def test_no_open_ticket_is_said_to_those_who_see_them(self):
        (self.low + self.high).stage_id = self.closed.stage_id
        panel = self._panel("service")
        self.assertEqual(panel["count"], 0)
        self.assertTrue(panel["empty"])
