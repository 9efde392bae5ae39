"""Lead results, the pool board and what the daily summary looks at."""

from benchmarks.kit.bench import payload
from benchmarks.kit.measure import at_most
from benchmarks.kit.register import case

REPORT = "c360.lead.report"
BOARD = "c360.pool.board"
SUMMARY = "c360.lead.summary"
MEASURES = ["lead_count:sum", "valid_count:sum", "won_count:sum", "revenue:sum"]

# What any table of results has to do: read every lead once, add up the orders won.
RESULTS = """
    SELECT lead.source_id, COUNT(*),
           COUNT(*) FILTER (WHERE lead.check_state IS DISTINCT FROM 'invalid'),
           COUNT(*) FILTER (WHERE lead.won_status = 'won'),
           SUM(COALESCE(sale.amount, lead.expected_revenue))
               FILTER (WHERE lead.won_status = 'won')
      FROM crm_lead AS lead
 LEFT JOIN (
           SELECT opportunity_id, SUM(amount_untaxed) AS amount
             FROM sale_order
            WHERE state = 'sale' AND opportunity_id IS NOT NULL
         GROUP BY 1
           ) AS sale ON sale.opportunity_id = lead.id
  GROUP BY 1
"""
MOVES = """
    SELECT pool_id, kind, COUNT(*)
      FROM c360_pool_move
     WHERE date >= now() - INTERVAL '30 days'
  GROUP BY GROUPING SETS ((pool_id, kind), (user_id, kind))
"""
ALL_LEADS = "SELECT COUNT(*) FROM crm_lead"


def _results(env):
    return env[REPORT]._read_group([], ["source_id"], MEASURES)


def _board(env):
    return env[BOARD].load("month")


def _leaders(env):
    return env[SUMMARY]._get_leaders()


def _run(query):
    def run(env):
        env.cr.execute(query)
        return env.cr.fetchall()

    return run


@case(REPORT)
def lead_results(bench):
    """What became of all leads by source, against the plain aggregate."""
    bench.compare(
        "results of all leads by source / plain SQL",
        _results,
        _run(RESULTS),
        at_most(3),
    )


@case(BOARD)
def pool_board(bench):
    """The pool board of a month, against one count of the ledger."""
    bench.compare("pool board of a month / one count", _board, _run(MOVES))
    with bench.env() as env:
        bench.note("pool board, KB", f"{payload(_board(env)):.1f}")


@case(SUMMARY)
def overdue(bench):
    """Who has to be told what is overdue, against counting all leads."""
    bench.compare(
        "leaders with something overdue / counting all leads",
        _leaders,
        _run(ALL_LEADS),
    )
