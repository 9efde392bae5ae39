from datetime import datetime

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .recycle_common import MONDAY, RecycleCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolRecycleRule(RecycleCommon):
    """Each kind of rule sends back what it means, and nothing else."""

    def _assert_goes_back(self, lead, moment):
        """Not a minute before, and then with a row in the ledger."""
        owner = lead.user_id
        self.assertEqual(lead.recycle_date, moment)
        self.at(moment.replace(minute=moment.minute - 1 if moment.minute else 0))
        if moment.minute:
            self._run()
            self.assertEqual(lead.user_id, owner)
        self.at(moment)
        self._run()
        self.assertEqual((lead.pool_state, lead.user_id.id), ("pooled", False))
        self.assertFalse(lead.recycle_date)
        move = self._moves(lead)[-1]
        self.assertEqual((move.kind, move.previous_user_id), ("recycle", owner))
        return move

    def test_a_pool_lists_the_rules_for_every_pool(self):
        own, common = self._rule(), self._rule(pool_id=False)
        self._rule(pool_id=False, active=False)
        for role in ("user", "leader"):
            pool = self.pool.with_env(self.env_of(role))
            self.assertEqual(pool.common_rule_ids.ids, common.ids, role)
            self.assertEqual(pool.recycle_rule_ids.ids, own.ids, role)

    def test_nobody_contacted_the_customer(self):
        rule = self._rule()
        lead = self._held()
        # Tuesday to Friday and the next Monday, five o'clock in Brussels
        move = self._assert_goes_back(lead, datetime(2027, 3, 8, 16))
        self.assertEqual(move.rule_id, rule)
        self.assertEqual(move.reason, "No contact for 5 working days")
        self.assertEqual(move.pool_id, self.pool)
        self.assertEqual(rule.recycled_count, 1)
        self.assertFalse(lead.date_open)

    def test_a_contact_starts_the_days_again(self):
        self._rule()
        lead = self._held()
        self.at(2027, 3, 4, 12)
        self._touch(lead)
        self.assertEqual(lead.last_followup_date, datetime(2027, 3, 4, 12))
        self._assert_goes_back(lead, datetime(2027, 3, 11, 16))

    def test_no_step(self):
        self._rule("no_progress", 3)
        lead = self._held()
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 4, 16))
        self._touch(lead)
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 4, 16))
        self.at(2027, 3, 3, 10)
        stage = self.env["crm.stage"].search([("is_won", "=", False)])[-1]
        lead.stage_id = stage
        # the host's clock is the transaction's
        lead.date_last_stage_update = datetime(2027, 3, 3, 10)
        self._set_deadlines(lead)
        move = self._assert_goes_back(lead, datetime(2027, 3, 8, 16))
        self.assertEqual(move.reason, "No step for 3 working days")
        self.assertEqual(lead.stage_id, stage)

    def test_still_a_lead(self):
        self._rule("no_opportunity", 2)
        lead, deal = self._held(2, type="lead")
        deal.convert_opportunity(self.customer)
        self.assertEqual(deal.type, "opportunity")
        self.assertFalse(deal.recycle_date)
        self._assert_goes_back(lead, datetime(2027, 3, 3, 16))
        self.assertEqual(deal.user_id, self.user)

    def test_no_order(self):
        self._rule("no_order", 2)
        without, with_order = self._held(2, partner_id=self.customer.id)
        order = self.env["sale.order"].create(
            {"partner_id": self.buyer.id, "opportunity_id": with_order.id}
        )
        order.action_confirm()
        self._process_events()
        self.assertFalse(with_order.recycle_date)
        order._action_cancel()
        self._process_events()
        self.assertEqual(with_order.recycle_date, datetime(2027, 3, 3, 16))
        self._assert_goes_back(without, datetime(2027, 3, 3, 16))

    def test_quotation_sent_is_a_followup(self):
        self._rule()
        lead = self._held()
        self.at(2027, 3, 3, 10)
        order = self.env["sale.order"].create(
            {"partner_id": self.buyer.id, "opportunity_id": lead.id}
        )
        order.action_quotation_sent()
        self._process_events()
        self.assertEqual(lead.last_followup_date, datetime(2027, 3, 3, 10))
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 10, 16))

    def _process_events(self):
        self.env.flush_all()
        self.env["c360.customer.event"].search([])._process_isolated()

    def test_owner_left(self):
        self._rule("owner_left", 0)
        lead = self._held()
        self.assertFalse(lead.recycle_date)
        self.user.action_archive()
        self._drain()
        self.assertTrue(lead.recycle_date)
        self._run()
        self.assertEqual(lead.pool_state, "pooled")
        self.assertEqual(self._moves(lead)[-1].reason, "The owner has left")

    def test_owner_who_comes_back_keeps_his_leads(self):
        self._rule("owner_left", 0)
        lead = self._held()
        self.user.action_archive()
        self.user.action_unarchive()
        self._drain()
        self.assertFalse(lead.recycle_date)

    def test_owner_absent(self):
        self._rule("owner_absent", 14)
        lead = self._held()
        resource = self.env["resource.resource"].create(
            {"name": "Test", "user_id": self.user.id, "calendar_id": self.calendar.id}
        )
        short, long = datetime(2027, 3, 10, 8), datetime(2027, 4, 12, 8)
        self._leave(resource, short, datetime(2027, 3, 12, 16))
        self._drain()
        self.assertFalse(lead.recycle_date)
        self._leave(resource, long, datetime(2027, 5, 3, 16))
        self._drain()
        move = self._assert_goes_back(lead, long)
        self.assertEqual(move.reason, "The owner is away")
        # whoever gets a lead while away was meant to have it
        self.at(2027, 4, 13, 8)
        other = self._held()
        self.assertFalse(other.recycle_date)

    def _leave(self, resource, start, end):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": resource.id,
                "calendar_id": self.calendar.id,
                "date_from": start,
                "date_to": end,
            }
        )

    # ------------------------------------------------------------
    # Which leads
    # ------------------------------------------------------------

    def test_first_rule_that_fits_holds(self):
        self._rule(days=20, sequence=1, level="2")
        self._rule(days=3, sequence=2)
        low, high = self._held(), self._held(priority="3")
        self.assertEqual(low.recycle_date, datetime(2027, 3, 4, 16))
        self.assertEqual(high.recycle_date, datetime(2027, 3, 29, 15))
        high.priority = "1"
        self.assertEqual(high.recycle_date, datetime(2027, 3, 4, 16))

    def test_of_several_kinds_the_earliest_holds(self):
        self._rule(days=10)
        step = self._rule("no_progress", 4)
        lead = self._held()
        self.assertEqual(lead.recycle_rule_id, step)
        self.assertEqual(lead.recycle_date, datetime(2027, 3, 5, 16))

    def test_grade(self):
        self._rule(days=3, grade="key")
        key, normal = self._held(2)
        self.env["crm.lead"].flush_model()
        self.env.cr.execute(
            "UPDATE crm_lead SET grade = CASE id WHEN %s THEN 'key' ELSE 'normal' END"
            " WHERE id IN %s",
            [key.id, (key.id, normal.id)],
        )
        self.env.invalidate_all()
        self._set_deadlines(key + normal)
        self.assertTrue(key.recycle_date)
        self.assertFalse(normal.recycle_date)

    def test_product_line(self):
        pumps = self.env["product.category"].create({"name": "Pumps"})
        small = self.env["product.category"].create(
            {"name": "Small pumps", "parent_id": pumps.id}
        )
        product = self.env["product.product"].create(
            {"name": "P1", "categ_id": small.id}
        )
        self._rule(days=3, category_ids=[(6, 0, pumps.ids)])
        pump, other = self._held(2)
        self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "opportunity_id": pump.id,
                "order_line": [(0, 0, {"product_id": product.id})],
            }
        )
        self._set_deadlines(pump + other)
        self.assertTrue(pump.recycle_date)
        self.assertFalse(other.recycle_date)

    def test_filter(self):
        self._rule(days=3, lead_domain="[('city', '=', 'Ghent')]")
        lead = self._held()
        self.assertFalse(lead.recycle_date)
        lead.city = "Ghent"
        self.assertTrue(lead.recycle_date)
        claimed = self._create_leads(city="Ghent")
        row = {"id": claimed.id, "pool_id": self.pool.id, "type": "lead"}
        [(date, _rule)] = self.env["c360.pool"]._get_first_deadlines(
            [{**row, "company_id": False}], MONDAY
        )
        self.assertEqual(date, datetime(2027, 3, 4, 16))

    @mute_logger("odoo.addons.crm_customer360.models.pool.c360_pool_recycle_deadline")
    def test_broken_filter_stops_nobody(self):
        broken = self._rule(days=2, sequence=1)
        self._rule(days=3, sequence=2)
        self.env.cr.execute(
            "UPDATE c360_pool_rule SET lead_domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", broken.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertEqual(self._held().recycle_date, datetime(2027, 3, 4, 16))

    def test_leads_of_other_pools_stay(self):
        self._rule(pool_id=self.key_pool.id)
        self.assertFalse(self._held().recycle_date)
        self._rule(pool_id=False)
        self.assertTrue(self._held().recycle_date)

    def test_target_pool(self):
        self._rule(target_pool_id=self.key_pool.id)
        lead = self._held()
        move = self._assert_goes_back(lead, datetime(2027, 3, 8, 16))
        self.assertEqual((lead.pool_id, move.pool_id), (self.key_pool, self.key_pool))

    def test_back_from_an_archived_pool_the_rules_decide(self):
        self._rule()
        lead = self._held()
        self.pool.active = False
        self.pool.copy({"name": "New"}).active = True
        self.at(2027, 3, 8, 16)
        self._run()
        self.assertEqual((lead.pool_id.name, lead.pool_state), ("New", "pooled"))

    # ------------------------------------------------------------
    # The rule itself
    # ------------------------------------------------------------

    def test_in_words(self):
        rule = self._rule(
            grade="key",
            target_pool_id=self.key_pool.id,
            warn_days=2,
        )
        self.assertEqual(
            rule.sentence,
            "Key leads of “Rest” nobody contacted for 5 working days go to “Large”; "
            "the owner is told 2 working days before.",
        )
        rule.write({"kind": "owner_left", "days": 0, "grade": False})
        self.assertEqual(
            rule.sentence, "Leads of “Rest” whose owner has left go to “Large”."
        )
        rule.write({"kind": "no_order", "days": 30, "target_pool_id": False})
        rule.write({"manager_warn_days": 1, "lead_domain": "[('city', '=', 'Ghent')]"})
        self.assertEqual(
            rule.sentence,
            "Leads without an order after 30 working days go back to “Rest”, if they "
            "fit the filter; the owner is told 2 working days before, the manager 1.",
        )

    def test_every_kind_has_words(self):
        for kind in self.env["c360.pool.rule"]._fields["kind"].get_values(self.env):
            rule = self._rule(kind, 9)
            with self.subTest(kind):
                self.assertTrue(rule._get_clause())
                self.assertTrue(rule._get_reason())

    def test_filter_is_checked(self):
        for domain in ("[('gone', '=', 1)]", "[(", "5"):
            with (
                self.subTest(domain),
                self.assertRaisesRegex(ValidationError, "filter cannot be used"),
            ):
                self._rule(lead_domain=domain)

    def test_target_of_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["c360.pool"].create({"name": "F", "company_id": other.id})
        with self.assertRaisesRegex(ValidationError, "takes leads of Other only"):
            self._rule(target_pool_id=foreign.id)
