from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .test_customer_handover import HandoverCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerHandoverBack(HandoverCommon):
    """Taken back by hand, or because the absence ended."""

    def test_taking_it_back(self):
        other = self._create_lead("Other")
        handover = self._hand_over()
        other.user_id = self.bert
        handover.action_undo()
        self.assertEqual(handover.state, "undone")
        self.assertEqual(self.lead.user_id, self.leaver)
        self.assertEqual(self.customer.user_id, self.leaver)
        self.assertEqual(other.user_id, self.bert)
        item = self._find_item(handover, other)
        self.assertEqual(item.state, "skipped")
        self.assertEqual(item.reason, "It was given to bert meanwhile.")

    def test_what_the_substitute_finished_stays_his(self):
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "user_id": self.leaver.id}
        )
        roads = {
            "undo": lambda handover: handover.action_undo(),
            "end": lambda handover: handover._end_absences() or handover._work(),
        }
        for name, give_back in roads.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                with freeze_time("2026-03-02"):
                    handover = self._hand_over(mode="until", date_end="2026-03-10")
                self.lead.action_set_won()
                order.action_confirm()
                with freeze_time("2026-03-11"):
                    give_back(handover)
                self.assertEqual(handover.state, "undone")
                self.assertEqual(self.customer.user_id, self.leaver)
                for record in (self.lead, order):
                    item = self._find_item(handover, record)
                    self.assertEqual(record.user_id, self.anna)
                    self.assertEqual(item.state, "skipped")
                    self.assertEqual(
                        item.reason,
                        "It was closed meanwhile: it stays with who did it.",
                    )
                savepoint.rollback()
                self.env.invalidate_all()

    def test_nothing_is_given_back_to_somebody_archived(self):
        handover = self._hand_over()
        self.leaver.active = False
        with self.assertRaisesRegex(UserError, "leaver is archived"):
            handover.action_undo()

    def test_only_what_is_done_can_be_taken_back(self):
        with self.assertRaisesRegex(UserError, "nothing to give back"):
            self._create_handover().action_undo()

    def test_until_a_day(self):
        with freeze_time("2026-03-02"):
            handover = self._hand_over(
                mode="until", date_end="2026-03-10", reason="absence"
            )
        self.assertIn(self.leaver.partner_id, self.lead.message_partner_ids)
        with freeze_time("2026-03-10"):
            handover._end_absences()
            self.assertEqual(handover.state, "done")
        with freeze_time("2026-03-11"):
            handover._end_absences()
            self.assertEqual(handover.state, "undoing")
            handover._work()
        self.assertEqual(self.lead.user_id, self.leaver)

    def test_the_teams_come_back(self):
        self.env["ir.config_parameter"].set_param("sales_team.membership_multi", "True")
        south = self.env["crm.team"].create(
            {"name": "South", "member_ids": [Command.set(self.leaver.ids)]}
        )
        records = self.lead + self._create_lead("Roof", team_id=south.id)
        records += self._create_lead("Loose", team_id=False)
        records[2].team_id = False
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "user_id": self.leaver.id,
                    "team_id": team.id,
                }
                for team in (self.team, south)
            ]
        )
        handover = self._hand_over()
        self.assertEqual((records.user_id, orders.user_id), (self.anna, self.anna))
        self.assertNotIn(south, records.team_id)
        handover.action_undo()
        self.assertEqual(handover.problem_count, 0)
        self.assertEqual(
            [lead.team_id for lead in records], [self.team, south, south.browse()]
        )
        self.assertEqual([order.team_id for order in orders], [self.team, south])
        self.assertEqual((records.user_id, orders.user_id), (self.leaver, self.leaver))

    def test_a_successor_who_attended_before_stays(self):
        meetings = self.env["calendar.event"].create(
            [
                {
                    "name": name,
                    "start": "2031-05-01 09:00:00",
                    "stop": "2031-05-01 10:00:00",
                    "user_id": self.leaver.id,
                    "partner_ids": [Command.set((self.leaver.partner_id + others).ids)],
                }
                for name, others in (
                    ("Both", self.anna.partner_id),
                    ("Alone", self.buyer),
                )
            ]
        )
        handover = self._hand_over()
        self.assertEqual(meetings.user_id, self.anna)
        handover.action_undo()
        self.assertEqual(meetings.user_id, self.leaver)
        self.assertEqual(
            [meeting.partner_ids for meeting in meetings],
            [
                self.leaver.partner_id + self.anna.partner_id,
                self.leaver.partner_id + self.buyer,
            ],
        )
