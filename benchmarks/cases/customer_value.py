"""Learning how customers order, and scoring all of them in slices."""

import resource
import time

from benchmarks.kit.measure import at_most
from benchmarks.kit.register import case

MODEL = "c360.customer.value.model"
# Any daily answer has to read every order once and write a row per customer at most.
READ_ONCE = """
    SELECT partner.commercial_partner_id, o.company_id, COUNT(*), MIN(o.date_order),
           MAX(o.date_order)
      FROM sale_order AS o
      JOIN res_partner AS partner ON partner.id = o.partner_id
     WHERE o.state = 'sale'
  GROUP BY 1, 2
"""


def _memory() -> float:
    """The most this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _score_all(env) -> int:
    """The daily round of every company, without its commits; return customers."""
    today, done = env.cr.now().date(), 0
    for value_model in env[MODEL].search([]):
        value_model.write({"scored_date": False, "scored_partner_id": 0})
        while value_model.scored_date != today:
            done += value_model._score_next(today)
    return done


@case(MODEL)
def value_fit_and_score(bench):
    """Weekly learning and the daily round, against reading the orders once."""
    with bench.env(keep=True) as env:
        env["c360.customer.profile"]._refresh()
        env[MODEL]._create_missing()
        # numpy and scipy arrive with the first fit; they are not the data's
        env[MODEL].search([], limit=1)._fit()
    before = _memory()
    with bench.env(keep=True) as env:
        began = time.perf_counter()
        for value_model in env[MODEL].search([]):
            value_model._fit()
        bench.note("learning, seconds", f"{time.perf_counter() - began:.1f}")
        for value_model in env[MODEL].search([]):
            bench.note(
                f"learning, {value_model.customer_count:,} customers",
                value_model.best_kind or value_model.lack,
            )
    with bench.env(keep=True) as env:
        began = time.perf_counter()
        done = _score_all(env)
        seconds = time.perf_counter() - began
        bench.note(f"scoring of {done:,} customers, first time", f"{seconds:.1f} s")
    bench.should(
        "memory of learning and scoring", _memory() - before, at_most(200), "MB"
    )
    bench.compare(
        "scoring of all, nothing changed / reading the orders once",
        _score_all,
        lambda env: env.cr.execute(READ_ONCE),
    )
