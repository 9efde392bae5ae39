#!/usr/bin/env python3
"""Measure crm_customer360 against plain SQL and against its host; print ratios.

    C360_DB=bench C360_ODOO_CONF=odoo.conf python benchmarks/run.py [--smoke]

The database is a fresh one with the addon installed, or one a run has filled before.
Time fails nothing: the status is 0 unless a case breaks or a count is wrong.
"""

import argparse
import json
import sys
import time
import traceback
from dataclasses import replace
from datetime import date
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.filling.sizes import Sizes, add_size_arguments, sizes_from_arguments
from benchmarks.kit import host, report
from benchmarks.kit.register import chosen, load_cases
from benchmarks.kit.report import Row

DEFAULT = Sizes().scaled(0.1)
SMOKE = replace(Sizes().scaled(0.002), probes=(10, 50, 300))


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-d", "--database", help="default: C360_DB")
    parser.add_argument("-c", "--config", help="default: C360_ODOO_CONF")
    parser.add_argument("--smoke", action="store_true", help="small and two pairs")
    parser.add_argument(
        "--only", action="append", metavar="WORD", help="cases whose name has the word"
    )
    parser.add_argument("--pairs", type=int, help="measurements of each side")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there too")
    parser.add_argument("--markdown", action="store_true", help="print for a README")
    parser.add_argument("--list", action="store_true", help="name the cases and stop")
    add_size_arguments(parser)
    return parser.parse_args(words)


def prepare(registry, sizes, smoke):
    """Return the fill of the database; make it when there is none."""
    from benchmarks.fill import progress
    from benchmarks.filling import steps

    with host.environment(registry) as env:
        fill = steps.opened(env)
        if fill is None:
            print("Filling", flush=True)
            # the small one also proves that every reference is right
            fill = steps.fill_database(env, sizes, progress, trust=not smoke)
    return fill


def run_case(case, bench):
    """Run a case; whatever it raises becomes a row, and the next case runs."""
    missing = case.missing(bench.registry)
    if missing:
        bench.add(Row(case.name, "needs " + ", ".join(missing), verdict=report.SKIPPED))
        return
    try:
        case.run(bench)
    except Exception as error:
        traceback.print_exc()
        text = str(error).strip().splitlines()
        bench.add(Row(case.name, (text[-1] if text else "")[:60], verdict=report.ERROR))


def main(words=None) -> int:
    arguments = parse(words)
    cases = chosen(load_cases(), arguments.only)
    if arguments.list or not cases:
        for case in cases:
            print(f"{case.name:<32} {case.title}")
        return 0 if cases else 2
    try:
        sizes = sizes_from_arguments(
            arguments, date.today(), SMOKE if arguments.smoke else DEFAULT
        )
        database, configuration = host.settings(arguments.database, arguments.config)
        registry = host.open_registry(database, configuration)
    except (ValueError, host.Unusable) as error:
        print(error, file=sys.stderr)
        return 2
    from benchmarks.kit.bench import Bench

    began = time.monotonic()
    bench = Bench(
        registry,
        prepare(registry, sizes, arguments.smoke),
        arguments.pairs or (2 if arguments.smoke else 5),
        arguments.smoke,
        say=lambda row: print("  " + "  ".join(filter(None, row.cells())), flush=True),
    )
    for case in cases:
        print(case.name, flush=True)
        run_case(case, bench)
    return finish(bench, arguments, time.monotonic() - began)


def finish(bench, arguments, duration) -> int:
    sizes = bench.fill.sizes
    print()
    print((report.markdown if arguments.markdown else report.table)(bench.rows))
    print(
        f"\n{sizes.partners:,} partners, {sizes.leads:,} leads, "
        f"{sizes.all_orders:,} orders, {sizes.touches:,} contacts; "
        f"{bench.pairs} pairs; {duration:.0f} s"
    )
    if arguments.json:
        Path(arguments.json).write_text(
            json.dumps(
                {"sizes": sizes.as_dict(), "rows": report.as_json(bench.rows)}, indent=1
            ),
            encoding="utf-8",
        )
    failed = [row.case for row in bench.rows if row.fails]
    if failed:
        print("Failed: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
