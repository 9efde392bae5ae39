from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import CustomerCommon

LOGGER = "odoo.addons.crm_customer360.models.customer.c360_customer_event"


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerEvent(CronMixinCase, CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Event = cls.env["c360.customer.event"]
        cls.Event.search([]).unlink()
        cls.order = cls._order("2026-01-10", partner=cls.buyer)
        cls.other_order = cls._order("2026-01-10", cls._create_customer("Other"))

    def _fail_on(self, *bad_ids):
        """Have the processing fail when one of the events is in the slice."""
        processed = []
        process = type(self.Event)._process

        def _process(events):
            if set(events.ids) & set(bad_ids):
                raise ValueError("wormwood")
            processed.append(events.ids)
            return process(events)

        self.addCleanup(patch.stopall)
        patch.object(type(self.Event), "_process", _process).start()
        return processed

    def test_an_event_names_the_customer_and_the_contact(self):
        cron = self.env.ref("crm_customer360.ir_cron_customer_event")
        with self.capture_triggers(cron.id) as capture:
            event = self.Event.with_user(self.users_by_role["user"])._record(
                "order_confirmed", self.order
            )
        self.assertEqual(event.customer_id, self.customer)
        self.assertEqual(event.partner_id, self.buyer)
        self.assertEqual(event.company_id, self.company)
        self.assertEqual(
            self.env[event.source_model].browse(event.source_id), self.order
        )
        self.assertEqual(len(capture.records), 1)

    def test_without_partner_there_is_no_event_and_no_wake_up(self):
        cron = self.env.ref("crm_customer360.ir_cron_customer_event")
        with self.capture_triggers(cron.id) as capture:
            self.assertFalse(
                self.Event._record("invoice_posted", self.env["account.move"].new({}))
            )
            self.assertFalse(self.Event._record_once("invoice_paid", self.order[:0]))
        self.assertFalse(capture.records)

    def test_a_missing_cron_does_not_stop_an_order(self):
        self.env.ref("crm_customer360.ir_cron_customer_event").unlink()
        self.assertTrue(self.Event._record("order_confirmed", self.order))

    def test_recording_costs_two_queries_at_any_number(self):
        orders = self.order | self.other_order
        orders.partner_id.fetch(["commercial_partner_id"])
        self.Event._record("order_confirmed", orders)
        self.env.flush_all()
        with self.assertQueryCount(2):
            self.Event._record("order_confirmed", orders)
            self.env.flush_all()

    def test_processing_refreshes_the_profiles_in_one_go(self):
        events = self.Event._record("order_confirmed", self.order | self.other_order)
        events |= self.Event._record("delivery_done", self.order)
        with patch.object(type(self.Profile), "_refresh") as refresh:
            events._process_isolated()
        refresh.assert_called_once_with(self.customer | self.other_order.partner_id)
        self.assertFalse(events.exists())

    def test_the_cron_works_the_outbox_off(self):
        self.Event._record("order_confirmed", self.order | self.other_order)
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_customer360.ir_cron_customer_event"
            ).method_direct_trigger()
        self.assertFalse(self.Event.search([]))
        self.assertEqual(self._profile().order_count, 1)

    @mute_logger(LOGGER)
    def test_a_bad_event_does_not_stop_the_others_and_can_be_retried(self):
        good, bad = self.Event._record("order_confirmed", self.order | self.other_order)
        self._fail_on(bad.id)
        (good | bad)._process_isolated()
        self.assertFalse(good.exists())
        self.assertEqual(bad.error, "wormwood")
        self.assertEqual(self._profile().order_count, 1)
        self.assertNotIn(bad, self.Event.search([("error", "=", False)]))
        patch.stopall()
        cron = self.env.ref("crm_customer360.ir_cron_customer_event")
        with self.capture_triggers(cron.id) as capture:
            bad.with_user(self.users_by_role["manager"]).action_retry()
        self.assertTrue(capture.records)
        self.assertIn(bad, self.Event.search([("error", "=", False)]))
        bad._process_isolated()
        self.assertFalse(bad.exists())

    def test_a_collision_is_no_fault_of_the_event(self):
        event = self.Event._record("order_confirmed", self.order)
        with (
            patch.object(
                type(self.Event), "_process", side_effect=SerializationFailure
            ),
            self.assertRaises(SerializationFailure),
        ):
            event._process_isolated()
        self.assertFalse(event.error)
        self.assertTrue(event.exists())

    @mute_logger(LOGGER)
    def test_the_cron_comes_back_after_a_collision(self):
        event = self.Event._record("order_confirmed", self.order)
        cron = self.env.ref("crm_customer360.ir_cron_customer_event")
        with (
            patch.object(
                type(self.Event), "_process", side_effect=SerializationFailure
            ),
            patch.object(type(self.env.cr), "rollback") as rollback,
            self.capture_triggers(cron.id) as capture,
        ):
            self.Event._cron_process()
        rollback.assert_called_once()
        self.assertTrue(capture.records)
        self.assertTrue(event.exists())

    def test_events_are_processed_in_their_company(self):
        company, _user = self._create_second_company()
        there = self._order("2026-01-10", company_id=company.id)
        events = self.Event._record("order_confirmed", self.order | there)
        seen = []

        def _process(events):
            seen.append((events.env.company, events.company_id))

        with patch.object(type(self.Event), "_process", _process):
            events._process_isolated()
        self.assertCountEqual(seen, [(self.company, self.company), (company, company)])

    def test_the_pending_events_are_found_by_their_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        query = self.Event._search([("error", "=", False)], order="id", limit=5)
        self.env.cr.execute(query.select())
        explained = self.env.execute_query(
            query.select().__class__("EXPLAIN %s", query.select())
        )
        self.assertIn("pending_idx", str(explained))

    def test_only_managers_see_the_outbox(self):
        self.Event._record("order_confirmed", self.order)
        self.assertTrue(self.Event.with_user(self.users_by_role["manager"]).search([]))
        for role in ("user", "leader", "care", "service", "analyst", "stranger"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.Event.with_user(self.users_by_role[role]).search([])
        _company, user = self._create_second_company()
        user.group_ids |= self.env.ref("crm_customer360.group_manager")
        self.assertFalse(self.Event.with_user(user).search([]))

    def test_a_failed_event_opens_its_document(self):
        event = self.Event._record("order_confirmed", self.order)
        action = event.action_open_source()
        self.assertEqual(action["res_model"], "sale.order")
        self.assertEqual(action["res_id"], self.order.id)
