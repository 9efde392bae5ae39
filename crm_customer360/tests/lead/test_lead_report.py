from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_followup import FollowupCommon


@tagged("post_install", "-at_install", "c360_lead")
@freeze_time("2026-03-27 10:00:00")
class TestLeadReport(FollowupCommon):
    """Ten leads counted by hand: six of the fair, four of the web."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fair, cls.web = cls.env["utm.source"].create(
            [{"name": "C360 fair"}, {"name": "C360 web"}]
        )
        cls.fair_leads = cls._create_leads(
            6,
            source_id=cls.fair.id,
            type="lead",
            collector_id=cls.rival.id,
            expected_revenue=100,
            capture_date="2026-03-10 09:00:00",
        )
        cls.web_leads = cls._create_leads(
            4,
            source_id=cls.web.id,
            type="opportunity",
            user_id=cls.rival.id,
            expected_revenue=1000,
            capture_date="2026-02-10 09:00:00",
        )
        # fair: one invalid, one lost, one won with an order, one answered
        invalid, lost, won, answered = cls.fair_leads[:4]
        invalid.sudo().write({"check_state": "invalid", "active": False})
        lost.action_set_lost()
        won.convert_opportunity(cls.customer)
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "opportunity_id": won.id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": cls.env["product.product"]
                            .create({"name": "Pump", "list_price": 250})
                            .id,
                            "tax_ids": False,
                        },
                    )
                ],
            }
        )
        cls.order.action_confirm()
        won.action_set_won()
        answered.write(
            {"first_response_date": "2026-03-10 11:00:00", "first_response_hours": 2}
        )
        # web: two won without an order
        cls.web_leads[:2].action_set_won()
        cls.sources = cls.fair + cls.web

    def _figures(self, role, *measures, domain=(), groupby="source_id"):
        rows = self.env_of(role)["c360.lead.report"]._read_group(
            [("source_id", "in", self.sources.ids), *domain], [groupby], measures
        )
        return {key.name: tuple(values) for key, *values in rows}

    def test_figures_counted_by_hand(self):
        figures = self._figures(
            "leader",
            "lead_count:sum",
            "valid_count:sum",
            "contacted_count:sum",
            "qualified_count:sum",
            "won_count:sum",
            "lost_count:sum",
            "revenue:sum",
            "response_hours:avg",
            "won_rate:avg",
        )
        self.assertEqual(figures["C360 fair"], (6, 5, 1, 1, 1, 1, 250.0, 2.0, 1 / 6))
        self.assertEqual(figures["C360 web"], (4, 4, 0, 2, 2, 0, 2000.0, False, 0.5))

    def test_qualified_is_what_somebody_moved_on(self):
        """Born as an opportunity is not qualified: converted, moved on or won is."""
        born, moved, foreign = self._create_leads(
            3, type="opportunity", collector_id=self.rival.id, source_id=self.web.id
        )
        team = self.env["crm.team"].create({"name": "Pumps"})
        stages = self.env["crm.stage"].create(
            [
                {"name": "First", "sequence": -3, "team_ids": team.ids},
                {"name": "Second", "sequence": -2, "team_ids": team.ids},
            ]
        )
        born.write({"team_id": team.id, "stage_id": stages[0].id})
        moved.write({"team_id": team.id, "stage_id": stages[1].id})
        first = self.env["crm.stage"].search([("team_ids", "=", False)], limit=1)
        foreign.write({"team_id": False, "stage_id": first.id})
        states = {result.id: result.state for result in self._results(self.rival)}
        self.assertEqual(
            [states[lead.id] for lead in (born, moved, foreign)],
            ["open", "qualified", "open"],
        )
        domain = [("id", "in", (born + moved + foreign).ids)]
        figures = self._figures("leader", "qualified_count:sum", domain=domain)
        self.assertEqual(figures["C360 web"], (1,))

    def test_merged_leads_count_once(self):
        head, tail = self.web_leads[2:]
        tail.sudo().write({"merged_into_id": head.id, "active": False})
        figures = self._figures("leader", "lead_count:sum")
        self.assertEqual(figures["C360 web"], (3,))

    def test_costs_and_their_ratios(self):
        self.env_of("manager")["c360.lead.cost"].create(
            {
                "source_id": self.fair.id,
                "amount": 600,
                "date_from": "2026-03-01",
                "date_to": "2026-03-31",
            }
        )
        for role in ("leader", "analyst", "manager"):
            figures = self._figures(
                role,
                "lead_count:sum",
                "cost:sum",
                "cost_per_lead:avg",
                "cost_per_valid:avg",
                "cost_per_won:avg",
                "valid_rate:avg",
            )
            fair = [float(value) for value in figures["C360 fair"]]
            self.assertEqual(fair[:5], [6, 600, 100, 120, 600])
            self.assertAlmostEqual(fair[5], 5 / 6)
            self.assertEqual(figures["C360 web"][:3], (4, False, False))

    def test_a_cost_is_spread_over_its_months_by_day(self):
        cost = self.env["c360.lead.cost"].create(
            {
                "source_id": self.fair.id,
                "amount": 590,
                "date_from": "2026-01-15",
                "date_to": "2026-03-14",
            }
        )
        rows = self.env["c360.lead.report"].search(
            [("source_id", "=", self.fair.id), ("lead_count", "=", 0)], order="date"
        )
        self.assertEqual(rows.mapped("cost"), [170.0, 280.0, 140.0])
        self.assertEqual(
            [str(row.date.date()) for row in rows],
            ["2026-01-15", "2026-02-01", "2026-03-01"],
        )
        self.assertEqual(rows[0].action_open_source()["res_id"], cost.id)

    def test_costs_are_not_for_salespeople(self):
        report = self.env_of("user")["c360.lead.report"]
        with self.assertRaises(AccessError):
            report._read_group([], [], ["cost_per_lead:avg"])
        with self.assertRaises(AccessError):
            report._read_group([], [], ["cost:sum"])
        with self.assertRaises(AccessError):
            self.env_of("leader")["c360.lead.cost"].create(
                {"source_id": self.fair.id, "amount": 1}
            )

    def test_a_cost_names_what_it_was_for(self):
        costs = self.env["c360.lead.cost"]
        for values in (
            {"amount": 1, "source_id": False},
            {"amount": -1},
            {"amount": 1, "date_from": "2026-03-02", "date_to": "2026-03-01"},
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                costs.create({"source_id": self.fair.id, **values})

    def test_salespeople_count_their_own(self):
        figures = self._figures("user", "lead_count:sum")
        self.assertEqual(figures, {"C360 fair": (6,)})

    def test_pooled_leads_are_not_counted_for_members(self):
        pool = self.env["c360.pool"].create({"name": "Waiting"})
        self.env["c360.pool.member"].create(
            {"pool_id": pool.id, "user_id": self.user.id}
        )
        lead = self._create_leads(user_id=False, source_id=self.fair.id)
        self.assertEqual(lead.pool_state, "pooled")
        self.assertEqual(self._figures("user", "lead_count:sum")["C360 fair"], (6,))
        self.assertEqual(self._figures("leader", "lead_count:sum")["C360 fair"], (7,))
        self.assertEqual(
            self._figures("leader", "lead_count:sum", groupby="pool_id")["Waiting"],
            (1,),
        )

    def test_analysts_count_all_and_open_nothing(self):
        figures = self._figures("analyst", "lead_count:sum")
        self.assertEqual(figures, {"C360 fair": (6,), "C360 web": (4,)})
        row = self.env_of("analyst")["c360.lead.report"].browse(self.web_leads[0].id)
        with self.assertRaisesRegex(UserError, "figures"):
            row.action_open_source()
        row = self.env_of("leader")["c360.lead.report"].browse(self.web_leads[0].id)
        self.assertEqual(row.action_open_source()["res_model"], "crm.lead")

    def test_nothing_tells_whose_lead_it_is(self):
        names = set(self.env["c360.lead.report"]._fields)
        self.assertFalse(
            names & {"name", "lead_id", "partner_id", "email_from", "phone", "city"}
        )

    def test_other_companies_are_not_counted(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        foreign = self._create_leads(user_id=self.env.uid, source_id=self.web.id)
        foreign.write({"company_id": other.id, "team_id": False})
        self.env["c360.lead.cost"].create(
            {"source_id": self.web.id, "amount": 5, "company_id": other.id}
        )
        for role in ("analyst", "leader", "manager"):
            figures = self._figures(role, "lead_count:sum", "cost:sum")
            self.assertEqual(figures["C360 web"], (4, False), role)

    def test_money_in_the_currency_of_the_company(self):
        dollar, euro = self.env.ref("base.USD"), self.env.ref("base.EUR")
        (dollar + euro).active = True
        foreign = dollar if self.company.currency_id != dollar else euro
        self.env["res.currency.rate"].create(
            [
                {
                    "name": "2026-01-01",
                    "rate": 2,
                    "currency_id": foreign.id,
                    "company_id": self.company.id,
                },
            ]
        )
        other = self.env["res.company"].create(
            {"name": "Abroad", "currency_id": foreign.id}
        )
        leader = self.users_by_role["leader"]
        leader.company_ids += other
        self.env.user.company_ids += other
        lead = self._create_leads(
            user_id=self.env.uid,
            source_id=self.web.id,
            type="opportunity",
            expected_revenue=500,
        )
        lead.write({"company_id": other.id, "team_id": False})
        lead.action_set_won()
        report = self.env_of("leader")["c360.lead.report"].with_context(
            allowed_company_ids=[self.company.id, other.id]
        )
        [[revenue]] = report._read_group(
            [("source_id", "=", self.web.id)], [], ["revenue:sum"]
        )
        self.assertEqual(float(revenue), 2250)
        self._check_orders_of(other)

    def _check_orders_of(self, other):
        """An order counts by the rate of its own company, whosever its lead is."""
        product = self.env["product.product"].create({"name": "X", "type": "service"})
        line = {"product_id": product.id, "price_unit": 100, "tax_ids": False}
        lead = self._create_leads(source_id=self.web.id, type="opportunity")
        lead.write({"company_id": False, "team_id": False})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "company_id": other.id,
                "opportunity_id": lead.id,
                "order_line": [(0, 0, line)],
            }
        )
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale' WHERE id = %s", [order.id]
        )
        lead.action_set_won()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(order.currency_id, other.currency_id)
        report = self.env_of("leader")["c360.lead.report"].sudo()
        self.assertEqual(report.browse(lead.id).revenue, 50)

    def test_strangers_read_nothing(self):
        for role in ("stranger", "service"):
            with self.assertRaises(AccessError):
                self.env_of(role)["c360.lead.report"].search([])

    def test_one_query_for_a_table_of_figures(self):
        report = self.env_of("leader")["c360.lead.report"]
        measures = ["lead_count:sum", "won_count:sum", "revenue:sum"]
        report._read_group([], ["source_id"], measures)
        self.env.flush_all()
        with self.assertQueryCount(3):  # are there costs, and which companies?
            report._read_group([], ["source_id"], measures)

    # What became of my leads

    def _results(self, user):
        return self.env(user=user)["c360.lead.result"].search([])

    def test_collectors_see_what_became_of_their_leads(self):
        results = self._results(self.rival)
        states = {result.id: result.state for result in results}
        invalid, lost, won, answered, *rest = self.fair_leads.ids
        self.assertEqual(states[invalid], "invalid")
        self.assertEqual(states[lost], "lost")
        self.assertEqual(states[won], "won")
        self.assertEqual(states[answered], "open")
        self.assertFalse(self._results(self.user) & results)
        won = results.filtered(lambda result: result.state == "won")
        self.assertEqual(won.revenue, 250)
        self.assertEqual(won.topic, "Pump 2")

    def test_reasons_are_told(self):
        invalid, lost = self.fair_leads[:2]
        invalid.sudo().check_reason = "The number does not exist"
        lost.lost_reason_id = self.env["crm.lost.reason"].create({"name": "Too dear"})
        reasons = {result.id: result.reason for result in self._results(self.rival)}
        self.assertEqual(reasons[invalid.id], "The number does not exist")
        self.assertEqual(reasons[lost.id], "Too dear")

    def test_what_waits_in_a_pool_keeps_its_name_to_itself(self):
        self.env["c360.pool"].create({"name": "Waiting"})
        lead = self._create_leads(
            user_id=False,
            name="Call Paula about pumps, +32 470 12 34 56",
            contact_name="Paula Private",
            collector_id=self.rival.id,
        )
        result = self._results(self.rival).browse(lead.id)
        self.assertEqual(
            (result.state, result.topic), ("pooled", "Call … about pumps, …")
        )
        self.assertFalse(
            self._results(self.rival).search([("topic", "ilike", "Paula")])
        )

    def test_money_by_right(self):
        caller = new_test_user(self.env, login="c360_caller", groups="base.group_user")
        lead = self._create_leads(collector_id=caller.id, user_id=self.rival.id)
        result = self._results(caller)
        self.assertEqual(result.ids, lead.ids)
        self.assertNotIn("revenue", result.read()[0])
        with self.assertRaises(AccessError):
            result.read(["revenue"])
