"""Letting many imported leads into their pools."""

from benchmarks.kit.measure import at_most
from benchmarks.kit.register import case

POOL = "c360.pool"
# Rules a company may have: by money and by country, the rest to the last pool.
RULES = (
    "[('expected_revenue', '>=', 50000)]",
    "[('country_id.code', 'in', ['BE', 'NL', 'FR'])]",
    "[]",
)
OUT = """
    UPDATE crm_lead
       SET user_id = NULL, pool_id = NULL, pool_state = NULL, date_open = NULL,
           check_state = 'valid'
     WHERE id = ANY(%s)
"""
# The limit: per rule one update, and a row of the ledger for each lead.
PLACE = """
    WITH placed AS (
        UPDATE crm_lead
           SET pool_id = %(pool)s, pool_state = 'pooled',
               pool_date = now() AT TIME ZONE 'UTC'
         WHERE id = ANY(%(ids)s) AND user_id IS NULL AND pool_id IS NULL
           AND active AND won_status = 'pending' AND {rule}
     RETURNING id, name, partner_id, pool_id, company_id
    )
    INSERT INTO c360_pool_move
           (kind, date, lead_id, lead_name, partner_id, pool_id, company_id)
    SELECT 'enter', now() AT TIME ZONE 'UTC', placed.* FROM placed
"""
SQL_RULES = (
    "expected_revenue >= 50000",
    "country_id IN (SELECT id FROM res_country WHERE code IN ('BE', 'NL', 'FR'))",
    "TRUE",
)


def get_ids(bench, count):
    with bench.env() as env:
        env.cr.execute(
            """
            SELECT id FROM crm_lead
             WHERE active AND won_status = 'pending' AND id BETWEEN %s AND %s
          ORDER BY id LIMIT %s
            """,
            [*bench.fill.range("crm_lead", "leads"), count],
        )
        return [row[0] for row in env.cr.fetchall()]


def set_up(env, ids):
    """Three pools, and the leads as an import left them."""
    env[POOL].search([]).active = False
    env[POOL].create(
        [
            {"name": f"Benchmark {place}", "sequence": place, "lead_domain": rule}
            for place, rule in enumerate(RULES)
        ]
    )
    env.flush_all()
    env.cr.execute(OUT, [ids])
    env.invalidate_all()


def by_sql(env, ids):
    pools = env[POOL].search([("name", "=like", "Benchmark %")], order="sequence")
    for pool, rule in zip(pools, SQL_RULES, strict=True):
        env.cr.execute(PLACE.format(rule=rule), {"pool": pool.id, "ids": ids})


@case(POOL, "c360.pool.move", "c360.pool.route")
def routing(bench):
    """Imported leads into pools by rules, against the same in plain SQL."""
    ids = get_ids(bench, bench.size(100_000, 300))
    bench.compare(
        f"route {len(ids):,} leads by {len(RULES)} rules / SQL",
        lambda env: env[POOL]._route_ids(ids),
        lambda env: by_sql(env, ids),
        at_most(3),
        before=lambda env: set_up(env, ids),
    )
    with bench.env() as env:
        set_up(env, ids)
        bench.must(
            "routed: leads in no pool", len(ids) - len(env[POOL]._route_ids(ids)), 0
        )
    few = ids[: len(ids) // 10]
    statements = [
        bench.queries(
            lambda env, some=some: env[POOL]._route_ids(some),
            before=lambda env, some=some: set_up(env, some),
        )
        for some in (few, ids)
    ]
    bench.must(
        "routing: statements that ten times the leads add",
        statements[1] - statements[0],
        at_most(2),
    )
