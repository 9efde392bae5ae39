"""Finding duplicates: what one lead costs, what the host's flows cost with it."""

import resource
from contextlib import contextmanager
from unittest.mock import patch

from benchmarks.kit.measure import at_most
from benchmarks.kit.register import case

IDENTITY = "c360.lead.identity"
PAIR = "c360.lead.duplicate"
PROGRESS = "c360.lead.identity.progress"
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
}


@contextmanager
def without_identities(env):
    """The host without our search: nothing is noted, nothing compared."""
    with patch.object(type(env[IDENTITY]), "_is_used", lambda self: False):
        yield


def _prepare(bench):
    """Give every filled lead and contact its keys, once."""
    with bench.env(keep=True) as env:
        env[PROGRESS]._cron_look()
        while env[IDENTITY]._take_missing():
            env.cr.commit()
            env.invalidate_all()
        env.cr.execute("ANALYZE c360_lead_identity")


def _memory() -> float:
    """Megabytes this process has ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@case(IDENTITY, PAIR, PROGRESS)
def one_lead(bench):
    """Duplicates of one lead, ours by any error against the host's by e-mail."""
    _prepare(bench)
    leads = range(bench.fill.ids["crm_lead"], bench.fill.ids["crm_lead"] + 100)
    turn = iter(range(10**9))

    def ours(env):
        env[PAIR]._scan(env["crm.lead"].browse(leads[next(turn) % 100]))

    def host(env):
        lead = env["crm.lead"].browse(leads[next(turn) % 100])
        lead._get_lead_duplicates(lead.partner_id, lead.email_from, include_lost=True)

    bench.compare(
        "duplicates of one lead: keys, search, pairs / host's search", ours, host
    )
    bench.must("queries of it", bench.queries(ours), at_most(8))


@case(IDENTITY, PAIR, PROGRESS)
def many_leads(bench):
    """A slice of waiting leads, as the job compares them: time and memory."""
    _prepare(bench)
    count = bench.size(5000, 200)
    first = bench.fill.ids["crm_lead"]

    def some(number):
        def scan(env):
            for start in range(first, first + number, 500):
                stop = min(start + 500, first + number)
                env[PAIR]._scan_slice(list(range(start, stop)))

        return scan

    before = _memory()
    bench.compare(
        f"comparing {count:,} leads / a tenth", some(count), some(count // 10)
    )
    bench.should("memory it took", _memory() - before, at_most(200), " MB")


@case(IDENTITY)
def host_flows(bench):
    """New leads and changed contacts with our notes, and without them."""
    count = bench.size(1000, 60)

    def create(env):
        env["crm.lead"].with_context(**QUIET).create(
            [
                {
                    "name": f"Bench {number}",
                    "contact_name": f"Person {number}",
                    "email_from": f"bench{number}@bench.example",
                    "phone": f"+32 470 {number:06}",
                }
                for number in range(count)
            ]
        )
        env.cr.precommit.run()

    def write(env):
        partners = env["res.partner"].browse(
            bench.customer(number) for number in range(20)
        )
        for partner in partners:
            partner.phone = f"+32 471 {partner.id:06}"
            env.flush_all()
        env.cr.precommit.run()

    for name, ours, aim in (
        (f"creating {count:,} leads / without the search", create, 1.10),
        ("writing 20 contacts / without the search", write, 1.05),
    ):

        def bare(env, ours=ours):
            with without_identities(env):
                ours(env)

        bench.compare(name, ours, bare, at_most(aim))
        bench.must(
            f"queries more: {name.partition(' /')[0]}",
            bench.queries(ours) - bench.queries(bare),
            at_most(2),
        )
