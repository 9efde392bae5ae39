"""Run a way of finding duplicates over a set, and count what it got right."""

import time
from collections import defaultdict
from typing import NamedTuple

from .engine import tool

identity = tool("lead_identity")
match = tool("lead_match")


class Verdict(NamedTuple):
    """Pairs found, of these right, and of all there are: precision, recall, F1."""

    found: int
    right: int
    there: int

    @property
    def precision(self):
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self):
        return self.right / self.there

    @property
    def f1(self):
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self):
        return f"{self.precision:.4f} | {self.recall:.4f} | {self.f1:.4f}"


def judge(pairs, truth):
    """Return the verdict on a set of pairs."""
    pairs = set(pairs)
    return Verdict(len(pairs), len(pairs & truth), len(truth))


def identities(records):
    return [identity.get_identity(**record) for record in records]


def candidates(left, right):
    """Return the pairs of positions that share a key; one list: each pair once."""
    places = defaultdict(list)
    for place, one in enumerate(right):
        for key in identity.get_keys(one):
            places[key].append(place)
    return {
        (place, other)
        for place, one in enumerate(left)
        for key in identity.get_keys(one)
        for other in places.get(key, ())
        if left is not right or place < other
    }


class Outcome(NamedTuple):
    name: str
    surely: Verdict
    maybe: Verdict
    blocking: Verdict
    host: Verdict
    seconds: float
    # microseconds
    per_compare: float
    scores: dict


def run(sets):
    """Return what the engine makes of a set."""
    began = time.perf_counter()
    left = identities(sets.left)
    right = left if sets.right is sets.left else identities(sets.right)
    pairs = candidates(left, right)
    started = time.perf_counter()
    scores = {
        (one, other): match.compare(left[one], right[other]).score
        for one, other in pairs
    }
    ended = time.perf_counter()

    def above(limit):
        return judge(
            (pair for pair, score in scores.items() if score >= limit), sets.truth
        )

    return Outcome(
        sets.name,
        above(match.SURELY),
        above(match.MAYBE),
        judge(pairs, sets.truth),
        judge(host_pairs(sets), sets.truth),
        ended - began,
        1e6 * (ended - started) / max(1, len(pairs)),
        scores,
    )


def host_pairs(sets):
    """Return what Odoo's crm finds: the same normalised e-mail address.

    ``crm.lead._get_lead_duplicates`` asks for the same address or the same customer;
    records that were never linked to a customer have only the address.
    """
    places = defaultdict(list)
    for place, record in enumerate(sets.right):
        if record.get("email"):
            places[record["email"].strip().lower()].append(place)
    return {
        (place, other)
        for place, record in enumerate(sets.left)
        for other in places.get((record.get("email") or "").strip().lower(), ())
        if sets.left is not sets.right or place < other
    }
