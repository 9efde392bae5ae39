from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolAllocation(CronMixinCase, PoolCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.allocation = "auto"
        cls.mine, cls.his = cls.pool.member_ids.sorted("id")

    def _owned(self, leads):
        leads.invalidate_recordset()
        return [len(leads.filtered(lambda x, u=u: x.user_id == u)) for u in self._two()]

    def _two(self):
        return self.mine.user_id, self.his.user_id

    def test_everybody_gets_the_same(self):
        leads = self._create_leads(10)
        self.assertTrue(self.pool._allocate_waiting())
        self.assertEqual(self._owned(leads), [5, 5])
        self.assertEqual(set(leads.mapped("pool_state")), {"held"})
        moves = self._moves(leads).filtered(lambda move: move.kind == "assign")
        self.assertEqual(len(moves), 10)

    def test_shares(self):
        self.mine.weight = 3
        leads = self._create_leads(8)
        self.pool._allocate_waiting()
        self.assertEqual(self._owned(leads), [6, 2])

    def test_who_got_less_gets_more(self):
        self._claim(self._create_leads(4), self.mine.user_id)
        leads = self._create_leads(4)
        self.pool._allocate_waiting()
        self.assertEqual(self._owned(leads), [0, 4])

    def test_limits_hold(self):
        self.pool.write({"hold_limit": 3, "claim_limit_day": 2})
        leads = self._create_leads(10)
        self.pool._allocate_waiting()
        # the smaller of the two: what is handed out fills the day as well
        self.assertEqual(self._owned(leads), [2, 2])
        self.assertEqual(set(leads.mapped("pool_state")), {"held", "pooled"})
        self.assertTrue(self.pool._allocate_waiting())
        self.assertLessEqual(max(self._owned(leads)), 3)

    def test_who_is_away_paused_or_gone_gets_nothing(self):
        now = fields.Datetime.now()
        resource = self.env["resource.resource"].create(
            {"name": "Me", "user_id": self.mine.user_id.id}
        )
        leave = self.env["resource.calendar.leaves"].create(
            {
                "name": "Beach",
                "resource_id": resource.id,
                "date_from": now - timedelta(days=1),
                "date_to": now + timedelta(days=1),
            }
        )
        leads = self._create_leads(2)
        self.pool._allocate_waiting()
        self.assertEqual(self._owned(leads), [0, 2])
        leave.unlink()
        self.his.paused = True
        leads = self._create_leads(2)
        self.pool._allocate_waiting()
        self.assertEqual(self._owned(leads), [2, 0])
        self.mine.user_id.active = False
        leads = self._create_leads(2)
        self.pool._allocate_waiting()
        self.assertEqual(self._owned(leads), [0, 0])

    def test_region_and_preference(self):
        belgium, france = self.env.ref("base.be"), self.env.ref("base.fr")
        self.mine.lead_domain = f"[('country_id', '=', {belgium.id})]"
        self.his.preferred_domain = f"[('country_id', '=', {belgium.id})]"
        french = self._create_leads(2, country_id=france.id)
        self.pool._allocate_waiting()
        self.assertEqual(self._owned(french), [0, 2])
        belgian = self._create_leads(2, country_id=belgium.id)
        self.pool._allocate_waiting()
        # he had more already, but he wants them
        self.assertEqual(self._owned(belgian), [0, 2])

    def test_former_owner_waits_for_the_cool_down(self):
        self.pool.cooldown_days = 5
        self.his.paused = True
        lead = self._create_leads()
        self.pool._allocate_waiting()
        self.assertEqual(lead.user_id, self.mine.user_id)
        lead.with_user(lead.user_id).write({"user_id": False})
        self.pool._allocate_waiting()
        self.assertFalse(lead.user_id)

    def test_companies_are_kept_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        lead = self._create_leads(company_id=other.id)
        self.assertEqual(lead.pool_id, self.pool)
        self.pool._allocate_waiting()
        self.assertFalse(lead.user_id)

    def test_broken_wish_is_refused_and_skipped_later(self):
        with self.assertRaisesRegex(ValidationError, "no_such"):
            self.mine.lead_domain = "[('no_such', '=', 1)]"
        self.env.cr.execute(
            "UPDATE c360_pool_member SET lead_domain = %s WHERE id = %s",
            ["[('no_such', '=', 1)]", self.mine.id],
        )
        self.env.invalidate_all()
        leads = self._create_leads(2)
        with self.assertLogs("odoo.addons.crm_customer360", "WARNING"):
            self.pool._allocate_waiting()
        self.assertEqual(self._owned(leads), [1, 1])

    def test_one_notice_per_member(self):
        messages = self.env["mail.message"].search([])
        self._create_leads(6)
        with patch.object(type(self.pool), "_tell_members") as tell:
            self.pool._allocate_waiting()
        tell.assert_called_once_with(dict.fromkeys([u.id for u in self._two()], 3))
        self.pool._tell_members({self.user.id: 3})
        notice = self.env["mail.message"].search([]) - messages
        notice = notice.filtered(
            lambda m: self.user.partner_id in m.notified_partner_ids
        )
        self.assertEqual(len(notice), 1)
        self.assertIn("3 new leads", notice.body)

    def test_slices_go_on_and_stop_when_time_is_up(self):
        leads = self._create_leads(5)
        module = "odoo.addons.crm_customer360.models.pool.c360_pool_allocation"
        with patch(f"{module}.SLICE", 2):
            self.assertFalse(self.pool._allocate_waiting(lambda done: 0))
            self.assertEqual(sum(self._owned(leads)), 2)
            self.assertTrue(self.pool._allocate_waiting(lambda done: 60))
        self.assertEqual(sum(self._owned(leads)), 5)

    def test_collisions_are_tried_again(self):
        lead = self._create_leads()
        Pool = type(self.pool)
        real, calls = Pool._allocate_slice, []

        def fail_once(pool, skip_ids=()):
            calls.append(1)
            if len(calls) == 1:
                raise SerializationFailure()
            return real(pool, skip_ids)

        with (
            patch.object(Pool, "_allocate_slice", fail_once),
            patch.object(self.env.cr, "rollback") as rollback,
        ):
            self.pool._allocate_waiting(lambda done: 60)
        rollback.assert_called_once()
        self.assertTrue(lead.user_id)
        with (
            patch.object(Pool, "_allocate_slice", side_effect=SerializationFailure),
            patch.object(self.env.cr, "rollback"),
            self.assertRaises(SerializationFailure),
        ):
            self.pool._allocate_waiting(lambda done: 60)

    def test_queries_do_not_grow_with_the_leads(self):
        counts = []
        self._create_leads(4)
        self.pool._allocate_waiting()
        for size in (2, 60):
            self._create_leads(size)
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.pool._allocate_slice()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
        self.assertLessEqual(counts[1], 20)

    def test_new_leads_wake_the_cron_once(self):
        cron = self.env.ref("crm_customer360.ir_cron_pool_allocation")
        self.env.cr.precommit.data.pop("c360_pool_awake", None)
        with self.capture_triggers(cron.id) as capture:
            self._create_leads(2)
            self._create_leads(2)
        self.assertEqual(len(capture.records), 1)
        self.pool.allocation = "hand"
        self.env.cr.precommit.data.pop("c360_pool_awake", None)
        with self.capture_triggers(cron.id) as capture:
            self._create_leads(2)
        self.assertFalse(capture.records)

    def test_the_cron_hands_out(self):
        leads = self._create_leads(4)
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_customer360.ir_cron_pool_allocation"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self._owned(leads), [2, 2])

    def test_switched_off_nothing_is_handed_out(self):
        leads = self._create_leads(2)
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_pool"
        )
        self.env["c360.pool"]._cron_allocate()
        self.assertEqual(self._owned(leads), [0, 0])
