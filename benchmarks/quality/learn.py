"""Learn the weights from the sets of development (scikit-learn needed).

A logistic regression over the steps of all candidate pairs: the weights of Fellegi and
Sunter, without their assumption that fields err independently. Unknown weighs nothing.
"""

from .engine import tool
from .judge import candidates, identities

match = tool("lead_match")


def observations(sets):
    """Return kind, steps and truth of every candidate pair of a set."""
    left = identities(sets.left)
    right = left if sets.right is sets.left else identities(sets.right)
    for one, other in candidates(left, right):
        steps = match.get_steps(left[one], right[other])
        yield (
            match.get_kind(steps, bool(left[one].person or right[other].person)),
            [f"{field}.{step}" for field, step in steps],
            (one, other) in sets.truth,
        )


# what no set may teach: likeness never speaks against one, difference never for it
_LIKE, _UNLIKE = (0.0, 9.0), (-4.0, 0.0)
_BOUNDS = {
    "same": _LIKE,
    "role": _LIKE,
    "typo": _LIKE,
    "near": (-1.5, 6.0),
    "part": (-1.5, 6.0),
    "number": (-1.5, 3.0),
    "different": _UNLIKE,
    # FEBRL replaces dates of birth by others; people do not
    "birthdate.different": (-6.0, -1.5),
    "vat.different": (-6.0, -1.5),
    "country.different": (-4.0, -1.0),
}
# what is known before the fields are looked at: in a database of millions a name and a
# town are shared by many, which sets of thousands do not show
_MOST_BIAS = {
    "one name": -3.5,
    "half a name": -5.0,
    "two names": -8.0,
    "one nameless": -4.5,
    "no person": -4.5,
}
KINDS = tuple(_MOST_BIAS)


def learn(all_sets, strength=3.0):
    """Return biases and weights per kind.

    :param strength: inverse of the penalty on large weights
    """
    rows = [row for sets in all_sets for row in observations(sets)]
    biases, weights = {}, {}
    for kind in KINDS:
        chosen = [(steps, truth) for of, steps, truth in rows if of == kind]
        names, values = fit(chosen, strength, _MOST_BIAS[kind])
        biases[kind] = round(float(values[-1]), 2)
        weights[kind] = {}
        for name, weight in zip(names, values, strict=False):
            field, _dot, step = name.partition(".")
            weights[kind].setdefault(field, {})[step] = round(float(weight), 2)
        print(kind, len(chosen), "pairs,", sum(t for _s, t in chosen), "matches")
    return biases, weights


def fit(rows, strength, most_bias):
    """Return the names of the steps, and their weights; the last one is the bias."""
    import numpy
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix
    from scipy.special import expit

    # a step that must not speak for or against may yet be unseen
    known = {f"{field}.{step}" for field in ("email", "phone") for step in ("same",)}
    names = sorted({step for steps, _truth in rows for step in steps} | known)
    column = {name: number for number, name in enumerate(names)}
    cells = [(row, column[s]) for row, (steps, _t) in enumerate(rows) for s in steps]
    cells += [(row, len(names)) for row in range(len(rows))]
    matrix = csr_matrix(
        (numpy.ones(len(cells)), tuple(zip(*cells, strict=True))),
        shape=(len(rows), len(names) + 1),
    )
    truth = numpy.array([float(truth) for _steps, truth in rows])

    def loss(weights):
        total = matrix @ weights
        penalty = weights[:-1] @ weights[:-1] / (2 * strength)
        value = numpy.logaddexp(0, total).sum() - truth @ total + penalty
        slope = matrix.T @ (expit(total) - truth)
        slope[:-1] += weights[:-1] / strength
        return value, slope

    bounds = [
        # by name alone, nobody is anybody
        (-5.0, 0.5)
        if name.startswith("person")
        else _BOUNDS.get(name) or _BOUNDS.get(name.partition(".")[2], (None, None))
        for name in names
    ]
    start = numpy.array(
        [sum(filter(None, bound)) / 2 for bound in bounds] + [most_bias]
    )
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, most_bias)]
    )
    return names, found.x


def write(biases, weights, path):
    """Write the module of the weights."""
    lines = [
        '"""What each likeness weighs: natural logarithms of odds.',
        "",
        "Written by ``python -m benchmarks.quality --learn``; how they are learned is",
        "in benchmarks/quality/README.md.",
        "",
        ">>> sorted(WEIGHTS) == sorted(BIAS)",
        "True",
        '"""',
        "",
        "# what a pair that shares a key is worth before its fields are looked at",
        f"BIAS = {biases!r}",
        f"WEIGHTS = {weights!r}",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
