from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...models.pool import c360_pool_routing
from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolRouting(PoolCommon):
    def test_first_fitting_pool_takes_the_lead(self):
        large, small = self._create_leads(2)
        self.assertEqual((large + small).pool_id, self.pool)
        large = self._create_leads(expected_revenue=10000)
        self.assertEqual(large.pool_id, self.key_pool)
        self.assertEqual(large.pool_state, "pooled")
        self.assertEqual(self._moves(large).kind, "enter")
        self.assertEqual(self._moves(large).lead_name, "Pump 0")

    def test_a_pool_for_leads_of_a_segment(self):
        """Alone or in bulk, whoever brings them and in which company he works."""
        customer = self._create_customer(
            "Chosen", user_id=self.users_by_role["leader"].id
        )
        segment = self.env["c360.customer.segment"].create(
            {"name": "Fair", "kind": "fixed"}
        )
        segment._add_partners(customer)
        self.key_pool.lead_domain = str(
            [("partner_id.c360_segment_ids", "in", segment.ids)]
        )
        one = self._create_leads(partner_id=customer.id)
        self.assertEqual(one.pool_id, self.key_pool)
        self.assertEqual(self._create_leads().pool_id, self.pool)
        other = self.env["res.company"].create({"name": "Other"})
        self.user.write({"company_ids": other.ids, "company_id": other.id})
        for bulk in (1000, 1):
            self.patch(c360_pool_routing, "BULK", bulk)
            lead = self._create_leads(partner_id=customer.id)
            lead.write({"pool_id": False})
            self.env["c360.pool"].with_user(self.user).with_context(
                allowed_company_ids=other.ids
            )._route(lead.with_user(self.user))
            self.assertEqual(lead.pool_id, self.key_pool)

    def test_what_a_salesperson_types_is_his(self):
        lead = self.env_of("user")["crm.lead"].create({"name": "Mine"})
        self.assertEqual(lead.user_id, self.user)
        self.assertFalse(lead.pool_id)
        self.assertFalse(lead.pool_state)

    def test_closed_leads_are_not_pooled(self):
        won = self._create_leads(
            stage_id=self.env["crm.stage"].search([("is_won", "=", True)], limit=1).id,
            probability=100,
        )
        lost = self._create_leads(active=False, probability=0)
        self.assertFalse((won + lost).pool_id)

    def test_incoming_mail_waits_in_the_pool_not_with_the_team_leader(self):
        team = self.env["crm.team"].create(
            {"name": "North", "user_id": self.users_by_role["leader"].id}
        )
        lead = self.env["crm.lead"].message_new(
            {"subject": "Need pumps", "email_from": "paula@private.example"},
            {"team_id": team.id, "user_id": False},
        )
        self.assertFalse(lead.user_id)
        self.assertEqual(lead.pool_state, "pooled")

    def test_import_is_pooled(self):
        result = self.env["crm.lead"].load(
            ["name", "email_from", "user_id/.id"],
            [["Card 1", "a@private.example", ""], ["Card 2", "b@private.example", ""]],
        )
        leads = self.env["crm.lead"].browse(result["ids"])
        self.assertEqual(leads.mapped("pool_state"), ["pooled", "pooled"])

    def test_companies_are_kept_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.key_pool.company_id = other
        ours = self._create_leads(expected_revenue=10000, company_id=self.company.id)
        self.assertEqual(ours.pool_id, self.pool)

    def test_routing_costs_the_same_for_any_batch(self):
        route = type(self.env["c360.pool"])._route
        queries = {}

        def count(pool, leads, reason=None):
            self.env.flush_all()
            before = self.cr.sql_log_count
            result = route(pool, leads, reason)
            self.env.flush_all()
            queries[len(leads)] = self.cr.sql_log_count - before
            return result

        with patch.object(type(self.env["c360.pool"]), "_route", count):
            self._create_leads(3)
            for size in (2, 199, 200, 400):
                self._create_leads(size)
        # followers, ledger, place; the ORM writes the place of a hundred leads at once
        self.assertEqual(queries[2], 3)
        self.assertEqual(queries[199], 4)
        # the database compares: a lock, a look per pool, place and ledger, ties
        self.assertEqual(queries[200], 6)
        self.assertEqual(queries[400], 6)

    def test_switched_off_nothing_is_routed(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_pool"
        )
        self.assertFalse(self._create_leads().pool_id)

    def test_hosts_assignment_leaves_pooled_leads_alone(self):
        leader = self.users_by_role["leader"]
        team = self.env["crm.team"].create(
            {
                "name": "North",
                "crm_team_member_ids": [
                    (0, 0, {"user_id": leader.id, "assignment_max": 300})
                ],
            }
        )
        self.env["ir.config_parameter"].set_param("crm.lead.auto.assignment", True)
        without_team = self._create_leads(team_id=False)
        with_team = self._create_leads(team_id=team.id, email_from="x@other.example")
        pooled = without_team + with_team
        self.assertEqual(set(pooled.mapped("pool_state")), {"pooled"})
        team._action_assign_leads(force_quota=True)
        self.assertEqual(len(pooled.exists()), 2)
        self.assertFalse(pooled.user_id)
        self.assertFalse(without_team.team_id)

    def test_archived_pool_hands_its_leads_on(self):
        large = self._create_leads(expected_revenue=10000)
        self.key_pool.active = False
        self.assertEqual(large.pool_id, self.pool)
        self.assertEqual(self._moves(large).mapped("kind"), ["enter", "leave", "enter"])
        self.pool.active = False
        self.assertFalse(large.pool_id)
        self.assertFalse(large.pool_state)

    def test_archived_pool_takes_nothing_in_any_context(self):
        self.key_pool.active = False
        lead = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .create(
                {
                    "name": "Deal",
                    "email_from": "paula@private.example",
                    "user_id": False,
                    "expected_revenue": 10000,
                }
            )
        )
        self.assertEqual(lead.pool_id, self.pool)

    def test_pool_with_a_history_cannot_be_deleted(self):
        self._create_leads()
        with self.assertRaisesRegex(UserError, "Rest"):
            self.pool.unlink()

    def test_pool_without_a_history_can(self):
        self.key_pool.unlink()
        self.assertEqual(self._create_leads(expected_revenue=1e6).pool_id, self.pool)

    def test_pool_whose_rule_broke_later_is_skipped(self):
        for rule in (
            "[('gone_field', '=', 1)]",
            "[('name'",
            "[('country_id.x', '=', 1)]",
        ):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE c360_pool SET lead_domain = %s WHERE id = %s",
                [rule, self.key_pool.id],
            )
            self.env.invalidate_all()
            self.env.registry.clear_cache()
            with self.subTest(rule), self.assertLogs("odoo.addons", "WARNING") as logs:
                lead = self._create_leads(expected_revenue=10000)
                self.assertEqual(lead.pool_id, self.pool)
                self.assertIn("skipped", str(logs.output))

    def test_pools_go_with_their_company(self):
        self.env.cr.execute(
            """
            SELECT conrelid::regclass::text, confdeltype
              FROM pg_constraint
             WHERE conname IN ('c360_pool_company_id_fkey',
                               'c360_pool_move_company_id_fkey')
            """
        )
        self.assertEqual(
            dict(self.env.cr.fetchall()), {"c360_pool": "c", "c360_pool_move": "c"}
        )

    def test_broken_rule_is_refused(self):
        for domain in ("[('no_such_field', '=', 1)]", "nonsense"):
            with self.assertRaisesRegex(ValidationError, "Rest"):
                self.pool.lead_domain = domain

    def _host_team(self):
        # the host draws lots among the teams that take leads
        self.env["crm.team"].search([]).active = False
        team = self.env["crm.team"].create(
            {
                "name": "North",
                "crm_team_member_ids": [
                    (
                        0,
                        0,
                        {
                            "user_id": self.users_by_role["leader"].id,
                            "assignment_max": 300,
                        },
                    )
                ],
            }
        )
        self.env["ir.config_parameter"].set_param("crm.lead.auto.assignment", True)
        return team

    def test_hosts_cron_leaves_returned_leads_to_the_pool(self):
        team = self._host_team()
        lead = self._create_leads(team_id=team.id)
        self._claim(lead)
        lead.with_user(self.user).write({"user_id": False, "team_id": team.id})
        self.assertFalse(lead.date_open)
        self.env["crm.team"]._cron_assign_leads(force_quota=True)
        self.assertEqual(lead.pool_state, "pooled")
        self.assertFalse(lead.user_id)

    def test_hosts_cron_still_gets_what_no_pool_takes(self):
        team = self._host_team()
        self.env["c360.pool"].search([]).active = False
        lead = self._create_leads(team_id=False)
        self.assertFalse(lead.pool_id)
        self.env["crm.team"]._cron_assign_leads(force_quota=True)
        self.assertEqual(lead.team_id, team)
        self.assertEqual(lead.user_id, self.users_by_role["leader"])

    def test_hosts_merge_does_not_swallow_what_waits(self):
        team = self._host_team()
        pooled = self._create_leads(team_id=False)
        self.env["c360.pool"].search([]).active = False
        pooled.pool_id = self.pool
        twin = self._create_leads(team_id=False)
        self.assertFalse(twin.pool_id)
        team._action_assign_leads(force_quota=True)
        self.assertTrue(pooled.exists())
        self.assertTrue(pooled.active)
        self.assertFalse(pooled.user_id)

    def test_default_pool_takes_the_rest(self):
        self.pool.lead_domain = "[('priority', '=', '3')]"
        self.assertFalse(self._create_leads().pool_id)
        self.key_pool.is_default = True
        self.assertEqual(self._create_leads().pool_id, self.key_pool)
        # one of them at most; the mark moves
        self.pool.is_default = True
        self.assertFalse(self.key_pool.is_default)
        self.assertEqual(self._create_leads().pool_id, self.pool)
        # the default of a company comes before that of all of them
        self.key_pool.write({"company_id": self.company.id, "is_default": True})
        self.assertTrue(self.pool.is_default)
        lead = self._create_leads(company_id=self.company.id)
        self.assertEqual(lead.pool_id, self.key_pool)
        many = self._create_leads(210)
        self.assertEqual(many.pool_id, self.key_pool)

    def test_default_pool_needs_a_successor(self):
        self.pool.is_default = True
        for leave in (self.pool.unlink, lambda: self.pool.write({"active": False})):
            with self.assertRaisesRegex(UserError, "the default first"):
                leave()
        self.key_pool.is_default = True
        self.pool.active = False
        # the last ones go together
        self.env["c360.pool"].search([]).active = False
        self.key_pool.active = True
        self.assertFalse(self.key_pool.is_default)

    def test_many_are_routed_like_one(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.key_pool.company_id = other
        many = self._create_leads(210, expected_revenue=10000)
        self.assertEqual(many.pool_id, self.key_pool)
        ours = self._create_leads(
            210, expected_revenue=10000, company_id=self.company.id
        )
        self.assertEqual(ours.pool_id, self.pool)
        self.assertEqual(set(self._moves(ours).mapped("kind")), {"enter"})
        self.assertEqual(len(self._moves(ours)), 210)
        self.assertFalse(ours.message_follower_ids)

    def test_invalid_leads_are_never_routed(self):
        leads = self._create_leads(210)
        leads.write({"pool_id": False})
        leads[:5].write({"check_state": "invalid"})
        self.env["c360.pool"]._route(leads)
        self.assertFalse(leads[:5].pool_id)
        self.assertEqual(leads[5:].pool_id, self.pool)

    def test_route_again_in_slices(self):
        leads = self._create_leads(5)
        by_hand = self._create_leads()
        self.env["c360.pool"]._put(by_hand, self.key_pool, "mine")
        self.key_pool.lead_domain = "[('name', '=like', 'Pump _')]"
        by_hand.name = "Other"
        action = self.pool.with_env(self.env_of("manager")).action_route_again()
        self.assertIn("5 leads", action["params"]["message"])
        route = self.env["c360.pool.route"]
        module = "odoo.addons.crm_customer360.models.pool.c360_pool_route"
        with patch(f"{module}.SLICE", 2):
            self.assertEqual(route._route_slice(), 2)
            # killed here, the rest goes on later
            self.assertEqual(len(leads.filtered(lambda x: x.pool_id == self.pool)), 3)
        with self.enter_registry_test_mode():
            self.env.ref("crm_customer360.ir_cron_pool_route").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(leads.pool_id, self.key_pool)
        self.assertEqual(by_hand.pool_id, self.key_pool)
        self.assertFalse(route.search([]))
        with self.assertRaises(AccessError):
            self.pool.with_env(self.env_of("leader")).action_route_again()

    def test_broken_rule_is_told_on_the_pool(self):
        self.assertFalse(self.key_pool.rule_warning)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE c360_pool SET lead_domain = %s WHERE id = %s",
            ["[('gone_field', '=', 1)]", self.key_pool.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertIn("gone_field", self.key_pool.rule_warning)
        with self.assertLogs("odoo.addons", "WARNING"):
            many = self._create_leads(210, expected_revenue=10000)
        self.assertEqual(many.pool_id, self.pool)
