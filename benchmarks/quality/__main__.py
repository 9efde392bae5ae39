"""Measure how well duplicates are found.

    python -m benchmarks.quality                 # the sets of development
    python -m benchmarks.quality --held-out      # the sets kept for the end
    python -m benchmarks.quality --rivals        # other ways, on the held-out people
    python -m benchmarks.quality --keys 100000   # candidates of a lookup among so many
    python -m benchmarks.quality --learn         # learn the weights anew

Needs benchmarks/quality/requirements.txt, and no Odoo.
"""

import argparse
import sys

from . import judge, sets


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--rivals", action="store_true")
    parser.add_argument("--learn", action="store_true")
    parser.add_argument("--keys", type=int, metavar="RECORDS")
    parser.add_argument(
        "--part", type=float, default=1.0, help="of the generated sizes"
    )
    arguments = parser.parse_args(words)
    if arguments.learn:
        from . import engine, learn

        learn.write(*learn.learn(sets.training()), engine.TOOLS / "lead_weights.py")
    elif arguments.keys:
        from . import keys

        keys.show(arguments.keys)
    elif arguments.rivals:
        from . import rivals

        rivals.show(arguments.part)
    else:
        chosen = sets.held_out if arguments.held_out else sets.development
        show(chosen(arguments.part))
    return 0


def show(all_sets):
    """Print a table: precision, recall, F1 per set and threshold."""
    print(
        "| set | records | pairs | surely: P | R | F1 | maybe: P | R | F1 | keys: R"
        " | candidates each | host: P | R | F1 | compare |"
    )
    print("|---|" + "---|" * 14)
    for each in all_sets:
        found = judge.run(each)
        size = len(each.left) + (len(each.right) if each.right is not each.left else 0)
        print(
            f"| {found.name} | {size:,} | {len(each.truth):,} | {found.surely} "
            f"| {found.maybe} | {found.blocking.recall:.4f} "
            f"| {found.blocking.found / len(each.left):.1f} | {found.host} "
            f"| {found.per_compare:.0f} µs |",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
