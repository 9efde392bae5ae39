from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import Customer360Common


@tagged("post_install", "-at_install", "c360_service")
@freeze_time("2026-06-15 12:00:00")
class TestCustomerPanelTicketTrend(Customer360Common):
    """What waits, what becomes more, and what has to be done first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.closed_stage = cls.env["helpdesk.ticket.stage"].search(
            [("closed", "=", True)], limit=1
        )
        cls.complaint = cls._create_ticket("Broken", "2026-06-14", is_complaint=True)
        cls.urgent = cls._create_ticket("Urgent", "2026-06-01", priority="3")
        cls.calm = cls._create_ticket("Calm", "2026-05-20")
        for date in ("2026-04-02", "2026-02-02", "2025-07-01", "2025-06-30"):
            cls._create_ticket("Done", date, stage_id=cls.closed_stage.id)

    @classmethod
    def _create_ticket(cls, name, date, **values):
        ticket = cls.env["helpdesk.ticket"].create(
            {"name": name, "description": "x", "partner_id": cls.buyer.id, **values}
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = %s WHERE id = %s",
            [f"{date} 12:00:00", ticket.id],
        )
        ticket.invalidate_recordset()
        return ticket

    def _panel(self, role="service", **context):
        context.setdefault("allowed_company_ids", self.company.ids)
        env = self.env_of(role)
        panel = env["c360.customer.panel.ticket"].with_context(**context)
        contacts = self.customer + self.buyer + self.engineer
        return panel._load_panel(self.customer.with_env(panel.env), contacts.ids)

    def _figures(self, panel):
        return {figure["label"]: figure["value"] for figure in panel["figures"]}

    def test_figures_and_what_is_behind_them(self):
        panel = self._panel()
        self.assertEqual(
            self._figures(panel), {"Open": 3, "Complaints": 1, "Days waiting": 26}
        )
        opened, complaints, _days = panel["figures"]
        # four in April to June, one in January to March
        self.assertEqual((opened["trend"], opened["trend_good"]), (300, "down"))
        for figure, tickets in (
            (opened, self.complaint + self.urgent + self.calm),
            (complaints, self.complaint),
        ):
            found = self.env["helpdesk.ticket"].search(figure["action"]["domain"])
            self.assertEqual(set(found.ids), set(tickets.ids))

    def test_the_chart_counts_twelve_months(self):
        chart = self._panel()["chart"]
        tickets, complaints = chart["series"]
        self.assertEqual(tickets["values"], [1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 2])
        self.assertEqual(complaints["values"], [0] * 11 + [1])

    def test_complaints_first_then_what_is_urgent_and_late(self):
        due = self._panel()["due"]
        self.assertEqual(
            [(entry["label"], entry["priority"]) for entry in due],
            [("Complaint: Broken", 10), ("Ticket: Urgent", 30)],
        )
        reasons = {
            signal["reason"]: signal["tone"] for signal in self._panel()["health"]
        }
        self.assertEqual(
            reasons,
            {
                "Open complaints: 1": "poor",
                "A ticket waits for 26 days": "fair",
                "4 tickets in three months, 1 in the three before": "fair",
            },
        )

    def test_without_complaints_they_are_tickets(self):
        self.env.ref("base.group_user").implied_ids = [
            Command.unlink(self.env.ref("crm_customer360.group_use_complaint").id)
        ]
        panel = self._panel()
        self.assertEqual(self._figures(panel), {"Open": 3, "Days waiting": 26})
        self.assertEqual(len(panel["chart"]["series"]), 1)
        self.assertEqual([entry["label"] for entry in panel["due"]], ["Ticket: Urgent"])

    def test_only_tickets_the_reader_may_see_count(self):
        own = self.env.ref("helpdesk_mgmt.group_helpdesk_user_own")
        agent = self.users_by_role["analyst"]
        agent.group_ids = [Command.link(own.id)]
        self.calm.user_id = agent
        (self.urgent + self.complaint).user_id = self.users_by_role["service"]
        panel = self._panel("analyst")
        self.assertEqual(self._figures(panel)["Open"], 1)
        self.assertEqual(self._figures(panel)["Complaints"], 0)
        other = self.env["res.company"].create({"name": "Other"})
        self.users_by_role["service"].company_ids = [Command.link(other.id)]
        panel = self._panel(allowed_company_ids=other.ids)
        self.assertEqual(self._figures(panel)["Open"], 0)

    def test_two_queries(self):
        self._panel()
        env = self.env_of("service")
        panel = env["c360.customer.panel.ticket"].with_context(
            allowed_company_ids=self.company.ids
        )
        customer = self.customer.with_env(panel.env)
        with self.assertQueryCount(2):
            panel._load_panel(customer, self.buyer.ids)
