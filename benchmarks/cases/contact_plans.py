"""The gate on a ledger of millions: is it read the same way as a small one?"""

import os
from contextlib import contextmanager

from benchmarks.kit.measure import at_most
from benchmarks.kit.register import case

from .contact import GATE, TOUCH, Policy

SCHEMA, TABLE = "c360_bench_plans", "c360_contact_touch"
SMALL, LARGE = 100_000, 1_000_000

# As the fill makes them, over three years: nine in ten went out, some wait.
ROWS = f"""
    INSERT INTO {SCHEMA}.{TABLE}
           (id, partner_id, customer_id, address, channel, purpose, purpose_source,
            direction, state, date, scheduled_date, company_id)
    SELECT k, p.id, p.commercial_partner_id, p.email_normalized,
           (ARRAY['email', 'email', 'phone', 'sms'])[1 + k %% 4],
           (ARRAY['transactional', 'sales', 'care', 'marketing'])[1 + (k / 7) %% 4],
           'sender', CASE WHEN k %% 10 = 0 THEN 'in' ELSE 'out' END,
           CASE WHEN k %% 1000 = 1 THEN 'deferred' ELSE 'sent' END,
           now() AT TIME ZONE 'UTC' - interval '1096 days' * (1 - k / %(rows)s::float),
           CASE WHEN k %% 1000 = 1 THEN now() AT TIME ZONE 'UTC'
                + interval '1 hour' * (k %% 200 - 100) END,
           %(company)s
      FROM generate_series(1, %(rows)s) AS k
      JOIN (SELECT id, commercial_partner_id, email_normalized,
                   row_number() OVER (ORDER BY id) - 1 AS place
              FROM res_partner WHERE id BETWEEN %(first)s AND %(last)s) AS p
        ON p.place = (k * 7919::bigint) %% %(customers)s
"""


@case(GATE, TOUCH)
def plans(bench):
    """Plans of the gate's queries on a ledger of 100,000 rows and of millions."""
    small = bench.size(SMALL, 5_000)
    large = int(os.environ.get("C360_PLAN_ROWS", bench.size(LARGE, 20_000)))
    with Policy(bench) as policy:
        ids = policy.quiet_customers(bench.size(500, 100))
        found = [_plans(bench, policy, rows, ids) for rows in (small, large)]
    for name in found[0][0]:
        few, many = (kinds[name] for kinds, _seconds in found)
        same = sum(a == b for a, b in zip(few, many, strict=True))
        bench.should(
            f"{name}: plans that differ at {small:,} and {large:,} contacts",
            len(few) - same,
            at_most(0),
        )
        if few != many:
            bench.note(f"{name}: at {small:,}", _said(few))
            bench.note(f"{name}: at {large:,}", _said(many))
        seconds = [times[name] for _kinds, times in found]
        bench.note(
            f"{name}: reading the ledger, {large:,} / {small:,}",
            f"{seconds[1] * 1000:.2f} / {seconds[0] * 1000:.2f} ms",
        )


def _said(trees):
    return " | ".join(" ".join(tree) for tree in trees)[:300]


def _plans(bench, policy, rows, ids):
    """Return the plans, and the time the database took, by question."""
    with bench.env(keep=True) as env:
        _fill(bench, env.cr, policy, rows)
    try:
        kinds, seconds = {}, {}
        with bench.env() as env:
            env.cr.execute(f"SET LOCAL search_path = {SCHEMA}, public")
            for name, some in (("one decision", ids[:1]), ("a batch", ids)):
                env[GATE].check(some, "email", "marketing")
                with _explaining(env.cr) as explained:
                    env[GATE].check(some, "email", "marketing")
                kinds[name] = [_tree(plan["Plan"]) for plan in explained]
                seconds[name] = sum(p["Execution Time"] for p in explained) / 1000
        return kinds, seconds
    finally:
        with bench.env(keep=True) as env:
            env.cr.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


def _fill(bench, cr, policy, rows):
    """Make a ledger of its own in a schema before the real one; indexes come last."""
    first = bench.customer(0)
    customers = bench.fill.sizes.customers
    cr.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    cr.execute(f"CREATE SCHEMA {SCHEMA}")
    cr.execute(
        f"CREATE UNLOGGED TABLE {SCHEMA}.{TABLE}"
        f" (LIKE public.{TABLE} INCLUDING DEFAULTS)"
    )
    cr.execute(
        ROWS,
        {
            "rows": rows,
            "company": policy.company_id,
            "first": first,
            "last": first + customers - 1,
            "customers": customers,
        },
    )
    cr.execute(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND tablename = %s ORDER BY indexname",
        [TABLE],
    )
    for (definition,) in cr.fetchall():
        cr.execute(definition.replace(f"public.{TABLE}", f"{SCHEMA}.{TABLE}"))
    cr.execute(f"ANALYZE {SCHEMA}.{TABLE}")


@contextmanager
def _explaining(cr):
    """Explain what is asked of the ledger by the cursor, into the list this yields."""
    explained = []
    kind = type(cr)
    execute = kind.execute

    def explain(self, query, params=None, log_exceptions=True):
        from odoo.tools import SQL

        if isinstance(query, SQL) and TABLE in query.code and "SELECT" in query.code:
            execute(self, SQL("EXPLAIN (ANALYZE, FORMAT JSON) %s", query))
            explained.append(self.fetchone()[0][0])
        return execute(self, query, params, log_exceptions)

    kind.execute = explain
    try:
        yield explained
    finally:
        kind.execute = execute


def _tree(node):
    """Return what a plan does, without its numbers: nodes and indexes."""
    kind = node["Node Type"]
    where = node.get("Index Name") or node.get("Relation Name")
    found = [f"{kind}({where})" if where else kind]
    for child in node.get("Plans", ()):
        found += _tree(child)
    return found
