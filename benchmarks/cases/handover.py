"""Handing over a book of leads, against the host's own change of owner."""

from benchmarks.kit.measure import at_least, at_most
from benchmarks.kit.register import case

from .pool_routing import OUT, get_ids

HANDOVER = "c360.customer.handover"


def set_up(bench, env, ids):
    """Give the leads to one salesperson, who is about to leave."""
    leaver = bench.salespeople[0]
    env.cr.execute(OUT, [ids])
    env.cr.execute(
        "UPDATE crm_lead SET user_id = %s, active = TRUE WHERE id = ANY(%s)",
        [leaver, ids],
    )
    env.invalidate_all()


def prepare(bench, env, ids):
    set_up(bench, env, ids)
    handover = env[HANDOVER].create(
        {
            "user_ids": bench.salespeople[:1],
            "allocation": "load",
            "successor_ids": bench.salespeople[1:4],
            "fallback_id": bench.salespeople[1],
        }
    )
    handover.action_prepare()
    env.cr.execute(
        """
        DELETE FROM c360_customer_handover_item
         WHERE handover_id = %s AND NOT (res_model = 'crm.lead' AND res_id = ANY(%s))
        """,
        [handover.id, ids],
    )
    env.invalidate_all()
    handover.write({"state": "running", "started_by_id": env.uid})


def hand_over(env):
    handover = env[HANDOVER].search([("state", "=", "running")], limit=1)
    while handover._work_slice():
        pass


@case(HANDOVER)
def handover(bench):
    """A book of leads to three colleagues, with a note on each."""
    ids = get_ids(bench, bench.size(10_000, 120))
    tenth = ids[: len(ids) // 10]

    def rate(function, prepare, some):
        def measure():
            seconds = bench._timed(
                function, lambda env: prepare(bench, env, some), None
            )
            return len(some) / seconds

        return measure

    def write(env):
        env["crm.lead"].browse(tenth).write({"user_id": bench.salespeople[1]})
        env.flush_all()
        env.cr.precommit.run()

    bench.compare_rates(
        f"hand over {len(tenth):,} leads / host's change of owner",
        rate(hand_over, prepare, tenth),
        rate(write, set_up, tenth),
        at_least(5),
    )
    bench.compare(
        f"hand over {len(ids):,} leads / {len(tenth):,}",
        lambda env: hand_over(env),
        lambda env: hand_over_some(bench, env, tenth),
        at_most(12),
        before=lambda env: prepare(bench, env, ids),
    )


def hand_over_some(bench, env, ids):
    """Hand over so many of what is proposed; the rest is kept back."""
    env.cr.execute(
        "DELETE FROM c360_customer_handover_item WHERE res_id <> ALL(%s)", [ids]
    )
    env.invalidate_all()
    hand_over(env)
