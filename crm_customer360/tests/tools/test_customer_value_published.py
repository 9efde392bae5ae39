import csv
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ...tools import (
    customer_value_bgnbd,
    customer_value_money,
    customer_value_pareto,
    customer_value_rate,
    customer_value_trial,
)
from ...tools.customer_value import get_histories

SETS = Path(find_spec("lifetimes").origin).parent / "datasets"
HELD_OUT_WEEKS = 39


def read_cdnow():
    """Return ``{customer: {day: dollars}}`` of the tenth used in the papers."""
    orders = {}
    for line in (SETS / "CDNOW_sample.txt").read_text().splitlines():
        _master, customer, day, _discs, dollars = line.split()
        days = orders.setdefault(customer, {})
        day = datetime.strptime(day, "%Y%m%d").date()
        days[day] = days.get(day, 0) + float(dollars)
    return orders


def read_transactions():
    """Return ``{customer: {day: 1}}`` of a shop of another kind (2014)."""
    orders = {}
    with (SETS / "example_transactions.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            day = datetime.fromisoformat(row["date"]).date()
            orders.setdefault(row["id"], {})[day] = 1
    return orders


def summarise(orders, end, held_out_days):
    """Return arrays of frequency, recency, age, mean value and what came after."""
    last = end + timedelta(days=held_out_days)
    rows = []
    for days in orders.values():
        before = sorted(day for day in days if day <= end)
        if before:
            again = before[1:]
            rows.append(
                (
                    len(again),
                    (before[-1] - before[0]).days / 7,
                    (end - before[0]).days / 7,
                    sum(days[day] for day in again) / max(1, len(again)),
                    sum(end < day <= last for day in days),
                )
            )
    return np.array(rows, dtype=float).T


@tagged("post_install", "-at_install", "c360_tools")
class TestCustomerValuePublished(BaseCase):
    """CDNOW, the set of the papers: 2,357 customers, 39 weeks to learn, 39 to foretell.

    The figures are those of Fader, Hardie and Lee (2005), table 2, and of Fader and
    Hardie (2013), section 4.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        end = datetime(1997, 9, 30).date()
        columns = summarise(read_cdnow(), end, HELD_OUT_WEEKS * 7)
        cls.x, cls.recency, cls.age, cls.mean, cls.actual = columns
        cls.histories = get_histories(cls.x, cls.recency, cls.age)

    def _foretell(self, model):
        parameters = model.fit(self.histories).parameters
        return model.get_expected(
            parameters, self.x, self.recency, self.age, HELD_OUT_WEEKS
        )

    def test_the_set_is_that_of_the_papers(self):
        self.assertEqual(len(self.x), 2357)
        self.assertEqual((self.x > 0).sum(), 946)
        self.assertEqual(self.x.sum(), 2457)
        self.assertEqual(self.actual.sum(), 1882)

    def test_bgnbd_finds_the_published_parameters(self):
        fit = customer_value_bgnbd.fit(self.histories)
        for found, published in zip(
            fit.parameters, (0.243, 4.414, 0.793, 2.426), strict=True
        ):
            self.assertAlmostEqual(found, published, delta=0.0006)
        self.assertAlmostEqual(fit.log_likelihood, -9582.4, delta=0.06)

    def test_pareto_finds_the_published_parameters(self):
        fit = customer_value_pareto.fit(self.histories)
        r, alpha, s, beta = fit.parameters
        self.assertAlmostEqual(r, 0.553, delta=0.0006)
        self.assertAlmostEqual(alpha, 10.578, delta=0.003)
        self.assertAlmostEqual(s, 0.606, delta=0.0006)
        self.assertAlmostEqual(beta, 11.669, delta=0.003)
        self.assertAlmostEqual(fit.log_likelihood, -9595.0, delta=0.06)

    def test_gamma_gamma_finds_the_published_parameters(self):
        p, q, gamma = customer_value_money.fit(self.x, self.mean).parameters
        self.assertAlmostEqual(p, 6.25, delta=0.01)
        self.assertAlmostEqual(q, 3.74, delta=0.01)
        self.assertAlmostEqual(gamma, 15.44, delta=0.02)

    def test_the_customer_of_the_paper_is_expected_as_often(self):
        """Fader, Hardie and Lee (2005), section 5: x=2, 30.43 of 38.86 weeks."""
        expected = customer_value_bgnbd.get_expected(
            (0.243, 4.414, 0.793, 2.426), [2], np.array([30.43]), np.array([38.86]), 39
        )
        self.assertAlmostEqual(expected[0], 1.226, delta=0.001)

    def test_the_held_out_weeks_are_foretold_better_than_by_the_plain_rate(self):
        plain = self._foretell(customer_value_rate)
        for model, total, correlation in (
            (customer_value_bgnbd, 1653, 0.626),
            (customer_value_pareto, 1666, 0.630),
        ):
            with self.subTest(model.__name__):
                foretold = self._foretell(model)
                self.assertAlmostEqual(foretold.sum(), total, delta=1)
                found = np.corrcoef(foretold, self.actual)[0, 1]
                self.assertAlmostEqual(found, correlation, delta=0.001)
                self.assertLess(self._error(foretold), 0.75 * self._error(plain))

    def _error(self, foretold):
        return np.sqrt(((foretold - self.actual) ** 2).mean())

    def test_a_shop_of_another_kind_is_foretold_better_as_well(self):
        orders = read_transactions()
        end = datetime(2014, 9, 1).date()
        x, recency, age, _mean, actual = summarise(orders, end, 120)
        self.assertGreater(len(x), 3000)
        trials = customer_value_trial.run(x, recency, age, actual, 4)
        self.assertLess(trials["bgnbd"].rmse, 0.8 * trials["rate"].rmse)
        self.assertNotEqual(customer_value_trial.choose(trials), "rate")


@tagged("post_install", "-at_install", "c360_tools")
class TestCustomerValueShops(BaseCase):
    """Shops made up to break the assumptions of the models."""

    def _trial(self, orders, end, months):
        begin = datetime(2023, 1, 1).date()
        orders = {
            name: {begin + timedelta(days=int(day)): 1 for day in days}
            for name, days in orders.items()
        }
        end = begin + timedelta(days=end)
        days = int(months * customer_value_trial.MONTH * 7)
        x, recency, age, _mean, actual = summarise(orders, end, days)
        return customer_value_trial.run(x, recency, age, actual, months)

    def test_customers_who_come_and_go_need_a_model(self):
        rng = np.random.default_rng(360)
        orders = {}
        for name in range(1500):
            gone = rng.exponential(250)
            gaps = rng.exponential(rng.choice([15, 60, 150]), size=80)
            days = np.concatenate([[0], gaps.cumsum()])
            born = rng.integers(0, 400)
            orders[name] = born + days[days <= gone]
        trials = self._trial(orders, 540, 6)
        self.assertNotEqual(customer_value_trial.choose(trials), "rate")
        best = min(trials["bgnbd"].rmse, trials["pareto"].rmse)
        self.assertLess(best, 0.85 * trials["rate"].rmse)

    def test_a_shop_with_a_season_is_best_left_to_the_plain_rate(self):
        """Everybody comes back each spring; at the end of winter nobody looks alive."""
        rng = np.random.default_rng(360)
        orders = {}
        for name in range(1500):
            often = rng.choice([1, 3, 6])
            orders[name] = np.concatenate(
                [
                    365 * year + 60 + rng.integers(0, 90, size=often)
                    for year in range(0, 3)
                ]
            )
        trials = self._trial(orders, 2 * 365 + 50, 10)
        self.assertEqual(customer_value_trial.choose(trials), "rate")
        for kind in ("bgnbd", "pareto"):
            self.assertGreater(trials[kind].rmse, trials["rate"].rmse)

    def test_huge_and_tiny_histories_stay_numbers(self):
        x = np.array([0.0, 5000, 1, 0])
        recency, age = np.array([0, 500.0, 0.14, 0]), np.array([500.0, 500, 0.14, 0])
        for model, parameters in (
            (customer_value_bgnbd, (0.243, 4.414, 1.0, 1e-3)),
            (customer_value_bgnbd, (5.0, 0.1, 0.3, 0.7)),
            (customer_value_pareto, (0.553, 10.6, 1.0, 11.7)),
            (customer_value_pareto, (0.9, 3.0, 0.6, 900.0)),
        ):
            with self.subTest(model=model.__name__, parameters=parameters):
                for weeks in (0.0, 52.0, 520.0):
                    expected = model.get_expected(parameters, x, recency, age, weeks)
                    self.assertTrue(np.isfinite(expected).all(), expected)
                    self.assertTrue((expected >= 0).all(), expected)
                alive = model.get_alive(parameters, x, recency, age)
                self.assertTrue(((alive >= 0) & (alive <= 1)).all(), alive)
