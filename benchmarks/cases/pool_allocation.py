"""Handing out what waits, against the host's assignment."""

from unittest.mock import patch

from benchmarks.kit.measure import at_least, at_most
from benchmarks.kit.register import case

from .pool_routing import OUT, get_ids

POOL = "c360.pool"
IN_POOL = """
    UPDATE crm_lead
       SET user_id = NULL, date_open = NULL, pool_id = %s, pool_state = 'pooled',
           pool_date = now() AT TIME ZONE 'UTC'
     WHERE id = ANY(%s)
"""


def members_of(bench, env):
    return env["res.users"].browse(bench.salespeople)


def set_up_pool(bench, env, ids):
    env[POOL].search([]).active = False
    pool = env[POOL].create(
        {"name": "Benchmark", "lead_domain": "[('id', '=', 0)]", "allocation": "auto"}
    )
    users = members_of(bench, env)
    users.group_ids |= env.ref("crm_customer360.group_user")
    env["c360.pool.member"].create(
        [{"pool_id": pool.id, "user_id": user.id} for user in users]
    )
    env.flush_all()
    env.cr.execute(OUT, [ids])
    env.cr.execute(IN_POOL, [pool.id, ids])
    env.invalidate_all()


def allocate(env):
    pool = env[POOL].search([("name", "=", "Benchmark")])
    pool._allocate_waiting()


def set_up_host(bench, env, ids):
    """The same leads in a team whose members have room for all of them."""
    env[POOL].search([]).active = False
    users = members_of(bench, env)
    env["crm.team.member"].search([]).unlink()
    env["crm.team"].search([]).active = False
    env["ir.config_parameter"].set_param("crm.lead.auto.assignment", True)
    # several teams a salesperson: not a question of this case
    env["ir.config_parameter"].set_param("sales_team.membership_multi", True)
    team = env["crm.team"].create(
        {
            "name": "Benchmark",
            "crm_team_member_ids": [
                (0, 0, {"user_id": user.id, "assignment_max": 30 * len(ids)})
                for user in users
            ],
        }
    )
    env.flush_all()
    env.cr.execute(OUT, [ids])
    env.cr.execute(
        """
        UPDATE crm_lead SET team_id = %s
         WHERE id = ANY(%s)
        """,
        [team.id, ids],
    )
    env.invalidate_all()


def assign_by_host(env):
    team = env["crm.team"].search([("name", "=", "Benchmark")])
    # in a transaction that is rolled back it must not commit
    with patch.object(env.cr, "commit", lambda: None):
        team._assign_and_convert_leads(force_quota=True)


@case(POOL, "c360.pool.member", "c360.pool.move")
def allocation(bench):
    """Leads handed out fairly, in one run, against the host's own assignment."""
    ids = get_ids(bench, bench.size(10_000, 120))
    tenth = ids[: len(ids) // 10]

    def rate(function, prepare, some):
        def measure():
            seconds = bench._timed(
                function, lambda env: prepare(bench, env, some), None
            )
            return len(some) / seconds

        return measure

    bench.compare_rates(
        f"hand out {len(tenth):,} leads / host's assignment",
        rate(allocate, set_up_pool, tenth),
        rate(assign_by_host, set_up_host, tenth),
        at_least(20),
    )
    bench.compare(
        f"hand out {len(ids):,} leads / {len(tenth):,}",
        lambda env: allocate_some(env, ids),
        lambda env: allocate_some(env, tenth),
        at_most(12),
        before=lambda env: set_up_pool(bench, env, ids),
    )
    with bench.env() as env:
        set_up_pool(bench, env, ids)
        allocate(env)
        env.cr.execute(
            """
            SELECT COUNT(*), COUNT(DISTINCT lead_id), COUNT(DISTINCT user_id)
              FROM c360_pool_move WHERE kind = 'assign' AND lead_id = ANY(%s)
               AND date >= now() AT TIME ZONE 'UTC' - INTERVAL '1 hour'
            """,
            [ids],
        )
        moves, leads, _users = env.cr.fetchone()
        bench.must("handed out: leads nobody got", len(ids) - leads, 0)
        bench.must("handed out: leads given twice", moves - leads, 0)


def allocate_some(env, ids):
    """Hand out so many of what waits; the rest is kept back."""
    env.cr.execute(
        "UPDATE crm_lead SET pool_state = NULL"
        " WHERE pool_state = 'pooled' AND pool_id IN"
        " (SELECT id FROM c360_pool WHERE name->>'en_US' = 'Benchmark')"
        " AND id <> ALL(%s)",
        [ids],
    )
    allocate(env)
