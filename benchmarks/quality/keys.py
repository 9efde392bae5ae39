"""How many candidates a lookup among many records returns, by its kind of key."""

import random
import time
from array import array
from collections import Counter
from zlib import crc32

from .engine import tool
from .people import household, team, write_person
from .sets import DEVELOPMENT
from .vocabulary import Vocabulary

identity = tool("lead_identity")


def show(size):
    """Print what 2,000 of so many generated people would find."""
    draw = random.Random(5)
    (western, han, _seed) = DEVELOPMENT
    vocabularies = [Vocabulary(locale, draw) for locale in (*western, *han)]
    keys, sample, made = array("i"), [], 0
    spent = Counter()
    while made < size:
        vocabulary = draw.choice(vocabularies)
        for person in (team if draw.random() < 0.1 else household)(vocabulary, draw):
            record = write_person(draw, person)
            began = time.perf_counter()
            one = identity.get_identity(**record)
            spent["identity"] += time.perf_counter() - began
            began = time.perf_counter()
            found = identity.get_keys(one)
            spent["keys"] += time.perf_counter() - began
            keys.extend(found)
            made += 1
            if draw.random() < 2000 / size:
                sample.append((one, found))
    asked = {key for _one, found in sample for key in found}
    counts = Counter(key for key in keys if key in asked)
    totals = sorted(sum(counts[key] - 1 for key in found) for _one, found in sample)
    print(
        f"{made:,} records, {len(keys) / made:.1f} keys each;"
        f" identity {1e6 * spent['identity'] / made:.0f} µs,"
        f" keys {1e6 * spent['keys'] / made:.0f} µs"
    )
    print(
        f"candidates: mean {sum(totals) / len(totals):.1f},"
        f" median {totals[len(totals) // 2]}, 99 % below"
        f" {totals[len(totals) * 99 // 100]}, most {totals[-1]}"
    )
    by_kind, most = Counter(), Counter()
    for one, _found in sample:
        for parts in identity._get_key_parts(one):
            key = crc32("\t".join(parts).encode())
            others = counts[key - (1 << 32) if key >> 31 else key] - 1
            by_kind[parts[0]] += others
            most[parts[0]] = max(most[parts[0]], others)
    for kind, total in by_kind.most_common():
        print(f"  {kind:2} mean {total / len(sample):6.2f}, most {most[kind]}")
