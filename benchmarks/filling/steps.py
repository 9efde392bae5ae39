"""The order of things: prepare, patterns, steps in chunks, statistics."""

from psycopg2.errors import InsufficientPrivilege

from . import people, talk, trade
from .clean import clean
from .fill import Fill
from .pattern import make_pattern
from .store import Store

# step, function, rows (attribute of Sizes), chunk, table it needs
STEPS = (
    ("customers", people.customers, "customers", 50_000, "res_partner"),
    ("contacts", people.contacts, None, 50_000, "res_partner"),
    ("leads", people.leads, "leads", 50_000, "crm_lead"),
    ("orders", trade.trade, "all_orders", 20_000, "sale_order"),
    ("touches", talk.touches, "touches", 100_000, "c360_contact_touch"),
    ("messages", talk.messages, "messages", 100_000, "mail_message"),
    ("tickets", talk.tickets, "tickets", 20_000, "helpdesk_ticket"),
)


def fill_database(env, sizes, say, trust=False) -> Fill:
    """Fill, or go on with a fill that was cut off. Commits per chunk.

    :param env: superuser environment of an own cursor
    :param Sizes sizes: how much; must be those of a fill begun before
    :param say: called with (step, done, total, rows per second, seconds)
    :param trust: do not check foreign keys row by row, where the role may; the same
        statements are checked in every fill without it
    """
    cr = env.cr
    store = Store(cr)
    store.prepare()
    store.keep_sizes(sizes)
    cr.commit()
    # Rows can be made again: no need to wait for the disk at each chunk.
    cr.execute("SET synchronous_commit TO off")
    cr.execute("SET jit TO off")
    cr.commit()
    pattern = store.get("pattern") or _make_pattern(env, sizes, store)
    if trust:
        _stop_checking(cr)
    fill = Fill(cr, sizes, pattern, store)
    fill.reserve()
    for step, function, size, chunk, table in STEPS:
        if table not in fill.ids:
            continue
        total = getattr(sizes, size) if size else sizes.partners - sizes.customers
        for start, stop in store.chunks(step, total, chunk, say):
            function(fill, start, stop)
    if not store.get("analyzed"):
        cr.execute("ANALYZE")
        store.put("analyzed", True)
    cr.execute("RESET session_replication_role")
    cr.commit()
    env.invalidate_all()
    return fill


def _stop_checking(cr):
    """Foreign keys cost half of the time; only a superuser may leave them out."""
    try:
        with cr.savepoint(flush=False):
            cr.execute("SET session_replication_role TO replica")
    except InsufficientPrivilege:
        pass
    cr.commit()


def _make_pattern(env, sizes, store):
    """Make the patterns, and note every row that came with them."""
    before = store.last_ids()
    pattern = make_pattern(env, sizes)
    ranges = {
        table: [before.get(table, 0) + 1, last]
        for table, last in store.last_ids().items()
        if last > before.get(table, 0)
    }
    store.put("pattern", pattern)
    store.put("pattern_ids", ranges)
    env.cr.commit()
    return store.get("pattern")


def opened(env) -> Fill | None:
    """Return the fill of this database, if it is complete."""
    store = Store(env.cr)
    if not store.exists or not store.get("analyzed"):
        return None
    from .sizes import Sizes

    fill = Fill(
        env.cr, Sizes.from_dict(store.get("sizes")), store.get("pattern"), store
    )
    fill.ids = {table: first for table, (first, _last) in store.keys("ids:").items()}
    return fill


def clean_database(env, say) -> int:
    """Remove the fill; return the number of rows removed."""
    store = Store(env.cr)
    if not store.exists:
        return 0
    rows = clean(env.cr, store, say)
    env.cr.commit()
    env.invalidate_all()
    return rows
