#!/usr/bin/env python3
"""Fill an installed database with a company's past, by set-based SQL.

C360_DB=bench C360_ODOO_CONF=odoo.conf python benchmarks/fill.py --scale 0.1
... python benchmarks/fill.py --clean
"""

import argparse
import sys
import time
from datetime import date
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.filling.sizes import add_size_arguments, sizes_from_arguments
from benchmarks.kit import host


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-d", "--database", help="default: C360_DB")
    parser.add_argument("-c", "--config", help="default: C360_ODOO_CONF")
    parser.add_argument("--clean", action="store_true", help="remove what was filled")
    parser.add_argument(
        "--checked", action="store_true", help="check foreign keys row by row (slower)"
    )
    add_size_arguments(parser)
    return parser.parse_args(words)


def progress(step, done, total, rate, seconds):
    print(
        f"  {step:<10} {done:>9,} of {total:<9,} {rate:>8,.0f}/s {seconds:>6.1f} s",
        flush=True,
    )


def main(words=None) -> int:
    arguments = parse(words)
    try:
        sizes = sizes_from_arguments(arguments, date.today())
        database, configuration = host.settings(arguments.database, arguments.config)
        registry = host.open_registry(database, configuration)
    except (ValueError, host.Unusable) as error:
        print(error, file=sys.stderr)
        return 2
    from benchmarks.filling import steps
    from benchmarks.filling.store import FilledOtherwise

    began = time.monotonic()
    with host.environment(registry) as env:
        if arguments.clean:
            rows = steps.clean_database(
                env, lambda table, count: print(f"  {table:<32} {count:>9,} removed")
            )
            print(f"{rows:,} rows removed in {time.monotonic() - began:.1f} s")
            return 0
        try:
            steps.fill_database(env, sizes, progress, not arguments.checked)
        except FilledOtherwise as error:
            print(error, file=sys.stderr)
            return 2
    print(f"Filled {database} in {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
