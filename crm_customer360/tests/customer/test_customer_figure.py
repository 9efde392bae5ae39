import json
import random
from collections import Counter
from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from ...tools.customer_figure import CLASSES
from ...tools.customer_lifecycle import Windows, lifecycle_transitions
from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerFigure(CustomerCommon):
    """In a company of its own, so that nobody else is counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-06-30"))
        cls.company = cls.env["res.company"].create({"name": "Figures"})
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
                "tracking_disable": True,
            }
        )
        cls.Profile = cls.Profile.with_env(cls.env)
        cls.Figure = cls.env["c360.customer.figure"]
        cls.partners = cls.env["res.partner"]
        cls.product.categ_id = cls.env["product.category"].create({"name": "Boards"})

    @classmethod
    def _customer(cls, name, *days, since="2025-01-01", **values):
        partner = cls.env["res.partner"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "customer_rank": 1,
                **values,
            }
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                "UPDATE res_partner SET create_date = %s WHERE id = %s",
                since,
                partner.id,
            )
        )
        partner.invalidate_recordset(["create_date"])
        cls.partners |= partner
        for day in days:
            cls._order(day, partner=partner, company_id=cls.company.id, user_id=False)
        return partner

    def _refresh(self):
        """Only ours: who is everybody's prospect would be this company's too."""
        self.Profile._refresh(self.partners.exists())

    def _load(self, start="2026-01-01", end="2026-06-30", **values):
        return self.Figure.load(start, end, **values)

    def _rates(self, data):
        return {figure["key"]: figure["value"] for figure in data["figures"]}

    def _behind(self, key):
        return self.Profile.search([("figure_key", "=", key)]).partner_id

    def _scene(self):
        """Five customers and a prospect; the first half of 2026 is the period."""
        scene = {
            "prospect": self._customer("Prospect"),
            "late": self._customer("Late", since="2026-03-01"),
            "new": self._customer("New", "2026-06-01"),
            "again": self._customer("Again", "2026-03-01", "2026-05-01"),
            "old": self._customer("Old", "2025-12-01", "2026-05-20"),
            "lost": self._customer("Lost", "2025-09-01"),
            "back": self._customer("Back", "2025-02-01", "2026-06-20"),
        }
        self._refresh()
        return scene

    def test_the_definitions(self):
        self._scene()
        data = self._load()
        # new: New, Again; prospects: these, Prospect, Late; customers: five
        self.assertEqual(
            self._rates(data),
            {
                "conversion": 2 / 4,
                "retention": 2 / 5,
                "churn": 1 / 5,
                "repurchase": 1 / 2,
            },
        )
        self.assertEqual(
            [figure["formula"] for figure in data["figures"]],
            [
                "new customers ÷ prospects",
                "retained customers ÷ all customers",
                "churned customers ÷ all customers",
                "new customers who bought again ÷ new customers",
            ],
        )

    def test_the_rows_behind_each_number(self):
        scene = self._scene()
        data = self._load()
        names = {}
        for figure in data["figures"]:
            for part in figure["parts"]:
                rows = self._behind(part["key"])
                self.assertEqual(len(rows), part["count"], (figure["key"], part))
                names[figure["key"], part["label"]] = rows
        self.assertEqual(
            names["conversion", "new customers"], scene["new"] | scene["again"]
        )
        self.assertEqual(
            names["conversion", "prospects"],
            scene["new"] | scene["again"] | scene["prospect"] | scene["late"],
        )
        self.assertEqual(names["churn", "churned"], scene["lost"])
        self.assertEqual(names["repurchase", "bought again"], scene["again"])
        for row in data["matrix"]:
            for cell in row["cells"]:
                self.assertEqual(len(self._behind(cell["key"])), cell["count"])

    def test_any_date(self):
        scene = self._scene()
        data = self._load("2025-09-01", "2025-09-30")
        self.assertEqual(
            {row["before"]: row["count"] for row in data["matrix"]},
            {"prospect": 5, "churned": 1},
        )
        key = json.dumps({"from": "2025-09-01", "to": "2025-09-30", "after": ["new"]})
        self.assertEqual(self._behind(key), scene["lost"])
        self.assertEqual(self._rates(data)["churn"], 1 / 2)

    def test_compared_with(self):
        self._scene()
        self.assertEqual(self._load()["before"], ["2025-07-01", "2025-12-31"])
        data = self._load(compare="year")
        self.assertEqual(data["before"], ["2025-01-01", "2025-06-30"])
        churn = next(f for f in data["figures"] if f["key"] == "churn")
        self.assertEqual(churn["before"], 0.0)
        data = self._load("2026-03-10", "2026-03-19")
        self.assertEqual(data["before"], ["2026-02-28", "2026-03-09"])
        self.assertIsNone(self._load(compare=None)["before"])

    def test_classes_partition_the_customers_at_every_date(self):
        """Against the definition, with corrections, on random histories."""
        rng = random.Random(5)
        first, last = date(2024, 1, 1), date(2026, 6, 30)
        histories = {}
        for number in range(60):
            days = [
                first + timedelta(days=rng.randrange(900))
                for _i in range(rng.choice((0, 1, 2, 3, 6, 12)))
            ]
            partner = self._customer(f"R{number}", *days, since="2024-01-01")
            histories[partner.id] = days
        self._refresh()
        windows = Windows(90, 90, 180)
        before = None
        for start in (first + timedelta(days=61 * i) for i in range(1, 15)):
            end = min(start + timedelta(days=60), last)
            data = self._load(str(start), str(end))
            expected = Counter()
            for days in histories.values():
                transitions = lifecycle_transitions(days, windows, end)
                expected[transitions[-1][1] if transitions else "prospect"] += 1
            stock = Counter()
            came = Counter()
            went = Counter()
            opening = Counter()
            for row in data["matrix"]:
                for cell in row["cells"]:
                    opening[row["before"]] += cell["count"]
                    stock[cell["after"]] += cell["count"]
                    if cell["after"] != row["before"]:
                        came[cell["after"]] += cell["count"]
                        went[row["before"]] += cell["count"]
            self.assertEqual(
                {name: stock[name] for name in CLASSES},
                {name: expected[name] for name in CLASSES},
                end,
            )
            self.assertEqual(sum(stock.values()), len(histories))
            for name in CLASSES:
                self.assertEqual(stock[name], opening[name] + came[name] - went[name])
                if before is not None:
                    self.assertEqual(opening[name], before[name])
            before = stock

    def test_the_chart_says_what_the_figures_say(self):
        self._scene()
        data = self._load()
        for month in data["trend"]:
            start = date.fromisoformat(month["date"])
            end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            alone = self._load(str(start), str(end))
            self.assertEqual(month["rates"], self._rates(alone), start)
        self.assertEqual(len(data["trend"]), 12)

    def test_corrections_are_read_in_the_order_of_days(self):
        partner = self._customer("Corrected", "2026-02-01")
        order = self._order(
            "2026-02-10", partner=partner, company_id=self.company.id, user_id=False
        )
        with freeze_time("2026-02-11"):
            self._refresh()
        order.state = "cancel"
        with freeze_time("2026-02-12"):
            self._refresh()
        self._order(
            "2025-03-01", partner=partner, company_id=self.company.id, user_id=False
        )
        with freeze_time("2026-02-13"):
            self._refresh()
        self._refresh()
        self.assertEqual(self._profile(partner, self.company).lifecycle, "retained")
        for day, name in (
            ("2026-01-31", "prospect"),
            ("2026-02-01", "new"),
            ("2026-02-11", "retained"),
            ("2026-02-12", "new"),
            ("2026-02-13", "won_back"),
            ("2026-06-30", "retained"),
        ):
            data = self._load(day, day)
            self.assertEqual(
                {
                    c["after"]: c["count"]
                    for r in data["matrix"]
                    for c in r["cells"]
                    if c["count"]
                },
                {name: 1},
                day,
            )

    def test_whoever_was_deleted_still_counts_in_the_past(self):
        partner = self._customer("Deleted", "2026-01-10")
        twin = self._customer("Deleted", "2026-01-10")
        self._refresh()
        orders = self.env["sale.order"].search(
            [("partner_id", "in", (partner | twin).ids)]
        )
        orders.state = "cancel"
        orders.unlink()
        with freeze_time("2026-06-01"):
            (partner | twin).unlink()
        data = self._load("2026-05-01", "2026-05-31")
        self.assertEqual(data["deleted"], 2)
        self.assertEqual(self._rates(data)["retention"], 1.0)
        [row] = data["table"]
        self.assertEqual((row["id"], row["customers"]), (0, 2))
        data = self._load("2026-06-01", "2026-06-30")
        self.assertEqual(data["deleted"], 0)
        self.assertEqual(data["figures"][1]["parts"][1]["count"], 0)

    def test_by_every_dimension(self):
        seller = self.users_by_role["user"]
        team = self.env["crm.team"].create({"name": "North", "company_id": False})
        self.env["crm.team.member"].create(
            {"crm_team_id": team.id, "user_id": seller.id}
        )
        source = self.env["utm.source"].create({"name": "Fair"})
        country = self.env.ref("base.be")
        state = self.env["res.country.state"].create(
            {"name": "Sea", "code": "SEA", "country_id": country.id}
        )
        mine = self._customer(
            "Mine",
            "2026-03-01",
            user_id=seller.id,
            country_id=country.id,
            state_id=state.id,
        )
        self.env["crm.lead"].create(
            {
                "name": "Fair",
                "partner_id": mine.id,
                "source_id": source.id,
                "company_id": self.company.id,
            }
        )
        self._customer("Nobody's", "2026-02-01", "2026-04-01")
        self._refresh()
        for dimension, value in (
            ("user", seller),
            ("team", team),
            ("country", country),
            ("state", state),
            ("source", source),
        ):
            with self.subTest(dimension):
                data = self._load(dimension=dimension)
                rows = {row["id"]: row for row in data["table"]}
                self.assertEqual(set(rows), {value.id, 0})
                row = rows[value.id]
                self.assertEqual(row["name"], value.display_name)
                self.assertEqual((row["new"], row["again"]), (1, 0))
                self.assertEqual(self._behind(row["key"]), mine)
                self.assertEqual(rows[0]["rates"]["repurchase"], 1.0)
                only = self._load(filters={dimension: value.id})
                self.assertEqual(only["figures"][0]["parts"][0]["count"], 1)
                self.assertEqual(only["filters"][0]["name"], value.display_name)
                none = self._load(filters={dimension: 0})
                self.assertEqual(self._rates(none)["repurchase"], 1.0)
        [row] = self._load(dimension="category")["table"]
        self.assertEqual((row["name"], row["new"]), ("Boards", 2))
        before = self._load("2026-02-01", "2026-02-28", dimension="category")["table"]
        self.assertEqual({row["name"]: row["customers"] for row in before}["Boards"], 1)

    def test_companies_are_apart(self):
        partner = self._customer("Mine", "2026-03-01")
        other = self.env["res.company"].create({"name": "Other"})
        shared = self._customer("Shared", company_id=False)
        self._order("2026-03-01", partner=shared, company_id=other.id, user_id=False)
        self._refresh()
        data = self._load()
        self.assertEqual(self._behind(data["figures"][1]["parts"][1]["key"]), partner)

    def test_nonsense_is_refused(self):
        for values in (
            {"start": "2026-07-01"},
            {"end": "soon"},
            {"end": None},
            {"dimension": "colour"},
            {"compare": "century"},
            {"filters": {"colour": 1}},
            {"filters": {"user": "1 OR 1=1"}},
            {"filters": [1]},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self._load(**values)
        for key in (
            "x",
            "[]",
            '{"from": "2026-01-01"}',
            '{"from": "2026-01-01", "to": "2026-01-02", "after": ["x"]}',
        ):
            with self.subTest(key), self.assertRaises(UserError):
                self._behind(key)

    def test_switched_off_there_are_no_figures(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_lifecycle"
        )
        with self.assertRaisesRegex(UserError, "switched off"):
            self._load()

    def test_the_queries_are_few_at_any_size(self):
        self._customer("One", "2026-03-01")
        self._refresh()
        counts = []
        for size in (0, 20):
            for number in range(size):
                self._customer(f"C{number}", "2026-03-01", "2026-04-01")
            self._refresh()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self._load()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(*counts)
        self.assertLessEqual(counts[0], 12)
