from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolTies(PoolCommon):
    """What hangs on a lead tells nobody of it while the lead waits in a pool."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = cls.users_by_role["leader"]

    def _give_back(self, lead):
        lead.user_id = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(lead.pool_state, "pooled")

    def _claimed(self, **values):
        lead = self._create_leads(**values)
        self._claim(lead)
        return lead

    def test_followers_of_any_kind_leave(self):
        lead = self._claimed()
        lead.message_subscribe((self.buyer + self.rival.partner_id).ids)
        self._give_back(lead)
        followers = self.env_of("stranger")["mail.followers"]
        self.assertFalse(
            followers.search([("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)])
        )

    def test_writing_to_us_makes_nobody_a_follower(self):
        lead = self._create_leads()
        lead.with_user(self.env.ref("base.user_root")).message_post(
            body=self.buyer.name,
            author_id=self.buyer.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )
        lead.message_subscribe((self.buyer + self.rival.partner_id).ids)
        self.assertFalse(lead.message_partner_ids)

    def test_leaders_may_follow(self):
        lead = self._create_leads()
        lead.message_subscribe((self.leader + self.rival).partner_id.ids)
        self.assertEqual(lead.message_partner_ids, self.leader.partner_id)

    def test_followers_of_a_team_do_not_come_along(self):
        team = self.env["crm.team"].create({"name": "North"})
        team.message_subscribe(
            self.rival.partner_id.ids,
            self.env.ref("crm.mt_salesteam_lead_stage").ids,
        )
        lead = self._create_leads()
        lead.team_id = team
        self.assertFalse(lead.message_partner_ids)
        self._claim(lead)
        lead.team_id = False
        lead.team_id = team
        self.assertIn(self.rival.partner_id, lead.message_partner_ids)

    def test_notified_and_addressed_colleagues_read_no_more(self):
        self.rival.notification_type = "inbox"
        lead = self._claimed()
        message = lead.message_post(
            body=self.buyer.name,
            partner_ids=(self.rival.partner_id + self.buyer).ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        other = self._claimed()
        foreign = other.message_post(
            body=other.name, partner_ids=self.rival.partner_id.ids
        )
        self.env.flush_all()
        self.env.invalidate_all()
        mine = message.with_user(self.rival)
        self.assertIn(self.buyer.name, mine.read(["body"])[0]["body"])
        self._give_back(lead)
        with self.assertRaises(AccessError):
            mine.read(["body"])
        self.assertFalse(mine.search([("id", "=", message.id)]))
        self.assertEqual(message.partner_ids, self.buyer)
        self.assertNotIn(self.rival.partner_id, message.notified_partner_ids)
        self.assertTrue(foreign.with_user(self.rival).read(["body"]))

    def test_meetings_become_private(self):
        lead = self._claimed()
        meeting = self.env["calendar.event"].create(
            {
                "name": "Visit Paula Private",
                "start": "2026-03-31 09:00:00",
                "stop": "2026-03-31 10:00:00",
                "opportunity_id": lead.id,
                "user_id": self.user.id,
                "partner_ids": [Command.set(self.user.partner_id.ids)],
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        theirs = meeting.with_user(self.rival)
        self.assertIn("Paula", theirs.read(["name"])[0]["name"])
        self._give_back(lead)
        self.assertEqual(meeting.privacy, "private")
        self.env.invalidate_all()
        self.assertNotIn("Paula", str(theirs.read(["name", "display_name"])))

    def test_no_activity_for_whom_the_lead_is_hidden(self):
        lead = self._create_leads().with_user(self.leader)
        with self.assertRaisesRegex(ValidationError, "Rita Rival cannot see it"):
            lead.activity_schedule(
                "mail.mail_activity_data_call", user_id=self.rival.id
            )
        activity = lead.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.leader.id
        )
        with self.assertRaisesRegex(ValidationError, "Rita Rival"):
            activity.user_id = self.rival
        held = self._claimed()
        self.assertTrue(
            held.activity_schedule(
                "mail.mail_activity_data_call", user_id=self.rival.id
            )
        )

    def test_contact_history_is_hidden(self):
        lead = self._create_leads(partner_id=self.customer.id)
        touches = self.env["c360.contact.touch"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "customer_id": self.customer.id,
                    "partner_name": "Paula Private",
                    "address": "paula@private.example",
                    "subject": "Pumps for Paula",
                    "channel": "email",
                    "purpose": "sales",
                    "state": "sent",
                    "source_model": model,
                    "source_id": source.id,
                }
                # messages of the contact itself stand in the timeline by themselves
                for model, source in (
                    ("crm.lead", lead),
                    ("crm.team", self.env["crm.team"].search([], limit=1)),
                )
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()

        def seen(role):
            rows = self.env_of(role)["c360.contact.touch"].search_read(
                [("id", "in", touches.ids)], ["address"]
            )
            entries = self.env_of(role)["c360.customer.page"].load_timeline(
                self.customer.id, limit=200
            )["entries"]
            return len(rows), str(entries).count("Pumps for Paula")

        self.assertEqual(seen("user"), (1, 1))
        self.assertEqual(seen("care")[0], 1)
        self.assertEqual(seen("leader")[0], 2)
        self._claim(lead)
        self.env.invalidate_all()
        self.assertEqual(seen("user")[0], 2)
        lead.user_id = False
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_pool"
        )
        self.env.invalidate_all()
        self.assertEqual(seen("user")[0], 2)

    def test_cutting_costs_the_same_for_any_batch(self):
        counts = []
        for size in (2, 80):
            leads = self._create_leads(size)
            self.env.flush_all()
            leads.mapped("activity_ids")
            before = self.cr.sql_log_count
            leads._pool_cut_ties()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_switched_off_everybody_follows(self):
        lead = self._create_leads()
        with patch.object(
            type(self.env["c360.pool"]), "_is_enabled", lambda pool: False
        ):
            lead.message_subscribe(self.buyer.ids)
            self.assertTrue(
                lead.activity_schedule(
                    "mail.mail_activity_data_call", user_id=self.leader.id
                )
            )
        self.assertIn(self.buyer, lead.message_partner_ids)
