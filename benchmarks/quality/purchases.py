"""How well the models of purchases foretell, on public histories and made-up shops.

``python -m benchmarks.quality.purchases``; the public histories come with the wheel of
``lifetimes`` (``pip install --no-deps lifetimes==0.11.3``), none of its code runs.
"""

import csv
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from .engine import tool

trial = tool("customer_value_trial")

BEGIN = datetime(2023, 1, 1).date()


def folder():
    package = find_spec("lifetimes")
    if package is None:
        raise LookupError("pip install --no-deps lifetimes==0.11.3")
    return Path(package.origin).parent / "datasets"


def cdnow(name, place):
    """Days of each customer; ``place`` is where a line names customer and day."""
    orders = {}
    for line in (folder() / name).read_text().splitlines():
        words = line.split()
        if words[place[1]].isdigit():
            day = datetime.strptime(words[place[1]], "%Y%m%d").date()
            orders.setdefault(words[place[0]], set()).add(day)
    return orders


def transactions():
    orders = {}
    with (folder() / "example_transactions.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            day = datetime.fromisoformat(row["date"]).date()
            orders.setdefault(row["id"], set()).add(day)
    return orders


def made_up(draw, customers=1500, seed=7):
    rng = np.random.default_rng(seed)
    return {
        name: {BEGIN + timedelta(days=int(day)) for day in draw(rng)}
        for name in range(customers)
    }


def come_and_go(rng):
    """Random orders, random leaving: what the models assume."""
    days = np.concatenate(
        [[0], rng.exponential(rng.choice([15, 60, 150]), 80).cumsum()]
    )
    return rng.integers(0, 400) + days[days <= rng.exponential(250)]


def season(rng):
    """Everybody in spring, each year, some once and some six times."""
    often = rng.choice([1, 3, 6])
    return np.concatenate(
        [365 * year + 60 + rng.integers(0, 90, size=often) for year in range(3)]
    )


def subscription(rng):
    """Every four weeks to the day; one in fifty ends each time."""
    days = rng.integers(0, 28) + 28 * np.arange(36)
    return days[: 1 + rng.geometric(0.02)]


def judge(name, orders, end, months):
    """Print a row per model."""
    last = end + timedelta(days=round(months * trial.MONTH * 7))
    rows = []
    for days in map(sorted, orders.values()):
        known = [day for day in days if day <= end]
        if known:
            rows.append(
                (
                    len(known) - 1,
                    (known[-1] - known[0]).days / 7,
                    (end - known[0]).days / 7,
                    sum(end < day <= last for day in days),
                )
            )
    x, recency, age, came = np.array(rows, dtype=float).T
    trials = trial.run(x, recency, age, came, months)
    chosen = trial.choose(trials)
    for kind, result in trials.items():
        total = result.foretold[-1]
        print(
            f"| {name} | {len(x):,} | {came.sum():,.0f} | {kind}"
            f"{' (chosen)' if kind == chosen else ''} | {total:,.0f} |"
            f" {total / max(1, came.sum()) - 1:+.0%} | {result.mae:.3f} |"
            f" {result.rmse:.3f} |"
        )


def main():
    print("| shop | customers | orders came | model | foretold | total | MAE | RMSE |")
    print("|---|---|---|---|---|---|---|---|")
    end = datetime(1997, 9, 30).date()
    judge("CDNOW, a tenth", cdnow("CDNOW_sample.txt", (1, 2)), end, 9)
    judge("CDNOW, all", cdnow("CDNOW_master.txt", (0, 1)), end, 9)
    judge("transactions of 2014", transactions(), datetime(2014, 9, 1).date(), 4)
    middle = BEGIN + timedelta(days=540)
    judge("made up: come and go", made_up(come_and_go), middle, 6)
    judge("made up: subscription", made_up(subscription), middle, 6)
    judge("made up: season", made_up(season), BEGIN + timedelta(days=780), 10)


if __name__ == "__main__":
    main()
