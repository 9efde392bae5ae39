"""The gate: may we reach this customer now?"""

import time
from datetime import timedelta

from benchmarks.kit.measure import at_least, at_most
from benchmarks.kit.register import case
from benchmarks.kit.workers import transaction

GATE, TOUCH = "c360.contact.gate", "c360.contact.touch"
CAP, DAYS = 2, 7

# The limit of what a database can do: write the customer's lock row, count in the next
# statement, insert. Nobody is told why, nothing is remembered but the row.
LOCK = """
    INSERT INTO c360_bench_lock AS l (id) VALUES (%s)
    ON CONFLICT (id) DO UPDATE SET turn = l.turn + 1
"""
COUNT = """
    SELECT COUNT(*) FROM c360_contact_touch
     WHERE customer_id = %s AND direction = 'out' AND date > %s
       AND state IN ('reserved', 'sent', 'answered')
"""
INSERT = """
    INSERT INTO c360_contact_touch
           (partner_id, customer_id, channel, purpose, purpose_source, direction,
            state, date, company_id)
    VALUES (%s, %s, 'email', 'marketing', 'sender', 'out', 'reserved', %s, %s)
"""


def _now(env):
    from odoo import fields

    return fields.Datetime.now()


class Policy:
    """One policy, two marketing e-mails a week; customers nobody wrote to lately."""

    def __init__(self, bench):
        self.bench = bench
        self.kept = []

    def __enter__(self):
        with self.bench.env(keep=True) as env:
            policies = env["c360.contact.policy"].with_context(active_test=False)
            self.others = policies.search([("active", "=", True)]).ids
            policies.browse(self.others).active = False
            purposes = env["c360.contact.purpose"].search(
                [("code", "in", ("care", "marketing"))]
            )
            self.policy_id = policies.create(
                {
                    "name": "Benchmark",
                    "channel": "email",
                    "purpose_ids": [(6, 0, purposes.ids)],
                    "limit_count": CAP,
                    "is_limited": True,
                    "scope": "customer",
                    "period_count": DAYS,
                    "period_unit": "day",
                }
            ).id
            self.company_id = env.company.id
            self.start = _now(env)
            env.cr.execute(
                "CREATE UNLOGGED TABLE IF NOT EXISTS c360_bench_lock"
                " (id int PRIMARY KEY, turn int NOT NULL DEFAULT 0)"
            )
            env.cr.execute("SELECT COALESCE(MAX(id), 0) FROM c360_contact_touch")
            self.last_touch = env.cr.fetchone()[0]
        return self

    def __exit__(self, *_error):
        self.forget()
        with self.bench.env(keep=True) as env:
            env["c360.contact.policy"].browse(self.policy_id).unlink()
            env["c360.contact.policy"].browse(self.others).active = True
            env.cr.execute("DROP TABLE c360_bench_lock")

    def forget(self):
        """Take the bookings of the benchmark off the ledger again."""
        with self.bench.env(keep=True) as env:
            env.cr.execute(
                "DELETE FROM c360_contact_touch WHERE id > %s", [self.last_touch]
            )

    def quiet_customers(self, count):
        """Ids of customers with no contact in the last weeks."""
        with self.bench.env() as env:
            first = self.bench.customer(0)
            env.cr.execute(
                """
                SELECT id FROM res_partner AS p
                 WHERE id BETWEEN %s AND %s
                   AND NOT EXISTS (SELECT FROM c360_contact_touch AS t
                                    WHERE t.customer_id = p.id AND t.date > %s)
              ORDER BY id DESC LIMIT %s
                """,
                [
                    first,
                    first + self.bench.fill.sizes.customers - 1,
                    self.start - timedelta(days=3 * DAYS),
                    count,
                ],
            )
            return [row[0] for row in env.cr.fetchall()]

    def slot(self, env, partner_id):
        """The plain SQL slot of one customer."""
        now = _now(env)
        env.cr.execute(LOCK, [partner_id])
        env.cr.execute(COUNT, [partner_id, now - timedelta(days=DAYS)])
        if env.cr.fetchone()[0] < CAP:
            env.cr.execute(INSERT, [partner_id, partner_id, now, self.company_id])

    def booked(self) -> dict:
        """Return {customer: slots booked by the benchmark}."""
        with self.bench.env() as env:
            env.cr.execute(
                """
                SELECT customer_id, COUNT(*) FROM c360_contact_touch
                 WHERE id > %s AND state = 'reserved' GROUP BY 1
                """,
                [self.last_touch],
            )
            return dict(env.cr.fetchall())


def _reserve(env, partner_id):
    partner = env["res.partner"].browse(partner_id)
    env[GATE]._reserve(partner, "email", "marketing")


@case(GATE, TOUCH)
def decision(bench):
    """One contact decision, booked and committed, against the SQL slot."""
    each = bench.size(300, 15)
    with Policy(bench) as policy:
        for number in bench.size((1, 8), (1, 2)):
            ids = policy.quiet_customers(number * each)

            def ours(number=number, ids=ids):
                return _rate(bench, policy, number, ids, _reserve)[0]

            def reference(number=number, ids=ids):
                return _rate(bench, policy, number, ids, policy.slot)[0]

            bench.compare_rates(
                f"contact decision, {number} workers / SQL slot",
                ours,
                reference,
                at_least(0.25),
            )
        _hot(bench, policy)


def _rate(bench, policy, number, ids, book):
    """Decisions a second of workers with customers of their own."""

    def job(place, registry, work):
        for partner_id in ids[place::number]:
            transaction(registry, 1, work, lambda env, pid=partner_id: book(env, pid))
            work.count("done")

    seconds, works = bench.workers(number, job)
    policy.forget()
    done = sum(work.counts["done"] for work in works)
    retries = sum(work.counts.get("retries", 0) for work in works)
    return done / seconds, retries / done


def _hot(bench, policy):
    """All workers want the same few customers: the cap must hold to the slot."""
    number, wanted = bench.size(8, 4), 4
    ids = policy.quiet_customers(bench.size(20, 5))

    def job(place, registry, work):
        import random

        for _round in range(wanted):
            for partner_id in random.sample(ids, len(ids)):
                transaction(
                    registry,
                    1,
                    work,
                    lambda env, pid=partner_id: _reserve(env, pid),
                )
                work.count("done")

    seconds, works = bench.workers(number, job)
    booked = policy.booked()
    policy.forget()
    done = sum(work.counts["done"] for work in works)
    retries = sum(work.counts.get("retries", 0) for work in works)
    bench.must(
        f"contact cap, {number} workers on {len(ids)} customers: above the cap",
        sum(count > CAP for count in booked.values()),
        0,
    )
    bench.must(
        "contact cap: customers below it though asked more often",
        sum(booked.get(partner_id, 0) < CAP for partner_id in ids),
        0,
    )
    bench.note("contact cap: decisions a second there", f"{done / seconds:.0f}/s")
    bench.note("contact cap: retries a decision there", f"{retries / done:.2f}")


MANY_LOCK = """
    INSERT INTO c360_bench_lock AS l (id) SELECT unnest(%(ids)s) ORDER BY 1
    ON CONFLICT (id) DO UPDATE SET turn = l.turn + 1
"""
MANY_COUNT = """
    SELECT who FROM unnest(%(ids)s) AS who
     WHERE (SELECT COUNT(*) FROM c360_contact_touch AS t
             WHERE t.customer_id = who AND t.direction = 'out' AND t.date > %(since)s
               AND t.state IN ('reserved', 'sent', 'answered')) < 2
"""
MANY_INSERT = """
    INSERT INTO c360_contact_touch
           (partner_id, customer_id, channel, purpose, purpose_source, direction,
            state, date, company_id)
    SELECT who, who, 'email', 'marketing', 'sender', 'out', 'reserved', %(now)s,
           %(company)s
      FROM unnest(%(free)s) AS who
"""


@case(GATE, TOUCH)
def decisions(bench):
    """Many decisions in one call against the same in SQL."""
    wanted = bench.size(100_000, 200)
    with Policy(bench) as policy:
        with bench.env() as env:
            first = bench.customer(0)
            env.cr.execute(
                "SELECT id FROM res_partner WHERE id BETWEEN %s AND %s LIMIT %s",
                [first, first + bench.fill.sizes.customers - 1, wanted],
            )
            ids = [row[0] for row in env.cr.fetchall()]

        def sql_ask(env):
            values = {"ids": ids, "since": policy.start - timedelta(days=DAYS)}
            env.cr.execute(MANY_COUNT, values)
            return [row[0] for row in env.cr.fetchall()]

        def sql_book(env):
            env.cr.execute(MANY_LOCK, {"ids": ids})
            values = {"now": policy.start, "company": policy.company_id}
            env.cr.execute(MANY_INSERT, {"free": sql_ask(env), **values})

        def book(env, some=ids):
            env[GATE]._reserve(env["res.partner"].browse(some), "email", "marketing")

        bench.compare(
            f"{len(ids):,} decisions, only asked / SQL",
            lambda env: env[GATE].check(ids, "email", "marketing"),
            sql_ask,
            at_most(3),
        )
        whole, _sql = bench.compare(
            f"{len(ids):,} decisions, booked / SQL", book, sql_book, at_most(2)
        )
        tenth = ids[: len(ids) // 10]
        bench.compare(
            f"{len(ids):,} decisions / {len(tenth):,}",
            book,
            lambda env: book(env, tenth),
            at_most(12),
        )
        ask_all = bench.queries(lambda env: env[GATE].check(ids, "email", "marketing"))
        ask_few = bench.queries(
            lambda env: env[GATE].check(tenth, "email", "marketing")
        )
        bench.should(f"statements of {len(ids):,} decisions", ask_all, at_most(20))
        # the host reads partners a thousand at a time
        bench.note("statements of a tenth of them", str(ask_few))
        bench.should(
            f"statements of {len(ids):,} bookings", bench.queries(book), at_most(20)
        )


@case(GATE, TOUCH)
def long_history(bench):
    """One customer with 10,000 contacts, asked against ten policies."""
    contacts = bench.size(10_000, 500)
    with Policy(bench) as policy, bench.env(keep=True) as env:
        (partner_id,) = policy.quiet_customers(1)
        made = env["c360.contact.policy"].create(
            [
                {
                    "name": f"Benchmark {number}",
                    "channel": "email",
                    "limit_count": number * 1000,
                    "scope": ("contact", "customer")[number % 2],
                    "period_count": number,
                    "period_unit": "month",
                }
                for number in range(1, 10)
            ]
        )
        env.cr.execute(
            """
            INSERT INTO c360_contact_touch
                   (partner_id, customer_id, channel, purpose, purpose_source,
                    direction, state, date, company_id)
            SELECT %(who)s, %(who)s, 'email', 'care', 'sender', 'out', 'sent',
                   %(now)s - interval '8 days' - interval '30 minutes' * k, %(company)s
              FROM generate_series(1, %(contacts)s) AS k
            """,
            {
                "who": partner_id,
                "now": policy.start,
                "company": policy.company_id,
                "contacts": contacts,
            },
        )
        env.cr.commit()
        try:

            def book(env):
                _reserve(env, partner_id)

            # the new policies are in nobody's cache yet
            bench.queries(book)
            bench.must(
                f"queries of a booking, {contacts:,} contacts and 10 policies",
                # whose company it is, a request knows already
                bench.queries(book, before=lambda env: env.company.id),
                at_most(6),
            )
            few = policy.quiet_customers(2)[-1]
            bench.compare(
                f"one booking, {contacts:,} contacts / none",
                book,
                lambda env: _reserve(env, few),
            )
        finally:
            made.unlink()
            policy.forget()


@case(GATE, "c360.contact.consent", "c360.contact.preference")
def consent(bench):
    """Many decisions where a third of the people said something."""
    wanted = bench.size(100_000, 200)
    with Policy(bench) as policy, bench.env() as env:
        first = bench.customer(0)
        ids = list(range(first, first + min(wanted, bench.fill.sizes.customers)))
        values = {"ids": ids, "since": policy.start - timedelta(days=DAYS)}
        for table, columns, said in (
            (
                "c360_contact_consent",
                "partner_id, channel, purpose, status, source, date, is_current",
                "id, 'email', 'marketing', CASE WHEN MOD(id, 9) = 0 THEN 'refused'"
                " ELSE 'given' END, 'form', now() AT TIME ZONE 'UTC', TRUE",
            ),
            (
                "c360_contact_preference",
                "partner_id, company_id, limit_count, limit_unit, source, date,"
                " is_current",
                f"id, {policy.company_id}, CASE WHEN MOD(id, 30) = 0 THEN 5 END,"
                " 'month', 'form', now() AT TIME ZONE 'UTC', TRUE",
            ),
        ):
            env.cr.execute(
                f"INSERT INTO {table} ({columns}) SELECT {said}"
                " FROM unnest(%s) AS id WHERE MOD(id, 3) = 0",
                [ids],
            )
        env.cr.execute("ANALYZE c360_contact_consent, c360_contact_preference")

        def sql_ask(env):
            env.cr.execute(MANY_COUNT, values)
            return env.cr.fetchall()

        _same_transaction(
            bench,
            env,
            f"{len(ids):,} decisions with consent and wishes / SQL without",
            lambda env: env[GATE].check(ids, "email", "marketing"),
            sql_ask,
        )


def _same_transaction(bench, env, name, ours, reference):
    """Compare within one transaction, whose rows nobody else shall see."""

    def timed(function):
        env.invalidate_all()
        began = time.perf_counter()
        function(env)
        return time.perf_counter() - began

    timed(ours), timed(reference)
    bench.compare_rates(
        name, lambda: timed(ours), lambda: timed(reference), at_most(3), " s"
    )
