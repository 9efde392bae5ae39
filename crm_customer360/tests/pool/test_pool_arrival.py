from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PoolCommon

ARRIVAL = "odoo.addons.crm_customer360.models.pool.c360_pool_arrival"


@tagged("post_install", "-at_install", "c360_pool")
@freeze_time("2026-03-31 09:00:00")
class TestPoolArrival(PoolCommon):
    """A moment after a claim everything is as if the host had written the owner."""

    def setUp(self):
        super().setUp()
        self.arrivals = self.env["c360.pool.arrival"]
        self.arrivals.search([]).unlink()

    def _drain(self):
        self.env.invalidate_all()
        # the cron commits slice by slice
        with patch.object(
            self.env.registry["ir.cron"], "_commit_progress", lambda *_a, **_k: 1
        ):
            self.arrivals._cron_process()
        self.env.flush_all()

    def _add_rule(self, code="record.write({'referred': 'rule'})", **values):
        model = self.env.ref("crm.model_crm_lead")
        action = self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "model_id": model.id,
                "state": "code",
                "code": code,
                "usage": "base_automation",
            }
        )
        return self.env["base.automation"].create(
            {
                "name": "Mark",
                "model_id": model.id,
                "trigger": "on_create_or_write",
                "action_server_ids": [fields.Command.link(action.id)],
                **values,
            }
        )

    # Followers and tracking

    def test_owner_follows_with_the_subtypes_the_host_gives(self):
        claimed, written = self._create_leads(2)
        self._claim(claimed)
        written.user_id = self.user
        self._drain()
        ours, theirs = (
            lead.message_follower_ids.filtered(
                lambda item: item.partner_id == self.user.partner_id
            )
            for lead in (claimed, written)
        )
        self.assertTrue(theirs.subtype_ids)
        self.assertEqual(ours.subtype_ids, theirs.subtype_ids)

    def test_change_of_owner_is_tracked_with_a_word_on_it(self):
        team = self.env["crm.team"].create(
            {"name": "Mine", "member_ids": [fields.Command.link(self.user.id)]}
        )
        lead = self._create_leads(team_id=self.env["crm.team"].create({"name": "X"}).id)
        count = len(lead.message_ids)
        self._claim(lead)
        self._drain()
        self.assertEqual(lead.team_id, team)
        self.assertEqual(len(lead.message_ids), count + 1)
        note = lead.message_ids[0]
        self.assertIn("Claimed from the pool", note.body)
        self.assertEqual(note.author_id, self.user.partner_id)
        changes = {
            value.field_id.name: (value.old_value_char, value.new_value_char)
            for value in note.sudo().tracking_value_ids
        }
        self.assertEqual(changes["user_id"], ("", self.user.name))
        self.assertEqual(changes["team_id"], ("X", "Mine"))

    def test_owner_by_assignment_is_told_by_claim_is_not(self):
        claimed, assigned = self._create_leads(2)
        self._claim(claimed)
        leader = self.users_by_role["leader"]
        pools = self.env(user=leader)["c360.pool"].sudo()
        rows = pools._lock_rows(assigned.ids, self.pool.ids)
        pools._grant_rows(rows, [self.user.id], "assign", reason="By skill")
        self._drain()
        notices = {
            lead: self.env["mail.message"].search(
                [
                    ("model", "=", "crm.lead"),
                    ("res_id", "=", lead.id),
                    ("message_type", "=", "user_notification"),
                ]
            )
            for lead in (claimed, assigned)
        }
        self.assertFalse(notices[claimed])
        self.assertEqual(notices[assigned].notified_partner_ids, self.user.partner_id)
        move = self._moves(assigned)[-1]
        self.assertEqual(
            (move.kind, move.user_id, move.reason, move.create_uid),
            ("assign", self.user, "By skill", leader),
        )

    def test_customer_follows_again(self):
        lead = self._create_leads(user_id=self.user.id)
        lead.message_subscribe(self.buyer.ids)
        self.env["c360.pool"]._put(lead, self.pool, "Test")
        self.env.invalidate_all()
        self.assertFalse(lead.message_partner_ids)
        self._claim(lead)
        self._drain()
        self.assertEqual(lead.message_partner_ids, self.buyer + self.user.partner_id)
        lead.user_id = False
        lead.user_id = self.rival
        self.assertIn(self.buyer, lead.message_partner_ids)
        self.assertFalse(self.env["c360.pool.tie"].search([]))

    def test_given_back_meanwhile_nobody_follows(self):
        lead = self._create_leads()
        self._claim(lead)
        lead.user_id = False
        self._drain()
        self.assertFalse(lead.message_partner_ids)
        self.assertFalse(self.arrivals.search([]))

    # Automation rules

    def test_rules_see_the_owner_before_and_after(self):
        self._add_rule(
            filter_pre_domain="[('user_id', '=', False)]",
            filter_domain=f"[('user_id', '=', {self.user.id})]",
        )
        mine, other = self._create_leads(2)
        self._claim(mine)
        self._claim(other, self.rival)
        self._drain()
        self.assertEqual(mine.referred, "rule")
        self.assertFalse(other.referred)
        self.assertEqual(mine.user_id, self.user)

    def test_rules_on_the_owner_run_once_as_the_claimer(self):
        user_field = self.env["ir.model.fields"]._get("crm.lead", "user_id")
        self._add_rule(
            "record.write({'referred': (record.referred or '') + env.user.login})",
            trigger="on_user_set",
            filter_domain="[('user_id', '!=', False)]",
            trigger_field_ids=[fields.Command.set(user_field.ids)],
        )
        leads = self._create_leads(2)
        self._claim(leads)
        self._drain()
        self._drain()
        self.assertEqual(leads.mapped("referred"), ["c360_user"] * 2)

    def test_rules_on_other_fields_do_not_run(self):
        stage_field = self.env["ir.model.fields"]._get("crm.lead", "stage_id")
        self._add_rule(trigger_field_ids=[fields.Command.set(stage_field.ids)])
        lead = self._create_leads()
        lead.referred = False
        self._claim(lead)
        self._drain()
        self.assertFalse(lead.referred)

    @mute_logger(ARRIVAL)
    def test_broken_rule_stops_neither_others_nor_followers(self):
        good, bad = self._create_leads(2)
        self.env.flush_all()
        self._add_rule(f"1 / (record.id - {bad.id})")
        self._claim(good + bad)
        self._drain()
        self.assertEqual(good.message_partner_ids, self.user.partner_id)
        self.assertEqual(bad.message_partner_ids, self.user.partner_id)
        left = self.arrivals.search([])
        self.assertEqual(left.mapped("lead_id"), bad.ids)
        self.assertIn("division", left.error)
        count = len(bad.message_ids)
        self.env["base.automation"].search([("name", "=", "Mark")]).unlink()
        left.with_user(self.users_by_role["manager"]).action_retry()
        self._drain()
        self.assertFalse(self.arrivals.search([]))
        self.assertEqual(len(bad.message_ids), count, "announced once")

    # The queue

    def test_claim_wakes_the_cron_once(self):
        cron = self.env.ref("crm_customer360.ir_cron_pool_arrival")
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        leads = self._create_leads(3)
        for lead in leads:
            self._claim(lead)
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), 1)

    def test_collision_waits_for_the_next_run(self):
        lead = self._create_leads()
        self._claim(lead)
        with (
            patch.object(
                self.env.registry["c360.pool.arrival"],
                "_announce",
                side_effect=SerializationFailure,
            ),
            patch.object(self.env.cr, "rollback"),
        ):
            self._drain()
        left = self.arrivals.search([])
        self.assertEqual(left.mapped("lead_id"), lead.ids)
        self.assertFalse(left.error)

    def test_deleted_leads_and_owners_are_dropped(self):
        lead, kept = self._create_leads(2)
        self._claim(lead + kept)
        lead.unlink()
        self._drain()
        self.assertFalse(self.arrivals.search([]))
        self.assertEqual(kept.message_partner_ids, self.user.partner_id)

    def test_only_managers_look_into_the_queue(self):
        for role in ("user", "leader", "stranger", "analyst"):
            with self.subTest(role):
                self.assertFalse(
                    self.arrivals.with_user(self.users_by_role[role]).has_access("read")
                )
        self.assertFalse(
            self.arrivals.with_user(self.users_by_role["manager"]).has_access("write")
        )
