"""Claiming leads, alone and against others."""

import random
import time

from benchmarks.kit.measure import at_least, at_most
from benchmarks.kit.register import case
from benchmarks.kit.workers import transaction

POOL = "c360.pool"
FREE = """
    UPDATE crm_lead
       SET user_id = NULL, date_open = NULL, team_id = NULL,
           pool_id = %(pool)s, pool_state = %(state)s
     WHERE id = ANY(%(ids)s)
"""
# The limit: one conditional update, whoever comes first has it.
CLAIM = """
    UPDATE crm_lead SET user_id = %s, date_open = now() AT TIME ZONE 'UTC'
     WHERE id = %s AND user_id IS NULL
"""


class Claims:
    """A pool of its own with members and free leads; everything goes away again."""

    def __init__(self, bench, count):
        self.bench = bench
        self.count = count

    def __enter__(self):
        with self.bench.env(keep=True) as env:
            self.pool_id = (
                env[POOL]
                .create(
                    {
                        "name": "Benchmark",
                        # takes no lead by itself
                        "lead_domain": "[('id', '=', 0)]",
                        "sequence": 9999,
                        # limits that are checked and never reached
                        "claim_limit_day": 1_000_000,
                        "hold_limit": 1_000_000,
                    }
                )
                .id
            )
            env["c360.pool.member"].create(
                [
                    {"pool_id": self.pool_id, "user_id": user_id}
                    for user_id in self.bench.salespeople
                ]
            )
            env.cr.execute(
                """
                SELECT id, pool_id, pool_state FROM crm_lead
                 WHERE user_id IS NULL AND active AND won_status = 'pending'
                   AND id BETWEEN %s AND %s
              ORDER BY id LIMIT %s
                """,
                [*self.bench.fill.range("crm_lead", "leads"), self.count],
            )
            self.places = env.cr.fetchall()
            self.ids = [lead_id for lead_id, _pool, _state in self.places]
            env.cr.execute(
                """
                SELECT (SELECT COALESCE(MAX(id), 0) FROM mail_message),
                       (SELECT COALESCE(MAX(id), 0) FROM c360_pool_move)
                """
            )
            self.last_message, self.last_move = env.cr.fetchone()
        return self

    def __exit__(self, *_error):
        self.free(pooled=False)
        with self.bench.env(keep=True) as env:
            ids, pools, states = zip(*self.places, strict=True)
            env.cr.execute(
                """
                UPDATE crm_lead SET pool_id = was.pool_id, pool_state = was.state
                  FROM unnest(%s, %s::int[], %s::text[]) AS was (id, pool_id, state)
                 WHERE crm_lead.id = was.id
                """,
                [list(ids), list(pools), list(states)],
            )
            env.cr.execute(
                "DELETE FROM c360_pool_member WHERE pool_id = %s", [self.pool_id]
            )
            env.cr.execute("DELETE FROM c360_pool WHERE id = %s", [self.pool_id])
            env.registry.clear_cache()

    def free(self, pooled=True):
        """Put all leads back as they were; forget the ledger and the notes."""
        with self.bench.env(keep=True) as env:
            cr = env.cr
            cr.execute("DELETE FROM c360_pool_move WHERE id > %s", [self.last_move])
            cr.execute(
                "DELETE FROM c360_pool_arrival WHERE lead_id = ANY(%s)", [self.ids]
            )
            cr.execute(
                "DELETE FROM mail_message WHERE model = 'crm.lead'"
                " AND res_id = ANY(%s) AND id > %s",
                [self.ids, self.last_message],
            )
            cr.execute(
                "DELETE FROM mail_followers WHERE res_model = 'crm.lead'"
                " AND res_id = ANY(%s)",
                [self.ids],
            )
            values = {"pool": None, "state": None}
            if pooled:
                values = {"pool": self.pool_id, "state": "pooled"}
            cr.execute(FREE, {"ids": self.ids, **values})

    def rate(self, number, claim, per_call=1, pooled=True, count=None):
        """Claims a second of workers with leads of their own, and retries a claim."""
        self.free(pooled)
        ids, users = self.ids[:count], self.bench.salespeople

        def job(place, registry, work):
            mine = ids[place::number]
            user_id = users[place % len(users)]
            for start in range(0, len(mine), per_call):
                some = mine[start : start + per_call]
                transaction(
                    registry, user_id, work, lambda env, some=some: claim(env, some)
                )
                work.count("done", len(some))

        seconds, works = self.bench.workers(number, job)
        done = sum(work.counts["done"] for work in works)
        retries = sum(work.counts.get("retries", 0) for work in works)
        return done / seconds, retries / done

    def owners(self) -> int:
        with self.bench.env() as env:
            env.cr.execute(
                "SELECT COUNT(*) FROM crm_lead"
                " WHERE id = ANY(%s) AND user_id IS NOT NULL",
                [self.ids],
            )
            return env.cr.fetchone()[0]

    def claimed_twice(self) -> int:
        """Leads the ledger says were claimed more than once."""
        with self.bench.env() as env:
            env.cr.execute(
                """
                SELECT COUNT(*) FROM (
                    SELECT lead_id FROM c360_pool_move
                     WHERE id > %s AND kind = 'claim'
                  GROUP BY lead_id HAVING COUNT(*) > 1) AS double
                """,
                [self.last_move],
            )
            return env.cr.fetchone()[0]


def claim_ours(env, ids):
    return env[POOL].claim(ids)


def claim_sql(env, ids):
    for lead_id in ids:
        env.cr.execute(CLAIM, [env.uid, lead_id])


def claim_host(env, ids):
    env["crm.lead"].sudo().browse(ids).write({"user_id": env.uid})


@case(POOL, "c360.pool.member", "c360.pool.move")
def claim(bench):
    """A claim against plain SQL and against the host's change of the owner."""
    with Claims(bench, bench.size(480, 24)) as claims:
        for number in bench.size((1, 4, 8), (1, 2)):

            def ours(number=number):
                return claims.rate(number, claim_ours)[0]

            def sql(number=number):
                return claims.rate(number, claim_sql)[0]

            aim = at_least(0.25) if number == 8 else None
            bench.compare_rates(
                f"claim one lead, {number} workers / plain SQL", ours, sql, aim
            )
        number = bench.size(8, 2)
        bench.compare_rates(
            f"claim one lead, {number} workers / host's write",
            lambda: claims.rate(number, claim_ours)[0],
            lambda: claims.rate(number, claim_host, pooled=False, count=80)[0],
            at_least(30),
        )
        bench.compare_rates(
            f"claim 20 at a time, {number} workers / plain SQL one by one",
            lambda: claims.rate(number, claim_ours, 20)[0],
            lambda: claims.rate(number, claim_sql, 20)[0],
        )
        _rate, retries = claims.rate(number, claim_ours)
        bench.must("claim: leads without an owner after it", _missing(claims), 0)
        bench.should("claim: retries a claim", retries, at_most(0.05))
        bench.note("claims announced a second, one cron", f"{_announce(bench):.0f}")
        _race(bench, claims)


def _announce(bench) -> float:
    """Followers, tracking, automation rules of the claims just made, by the host."""
    with bench.env() as env:
        arrivals = env["c360.pool.arrival"].search([])
        began = time.perf_counter()
        for start in range(0, len(arrivals), 100):
            arrivals[start : start + 100]._process_isolated()
        env.flush_all()
        return len(arrivals) / (time.perf_counter() - began)


def _missing(claims) -> int:
    return len(claims.ids) - claims.owners()


def _race(bench, claims):
    """Every worker wants every lead, each in an order of its own."""
    claims.free()
    users = bench.salespeople
    number, ids = bench.size(8, 4), claims.ids[:160]

    def job(place, registry, work):
        user_id = users[place % len(users)]
        for lead_id in random.sample(ids, len(ids)):
            answer = transaction(
                registry,
                user_id,
                work,
                lambda env, lead=lead_id: claim_ours(env, [lead]),
            )
            work.results.extend(answer["granted"])
            work.count("done")

    _seconds, works = bench.workers(number, job)
    granted = [lead_id for work in works for lead_id in work.results]
    asked = sum(work.counts["done"] for work in works)
    retries = sum(work.counts.get("retries", 0) for work in works)
    bench.must(
        f"race of {number} workers for {len(ids)} leads: granted twice",
        len(granted) - len(set(granted)) + claims.claimed_twice(),
        0,
    )
    bench.must("race: leads nobody got", len(ids) - len(set(granted)), 0)
    bench.note("race: retries a request", f"{retries / asked:.3f}")


@case(POOL, "c360.pool.member", "c360.pool.move")
def daily_limit(bench):
    """One user claims from many windows at once: the daily limit is exact."""
    limit, number = 5, bench.size(8, 4)
    with Claims(bench, bench.size(80, 24)) as claims:
        claims.free()
        with bench.env(keep=True) as env:
            env[POOL].browse(claims.pool_id).claim_limit_day = limit
        user_id = bench.salespeople[0]

        def job(place, registry, work):
            for lead_id in claims.ids[place::number]:
                answer = transaction(
                    registry, user_id, work, lambda env, x=lead_id: claim_ours(env, [x])
                )
                work.count("granted", len(answer["granted"]))

        _seconds, works = bench.workers(number, job)
        granted = sum(work.counts.get("granted", 0) for work in works)
        bench.must(
            f"limit of {limit} a day, one user in {number} windows: granted",
            granted,
            limit,
        )
