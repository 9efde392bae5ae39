"""Profiles, the 360 page and the timeline."""

from benchmarks.kit.bench import payload
from benchmarks.kit.measure import at_most
from benchmarks.kit.register import case

PROFILE = "c360.customer.profile"

# "Scored into a new table": what any set-based answer has to do at least. Aggregate the
# orders per customer and company, score three ways, write a narrow table with its key.
NEW_TABLE = """
    CREATE TEMP TABLE c360_bench_profile ON COMMIT DROP AS
    SELECT agg.*,
           NTILE(5) OVER (ORDER BY last_order) AS recency,
           NTILE(5) OVER (ORDER BY orders) AS frequency,
           NTILE(5) OVER (ORDER BY revenue) AS monetary
      FROM (
        SELECT partner.commercial_partner_id AS partner_id, o.company_id,
               MIN(o.date_order) AS first_order, MAX(o.date_order) AS last_order,
               COUNT(*) AS orders,
               SUM(o.amount_untaxed / COALESCE(NULLIF(o.currency_rate, 0), 1))
                   AS revenue
          FROM sale_order AS o
          JOIN res_partner AS partner ON partner.id = o.partner_id
         WHERE o.state = 'sale'
      GROUP BY 1, 2
      ) AS agg
"""
NEW_TABLE_KEY = (
    "ALTER TABLE c360_bench_profile ADD PRIMARY KEY (partner_id, company_id)"
)


def _new_table(env):
    env.cr.execute(NEW_TABLE)
    env.cr.execute(NEW_TABLE_KEY)


def _refresh(env):
    env[PROFILE]._refresh()


def _forget(env):
    env.cr.execute("DELETE FROM c360_customer_lifecycle")
    env.cr.execute("DELETE FROM c360_customer_profile")


def _written(env) -> int:
    """Rows of our tables this connection wrote, as far as its counters go back."""
    env.cr.execute(
        """
        SELECT SUM(n_tup_ins + n_tup_upd + n_tup_del)
          FROM pg_stat_xact_user_tables
         WHERE relname IN ('c360_customer_profile', 'c360_customer_lifecycle')
        """
    )
    return int(env.cr.fetchone()[0] or 0)


@case(PROFILE)
def profile_refresh(bench):
    """Refresh of all profiles against one aggregated into a new table."""
    with bench.env(keep=True) as env:
        _refresh(env)
    with bench.env() as env:
        # the table has just been written: plans need its statistics
        env.cr.execute("ANALYZE c360_customer_profile")
        env.cr.commit()
    bench.compare(
        "profiles of all, first time with the whole history / new table",
        _refresh,
        _new_table,
        before=_forget,
    )
    all_again, _table = bench.compare(
        "profiles of all, every row changed / new table",
        _refresh,
        _new_table,
        at_most(1.5),
        before=lambda env: env.cr.execute(
            "UPDATE c360_customer_profile SET revenue = revenue + 1"
        ),
    )
    bench.compare(
        "profiles of all, nothing changed / new table",
        _refresh,
        _new_table,
        at_most(1.5),
    )
    with bench.env() as env:
        # the counters of this connection may still hold what it wrote before
        before = _written(env)
        _refresh(env)
        bench.must("rows written when nothing changed", _written(env) - before, 0)
    _nightly(bench)
    _touched(bench)


def _nightly(bench):
    """The nightly run, when nothing happened and when everybody is due in slices."""
    from odoo.addons.crm_customer360.models.customer.c360_customer_scope import (
        CustomerScope,
    )

    def run(env):
        progress = env["c360.customer.progress"]._get()
        progress.write(
            {
                "since": env.cr.now(),
                "full_start": False,
                "full_date": env.cr.now().date(),
                "definition": progress._get_definition(),
            }
        )
        progress._run()

    bench.compare(
        "profiles of the night, nothing happened / new table",
        run,
        _new_table,
        at_most(1.5),
    )
    bench.compare(
        "orders and lifecycle of all, nothing changed / new table",
        lambda env: env[PROFILE]._refresh_rows(CustomerScope()),
        _new_table,
    )


def _touched(bench):
    count = bench.size(1000, 50)

    def refresh_touched(env):
        # spread over those who buy much and those who buy little
        step = max(1, bench.fill.sizes.customers // count)
        ids = [bench.customer(place * step) for place in range(count)]
        env[PROFILE]._refresh(env["res.partner"].browse(ids))

    def change(env):
        env.cr.execute("UPDATE c360_customer_profile SET revenue = revenue + 1")

    bench.compare(
        f"profiles of {count:,} touched customers / of all",
        refresh_touched,
        _refresh,
        # a thousand of a small database are not a small part of it
        at_most(0.05) if bench.fill.sizes.customers >= 100_000 else None,
        before=change,
    )
    bench.must(
        "statements of a refresh of 10 and of 1,000 customers differ by",
        bench.queries(refresh_touched)
        - bench.queries(
            lambda env: env[PROFILE]._refresh(
                env["res.partner"].browse([bench.customer(i) for i in range(10)])
            )
        ),
        0,
    )


def _admin(bench) -> int:
    with bench.env() as env:
        return env.ref("base.user_admin").id


@case("c360.customer.page")
def page(bench):
    """Opening a customer against the host's form of the same partner."""
    uid, counts = _admin(bench), {}
    loads = {}
    for place, orders in enumerate(bench.fill.sizes.probes):
        partner_id = bench.customer(place)

        def load(env, partner_id=partner_id):
            return env["c360.customer.page"].load(partner_id)

        bench.compare(
            f"360 page, {orders:,} orders / host's form",
            load,
            lambda env, partner_id=partner_id: _open_form(env, partner_id),
            at_most(0.5),
            uid=uid,
        )
        loads[orders] = load
        counts[orders] = bench.queries(load, uid=uid)
        with bench.env(uid) as env:
            size = payload(load(env))
            bench.should(
                f"360 page, {orders:,} orders, answer", size, at_most(64), " KB"
            )
    few, many = min(counts), max(counts)
    bench.should(f"360 page, queries at {many:,} orders", counts[many], at_most(30))
    # Not 0: a colleague named by two panels is read once, and that is chance.
    bench.must(
        "360 page, spread of the query counts of the customers",
        max(counts.values()) - min(counts.values()),
        at_most(2),
    )
    bench.compare(
        f"360 page, {many:,} orders / {few:,} orders",
        loads[many],
        loads[few],
        at_most(1.3),
        uid=uid,
    )


def _open_form(env, partner_id):
    """What the browser asks the host for when the partner's form opens."""
    model = env["res.partner"]
    return model.browse(partner_id).web_read(_form_specification(env))


_SPECIFICATIONS = {}


def _form_specification(env) -> dict:
    """The fields of the form view, with those of its embedded lists, as a client asks.

    Read once: the browser keeps the view as well.
    """
    from lxml import etree

    if env.uid not in _SPECIFICATIONS:
        views = env["res.partner"].get_views([(False, "form")])
        root = etree.fromstring(views["views"]["form"]["arch"])
        _SPECIFICATIONS[env.uid] = _specification(env, "res.partner", root)
    return _SPECIFICATIONS[env.uid]


def _specification(env, model, node) -> dict:
    specification = {}
    for field in node.iterfind(".//field"):
        owner = next((up for up in field.iterancestors("field")), None)
        inside = owner is not None and (
            node is not owner and node in owner.iterancestors()
        )
        if inside or field.get("name") not in env[model]._fields:
            continue
        kind = env[model]._fields[field.get("name")]
        asked = specification.setdefault(field.get("name"), {})
        if kind.type == "many2one":
            asked["fields"] = {"display_name": {}}
        elif kind.type in ("one2many", "many2many"):
            view = next((x for x in field if x.tag in ("list", "kanban")), None)
            if view is not None:
                asked["fields"] = _specification(env, kind.comodel_name, view)
            asked["limit"] = 40
    return specification


# The newest 40 documents of one customer, each branch from its index.
TIMELINE = """
    SELECT * FROM (
        (SELECT o.date_order AS at, 'sale.order' AS model, o.id
           FROM unnest(%(ids)s) AS who
     CROSS JOIN LATERAL (
                SELECT id, date_order FROM sale_order
                 WHERE partner_id = who AND date_order < %(before)s
              ORDER BY date_order DESC, id DESC LIMIT 40) AS o)
     UNION ALL
        (SELECT o.date_done, 'stock.picking', o.id
           FROM unnest(%(ids)s) AS who
     CROSS JOIN LATERAL (
                SELECT id, date_done FROM stock_picking
                 WHERE partner_id = who AND state = 'done'
                   AND date_done < %(before)s
              ORDER BY date_done DESC, id DESC LIMIT 40) AS o)
     UNION ALL
        (SELECT o.invoice_date, 'account.move', o.id
           FROM unnest(%(ids)s) AS who
     CROSS JOIN LATERAL (
                SELECT id, invoice_date FROM account_move
                 WHERE partner_id = who AND move_type = 'out_invoice'
                   AND invoice_date < %(before)s
              ORDER BY invoice_date DESC, id DESC LIMIT 40) AS o)
    ) AS event
 ORDER BY at DESC, model, id DESC LIMIT 40
"""


@case("c360.customer.page")
def timeline(bench):
    """A page of the timeline against SQL over the same indexes."""
    uid = _admin(bench)
    partner_id = bench.customer(len(bench.fill.sizes.probes) - 1)
    pages = bench.size(100, 5)
    with bench.env(uid) as env:
        person_ids = env["res.partner"].search([("id", "child_of", partner_id)]).ids
        deep = _position(env, partner_id, pages)

    def load(before):
        return lambda env: env["c360.customer.page"].load_timeline(
            partner_id, before=before
        )

    def sql(env):
        env.cr.execute(TIMELINE, {"ids": person_ids, "before": "9999-01-01"})
        env.cr.fetchall()

    first, _sql = bench.compare(
        "timeline, page 1 / indexed SQL", load(None), sql, at_most(5), uid=uid
    )
    bench.compare(
        f"timeline, page {pages} / page 1",
        load(deep),
        load(None),
        at_most(1.5),
        uid=uid,
    )
    # every kind of document on a page is described by queries of its own
    bench.must(
        f"timeline, queries of page {pages} beyond those of page 1",
        bench.queries(load(deep), uid=uid) - bench.queries(load(None), uid=uid),
        at_most(8),
    )


def _position(env, partner_id, pages):
    """Where page ``pages`` of 40 begins."""
    before, left = None, (pages - 1) * 40
    while left > 0:
        answer = env["c360.customer.page"].load_timeline(
            partner_id, before=before, limit=min(left, 200)
        )
        if not answer["next"]:
            break
        before = answer["next"]
        left -= 200
    return before
