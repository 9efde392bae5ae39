from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import CustomerCommon

COST = ("margin", "cost_to_serve")
FINANCE = ("payment_days", "paid_count")


@tagged("post_install", "-at_install", "c360_customer")
@freeze_time("2026-06-01")
class TestCustomerScore(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Tier = cls.env["c360.customer.tier"]
        # a company of its own: nobody else's customers move the limits
        cls.shop = cls.env["res.company"].create({"name": "Score Shop"})

    def _customers(self, count=10):
        """Return customers: number i has i recent orders of 10, the last i days ago."""
        customers = self.env["res.partner"].concat(
            *(self._create_customer(f"Customer {i}") for i in range(1, count + 1))
        )
        for i, customer in enumerate(customers, 1):
            for number in range(i):
                self._order(
                    f"2026-05-{31 - i - number:02}",
                    partner=customer,
                    price=10,
                    company_id=self.shop.id,
                )
        return customers

    def _scores(self, customers):
        profiles = self.Profile.search(
            [("partner_id", "in", customers.ids), ("company_id", "=", self.shop.id)]
        ).sorted(lambda row: row.partner_id.id)
        return [
            (row.rfm_recency, row.rfm_frequency, row.rfm_monetary) for row in profiles
        ]

    def test_every_fifth_of_the_customers_has_a_score(self):
        customers = self._customers()
        self.Profile._refresh()
        self.assertEqual(
            self._scores(customers),
            [
                (5, 1, 1),
                (5, 1, 1),
                (4, 2, 2),
                (4, 2, 2),
                (3, 3, 3),
                (3, 3, 3),
                (2, 4, 4),
                (2, 4, 4),
                (1, 5, 5),
                (1, 5, 5),
            ],
        )
        profile = self._profile(customers[9], self.shop)
        self.assertEqual((profile.recent_count, profile.recent_revenue), (10, 100))
        self.assertEqual(profile.rfm_score, 11)

    def test_the_same_figure_is_the_same_score(self):
        customers = self.env["res.partner"].concat(
            *(self._create_customer(f"Twin {i}") for i in range(10))
        )
        for customer in customers:
            self._order("2026-05-01", partner=customer, company_id=self.shop.id)
        self.Profile._refresh()
        self.assertEqual(set(self._scores(customers)), {(1, 1, 1)})

    def test_one_customer_is_measured_like_all_of_them(self):
        customers = self._customers()
        self.Profile._refresh()
        limits = self.env["c360.customer.cut"].search(
            [("company_id", "=", self.shop.id)]
        )
        self.assertEqual(limits.mapped("recent_count"), [2, 4, 6, 8])
        for day in range(20, 26):
            self._order(
                f"2026-05-{day}",
                partner=customers[0],
                price=10,
                company_id=self.shop.id,
            )
        self.Profile._refresh(customers[0])
        self.assertEqual(self._scores(customers[0]), [(5, 4, 4)])
        self.assertEqual(limits.mapped("recent_count"), [2, 4, 6, 8])

    def test_a_day_without_news_writes_nothing(self):
        self._customers()
        self.Profile._refresh()
        with freeze_time("2026-06-02"):
            self.assertEqual(self.Profile._refresh(), 0)

    def test_old_orders_are_not_recent(self):
        customer = self._create_customer("Old")
        self._order("2025-01-10", partner=customer, price=30)
        self._order("2026-05-10", partner=customer, price=10)
        self.Profile._refresh()
        profile = self._profile(customer)
        self.assertEqual((profile.order_count, profile.recent_count), (2, 1))
        self.assertEqual(profile.recent_revenue, 10)
        self.company.c360_score_days = 10
        self.Profile._refresh()
        self.assertEqual((profile.recent_count, profile.recent_revenue), (0, 0))

    def test_the_first_rule_met_decides_about_the_tier(self):
        customers = self._customers()
        prospect = self._create_customer("Prospect")
        self._order("2026-05-01", partner=prospect, state="draft")
        self.Tier.search([]).active = False
        self.Tier.create(
            [
                {"sequence": 1, "tier": "a", "min_order_count": 9},
                {"sequence": 2, "tier": "b", "min_revenue": 50, "min_score": 9},
                {"sequence": 3, "tier": "c", "min_margin": 30},
                # of another company: not for these
                {"sequence": 0, "tier": "d", "company_id": self.company.id},
            ]
        )
        self.Profile._refresh()
        profiles = self.Profile.search([("company_id", "=", self.shop.id)])
        tiers = [row.tier for row in profiles.sorted(lambda row: row.partner_id.id)]
        self.assertEqual(tiers, [False] * 2 + ["c"] * 2 + ["b"] * 4 + ["a"] * 2)
        self.assertFalse(self._profile(prospect).tier, "whoever never ordered has none")
        self.Tier.search([]).active = False
        self.Profile._refresh(customers)
        self.assertEqual(set(profiles.mapped("tier")), {False})

    def test_a_rule_tells_how_many_it_is_for_while_it_is_edited(self):
        self._customers()
        self.Profile._refresh()
        self.Tier.search([]).active = False
        self.Tier.create({"sequence": 1, "tier": "a", "min_order_count": 9})
        tiers = self.Tier.with_company(self.shop)
        with Form(tiers) as form:
            form.tier = "b"
            form.sequence = 2
            self.assertEqual(form.customer_count, 8)
            form.min_revenue = 50
            self.assertEqual(form.customer_count, 4)
            form.sequence = 0
            self.assertEqual(form.customer_count, 6, "now it comes first")
            rule = form.save()
        self.Profile._refresh()
        action = rule.action_open_customers()
        domain = [*action["domain"], ("company_id", "=", self.shop.id)]
        self.assertEqual(self.Profile.search_count(domain), 6)

    def test_the_rules_we_bring_make_four_tiers(self):
        customers = self._customers()
        self.Profile._refresh()
        profiles = self.Profile.search([("partner_id", "in", customers.ids)])
        self.assertEqual(set(profiles.mapped("tier")), {"b", "c"} | {"c"})

    @mute_logger("odoo.sql_db")
    def test_a_condition_is_not_below_zero(self):
        from psycopg2.errors import CheckViolation

        for values in ({"min_score": 16}, {"min_revenue": -1}, {"min_margin": -1}):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.Tier.create({"tier": "a", **values})

    def test_a_changed_rule_wakes_the_refresh(self):
        cron = self.env.ref("crm_customer360.ir_cron_customer_profile")
        trigger = self.env["ir.cron.trigger"]

        def woken():
            return trigger.search_count([("cron_id", "=", cron.id)])

        for change in (
            lambda: self.Tier.create({"tier": "a"}),
            lambda: self.Tier.search([], limit=1).write({"min_score": 9}),
            lambda: self.Tier.search([], limit=1).unlink(),
        ):
            before = woken()
            change()
            self.assertGreater(woken(), before)

    def test_costs_and_payments_are_not_for_everybody(self):
        self._order("2026-05-01")
        self.Profile._refresh()
        roads = {
            "read": lambda rows, name: rows.read([name]),
            "domain": lambda rows, name: rows.search([(name, ">", 0)]),
            "sort": lambda rows, name: rows.search([], order=name),
            "group": lambda rows, name: rows.formatted_read_group(
                [], ["lifecycle"], [f"{name}:sum"]
            ),
            "group by": lambda rows, name: rows.formatted_read_group([], [name]),
            "export": lambda rows, name: rows.export_data([name]),
        }
        for role, seen in (
            ("user", ()),
            ("leader", ()),
            ("care", ()),
            ("service", ()),
            ("analyst", ()),
            ("manager", (*COST, *FINANCE)),
        ):
            user = self.users_by_role[role]
            user.group_ids += self.env.ref("base.group_allow_export")
            rows = self._profile().with_env(self.env_of(role))
            self.assertTrue(rows.read(["revenue", "rfm_score", "tier"]))
            for name in (*COST, *FINANCE):
                for road, walk in roads.items():
                    if road == "group by" and name not in FINANCE[1:]:
                        continue
                    with self.subTest(role=role, name=name, road=road):
                        if name in seen:
                            walk(rows, name)
                        else:
                            with self.assertRaises(AccessError):
                                walk(rows, name)
            if not seen:
                self.assertFalse({*COST, *FINANCE} & rows.fields_get().keys())

    def test_only_managers_make_tiers(self):
        for role in ("user", "leader", "care", "service", "analyst", "stranger"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.env_of(role)["c360.customer.tier"].create({"tier": "a"})
        tier = self.env_of("manager")["c360.customer.tier"].create({"tier": "a"})
        self.assertTrue(tier.unlink())
        with self.assertRaises(AccessError):
            self.env_of("user")["c360.customer.tier"].search([])
