"""The same people found by other ways: Splink, and plain Fellegi-Sunter by EM.

Splink gets the normalised identities, rules for candidates much like our keys, and its
documented comparisons for names, addresses and dates; it learns without labels.
"""

import resource
import time

from . import judge, sets

RULES = (
    ("email",),
    ("phone",),
    ("first", "zip"),
    ("last", "zip"),
    ("first", "street"),
    ("last", "street"),
    ("first", "last"),
    ("first", "birthdate"),
    ("last", "birthdate"),
    ("zip", "street"),
)


def show(part):
    """Print a line per set and way: at its best threshold, and at 0.9."""
    print("| set | way | P | R | F1 | best F1 | seconds | MB more |")
    print("|---|---|---|---|---|---|---|---|")
    # the crowd of companies needs other comparisons: people only
    for each in [*sets.development(part)[:2], sets.public.febrl(3)]:
        for name, way in (("ours", ours), ("Splink", splink)):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            began = time.perf_counter()
            scores = way(each)
            seconds = time.perf_counter() - began
            more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            limit = judge.match.SURELY if name == "ours" else 0.9
            verdict = judge.judge(
                (pair for pair, score in scores.items() if score >= limit), each.truth
            )
            print(
                f"| {each.name} | {name} | {verdict} | {best(scores, each.truth):.4f} "
                f"| {seconds:.1f} | {more / 1024:.0f} |",
                flush=True,
            )


def best(scores, truth):
    """Return the best F1 any threshold gives."""
    found = right = 0
    most = 0.0
    for pair in sorted(scores, key=scores.get, reverse=True):
        found += 1
        right += pair in truth
        most = max(most, 2 * right / (found + len(truth)))
    return most


def ours(each):
    return judge.run(each).scores


def splink(each):
    import pandas
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    one_list = each.left is each.right
    frames = [pandas.DataFrame(rows(each.left, "l"))]
    if not one_list:
        frames.append(pandas.DataFrame(rows(each.right, "r")))
    # a column that is empty everywhere cannot be learned
    used = [name for name in frames[0] if frames[0][name].notna().any()]
    kinds = {
        "first": cl.JaroWinklerAtThresholds("first", [0.92, 0.8]),
        "last": cl.JaroWinklerAtThresholds("last", [0.92, 0.8]),
        "email": cl.LevenshteinAtThresholds("email", [2]),
        "phone": cl.LevenshteinAtThresholds("phone", [1]),
        "street": cl.LevenshteinAtThresholds("street", [2, 5]),
        "zip": cl.LevenshteinAtThresholds("zip", [1]),
        "city": cl.LevenshteinAtThresholds("city", [2]),
        "birthdate": cl.LevenshteinAtThresholds("birthdate", [1]),
    }
    rules = [block_on(*rule) for rule in RULES if set(rule) <= set(used)]
    settings = SettingsCreator(
        link_type="dedupe_only" if one_list else "link_only",
        comparisons=[kind for name, kind in kinds.items() if name in used],
        blocking_rules_to_generate_predictions=rules,
    )
    api = DuckDBAPI()
    tables = [api.register(frame) for frame in frames]
    linker = Linker(tables, settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("first", "last", "zip")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in (("first", "last"), ("zip", "street")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*rule)
        )
    found = linker.inference.predict().as_pandas_dataframe()
    scores = {}
    for one, other, score in zip(
        found["unique_id_l"],
        found["unique_id_r"],
        found["match_probability"],
        strict=True,
    ):
        pair = sorted((one, other))
        if one_list:
            place, other_place = sorted((int(one[1:]), int(other[1:])))
        else:
            place, other_place = int(pair[0][1:]), int(pair[1][1:])
        scores[place, other_place] = float(score)
    return scores


def rows(records, side):
    """Return records as Splink wants them: both names apart, no gaps as ""."""
    for place, one in enumerate(judge.identities(records)):
        names = one.person.split()
        yield {
            "unique_id": f"{side}{place}",
            "first": names[0] if names else None,
            "last": names[-1] if len(names) > 1 else None,
            "email": one.email or None,
            "phone": one.phone[-9:] or None,
            "street": one.street or None,
            "zip": one.zip or None,
            "city": one.city or None,
            "birthdate": one.birthdate or None,
        }
