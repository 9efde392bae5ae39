"""Giving leads back: what is due, against the plain statement that moves it."""

import time
from datetime import timedelta

from odoo import fields

from benchmarks.kit.measure import at_most, median_ratio
from benchmarks.kit.register import case

POOL = "c360.pool"
RULE = "c360.pool.rule"
# The limit: the same rows moved and noted by one statement, whoever may see them.
PLAIN = """
    WITH recycled AS (
        UPDATE crm_lead AS lead
           SET user_id = NULL, pool_state = 'pooled', pool_date = %(now)s,
               date_open = NULL, day_open = NULL, recycle_date = NULL,
               recycle_rule_id = NULL, recycle_warned = NULL
         WHERE pool_state = 'held' AND recycle_date <= %(now)s
     RETURNING lead.id, lead.name, lead.partner_id, lead.pool_id, lead.company_id
    )
    INSERT INTO c360_pool_move
           (kind, date, lead_id, lead_name, partner_id, pool_id, company_id)
    SELECT 'recycle', %(now)s, recycled.* FROM recycled
"""
HOLD = """
    UPDATE crm_lead
       SET user_id = %(user)s, pool_id = %(pool)s, pool_state = 'held',
           pool_date = %(since)s, recycle_rule_id = %(rule)s,
           recycle_date = CASE WHEN id = ANY(%(due)s) THEN %(since)s ELSE %(later)s END
     WHERE id = ANY(%(ids)s)
"""


class Due:
    """A pool and a rule of their own; leads are held and due for one call only.

    The rule minds no papers, so that all go back; they are looked for all the same.
    """

    def __init__(self, bench):
        self.bench = bench

    def __enter__(self):
        with self.bench.env(keep=True) as env:
            pool = env[POOL].create(
                {"name": "Benchmark", "lead_domain": "[('id', '=', 0)]"}
            )
            rule = env[RULE].create(
                {
                    "pool_id": pool.id,
                    "kind": "no_followup",
                    "days": 5,
                    "warn_days": 0,
                    "manager_warn_days": 0,
                    "keep_delivery": False,
                    "keep_invoice": False,
                    "keep_quotation": False,
                    "keep_ticket": False,
                }
            )
            self.pool_id, self.rule_id = pool.id, rule.id
            env.cr.execute(
                """
                SELECT id FROM crm_lead
                 WHERE active AND won_status = 'pending' AND id BETWEEN %s AND %s
              ORDER BY id
                """,
                [*self.bench.fill.range("crm_lead", "leads")],
            )
            self.ids = [row[0] for row in env.cr.fetchall()]
        return self

    def __exit__(self, *_error):
        with self.bench.env(keep=True) as env:
            for table, column, value in (
                ("c360_pool_deadline", "pool_id", self.pool_id),
                ("c360_pool_rule", "id", self.rule_id),
                ("c360_pool", "id", self.pool_id),
            ):
                env.cr.execute(f"DELETE FROM {table} WHERE {column} = %s", [value])
            env.registry.clear_cache()

    def hold(self, env, held, due):
        """Have one salesperson hold leads, some of them for too long."""
        now = fields.Datetime.now()
        env.cr.execute(
            HOLD,
            {
                "user": self.bench.salespeople[0],
                "pool": self.pool_id,
                "rule": self.rule_id,
                "since": now - timedelta(days=60),
                "later": now + timedelta(days=60),
                "ids": self.ids[:held],
                "due": self.ids[:due],
            },
        )
        # what the run asks of the plan, as after a night's ANALYZE
        env.cr.execute("ANALYZE crm_lead (pool_state, recycle_date)")


def give_back(env):
    """What the cron does, without its commits."""
    pools = env[POOL]
    while ids := pools._lock_due(1000):
        pools._recycle_isolated(ids)


def plain(env):
    env.cr.execute(PLAIN, {"now": fields.Datetime.now()})


def run_seconds(bench, due, held, few):
    """Return how long giving back takes, the preparation not counted."""
    with bench.env() as env:
        due.hold(env, held, few)
        began = time.perf_counter()
        give_back(env)
        env.flush_all()
        return time.perf_counter() - began


@case(POOL, RULE, "c360.pool.move")
def recycle(bench):
    """Leads that are due: all of them, and few among many that are not."""
    with Due(bench) as due:
        count = min(bench.size(100_000, 500), len(due.ids))
        bench.compare(
            f"give {count:,} due leads back / plain SQL",
            give_back,
            plain,
            at_most(3),
            before=lambda env: due.hold(env, count, count),
        )
        few = bench.size(500, 50)
        small = min(2 * few, len(due.ids))
        bench.should(
            f"give {few} back: time with {len(due.ids):,} held / with {small:,}",
            median_ratio(
                *zip(
                    *(
                        (
                            run_seconds(bench, due, len(due.ids), few),
                            run_seconds(bench, due, small, few),
                        )
                        for _pair in range(bench.pairs + 1)
                    ),
                    strict=True,
                )
            ),
            at_most(1.5),
        )
        with bench.env() as env:
            due.hold(env, count, count)
            give_back(env)
            env.flush_all()
            env.cr.execute(
                """
                SELECT COUNT(*) FILTER (WHERE pool_state = 'pooled')
                  FROM crm_lead WHERE id = ANY(%s)
                """,
                [due.ids[:count]],
            )
            bench.must("leads that are due and stay", count - env.cr.fetchone()[0], 0)
