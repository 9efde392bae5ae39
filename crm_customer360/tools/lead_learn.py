"""What won leads had in common: points learned from closed leads, and their test.

Plain arithmetic without numpy: conditions are met or not, so a hundred thousand leads
are a few hundred different patterns with two counts each, and a logistic regression
over them is a matter of milliseconds. No ``odoo`` import, no database, no clock.
"""

from collections import Counter
from math import exp, sqrt
from typing import NamedTuple

# How hard coefficients are drawn to zero: as if each condition had been seen to make no
# difference once (a normal prior with variance 1). Keeps rare conditions in bounds.
RIDGE = 1.0
STEPS = 50
CLOSE_ENOUGH = 1e-8
# Added to the host's counts, as the host does.
HOST_SMOOTHING = 0.1
# The host disregards tags seen less often.
HOST_TAG_COUNT = 50


class Case(NamedTuple):
    """A closed lead: which conditions it met, in their order, and how it ended."""

    features: tuple[int, ...]
    won: bool


class Back(NamedTuple):
    """How a scorer did on leads it had not seen.

    ``auc`` is the chance that a won lead was scored above a lost one (0.5: by luck),
    ``auc_error`` its standard error; ``key_precision`` the share of won among those
    called key; ``brier`` the mean squared error of the probability (less is better);
    ``deciles`` the (count, predicted share, won share) of ten groups by probability.
    """

    auc: float
    auc_error: float
    key_count: int
    key_precision: float
    brier: float
    deciles: tuple[tuple[int, float, float], ...]


def split_by_time(cases: list, share: float = 0.7) -> tuple[list, list]:
    """Return the older and the newer cases of a list in the order of time.

    >>> split_by_time([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    ([1, 2, 3, 4, 5, 6, 7], [8, 9, 10])
    """
    cut = round(len(cases) * share)
    return cases[:cut], cases[cut:]


def sigmoid(value: float) -> float:
    """Return the probability of these log odds.

    >>> sigmoid(0.0), round(sigmoid(2.0), 3), sigmoid(-1000.0)
    (0.5, 0.881, 0.0)
    """
    if value < -700:
        return 0.0
    return 1 / (1 + exp(-value))


def fit_weights(cases: list[Case], ridge: float = RIDGE) -> tuple[float, list[float]]:
    """Return intercept and one weight per condition, in log odds.

    Logistic regression by Newton's method with an L2 penalty on the weights, not on the
    intercept (Hastie, Tibshirani, Friedman: Elements of Statistical Learning, 4.4.1).

    >>> cases = [Case((1,), True)] * 30 + [Case((1,), False)] * 10
    >>> cases += [Case((0,), True)] * 10 + [Case((0,), False)] * 30
    >>> intercept, [weight] = fit_weights(cases)
    >>> round(intercept, 2), round(weight, 2)  # unpenalised: -1.10 and 2.20
    (-0.88, 1.75)
    """
    patterns = {}
    for case in cases:
        counts = patterns.setdefault(case.features, [0, 0])
        counts[case.won] += 1
    size = len(cases[0].features) + 1 if cases else 1
    beta = [0.0] * size
    rows = [((1, *features), lost, won) for features, (lost, won) in patterns.items()]
    for _step in range(STEPS):
        gradient = [0.0] + [-ridge * weight for weight in beta[1:]]
        hessian = [[0.0] * size for _ in range(size)]
        for place in range(1, size):
            hessian[place][place] = ridge
        for row, lost, won in rows:
            met = [place for place, value in enumerate(row) if value]
            chance = sigmoid(sum(beta[place] * row[place] for place in met))
            error = won - (lost + won) * chance
            spread = (lost + won) * chance * (1 - chance)
            for place in met:
                gradient[place] += error * row[place]
                line = hessian[place]
                for other in met:
                    line[other] += spread * row[place] * row[other]
        step = solve(hessian, gradient)
        beta = [weight + change for weight, change in zip(beta, step, strict=True)]
        if max(map(abs, step)) < CLOSE_ENOUGH:
            break
    return beta[0], beta[1:]


def solve(matrix: list[list[float]], values: list[float]) -> list[float]:
    """Return x of ``matrix · x = values`` (elimination with pivots).

    >>> solve([[2.0, 1.0], [1.0, 3.0]], [5.0, 10.0])
    [1.0, 3.0]
    """
    size = len(values)
    rows = [[*line, value] for line, value in zip(matrix, values, strict=True)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda place: abs(rows[place][column]))
        if abs(rows[pivot][column]) < 1e-12:
            continue
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for place in range(size):
            if place != column:
                factor = rows[place][column] / rows[column][column]
                if factor:
                    rows[place] = [
                        value - factor * other
                        for value, other in zip(rows[place], rows[column], strict=True)
                    ]
    return [
        rows[place][size] / rows[place][place]
        if abs(rows[place][place]) > 1e-12
        else 0.0
        for place in range(size)
    ]


def to_points(weights: list[float], budget: int) -> list[int]:
    """Return whole points in proportion to weights, of ``budget`` points in all.

    >>> to_points([1.5, -0.5, 0.0], budget=40)
    [30, -10, 0]
    >>> to_points([0.0], budget=40)
    [0]
    """
    total = sum(map(abs, weights))
    return [round(weight * budget / total) if total else 0 for weight in weights]


def get_points(features: tuple[int, ...], points: list[int]) -> int:
    """Return the points of the conditions that are met.

    >>> get_points((1, 0, 1), [10, 20, -5])
    5
    """
    return sum(value for met, value in zip(features, points, strict=True) if met)


def choose_threshold(points: list[int], share: float) -> int:
    """Return the points from which on about that share of the leads is.

    >>> choose_threshold([10, 20, 30, 40], 0.25)
    40
    >>> choose_threshold([10, 20, 30, 40], 0.5)
    30
    >>> choose_threshold([5, 5, 5, 9], 0.5)
    9
    """
    counts = Counter(points)
    best, best_distance, above = max(counts), 1.0, 0
    for value in sorted(counts, reverse=True):
        above += counts[value]
        distance = abs(above / len(points) - share)
        if distance < best_distance:
            best, best_distance = value, distance
    return best


def get_auc(scores: list[float], won: list[bool]) -> tuple[float, float]:
    """Return the area under the ROC curve and its standard error.

    Ties count half. Error: Hanley and McNeil 1982, Radiology 143, page 29.

    >>> get_auc([3, 2, 1], [True, True, False])[0]
    1.0
    >>> get_auc([1, 1], [True, False])[0]
    0.5
    """
    total = {True: 0, False: 0}
    by_score = {}
    for score, hit in zip(scores, won, strict=True):
        by_score.setdefault(score, [0, 0])[hit] += 1
        total[hit] += 1
    if not total[True] or not total[False]:
        return 0.5, 0.5
    below = pairs = 0
    for score in sorted(by_score):
        lost_here, won_here = by_score[score]
        pairs += won_here * (below + lost_here / 2)
        below += lost_here
    wins, losses = total[True], total[False]
    auc = pairs / (wins * losses)
    first, second = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = auc * (1 - auc) + (wins - 1) * (first - auc**2)
    spread += (losses - 1) * (second - auc**2)
    return auc, sqrt(max(spread, 0) / (wins * losses))


def calibrate(scores: list[float], won: list[bool]):
    """Return a function from a score to the probability of winning (Platt scaling).

    >>> chance = calibrate([0, 0, 0, 0, 9, 9, 9, 9], [0, 0, 0, 1, 0, 1, 1, 1])
    >>> chance(9) > 0.6 > 0.4 > chance(0)
    True
    """
    mean = sum(scores) / len(scores)
    spread = sqrt(sum((score - mean) ** 2 for score in scores) / len(scores)) or 1.0
    intercept, [slope] = fit_weights(
        [
            Case(((score - mean) / spread,), bool(hit))
            for score, hit in zip(scores, won, strict=True)
        ]
    )
    return lambda score: sigmoid(intercept + slope * (score - mean) / spread)


def test_back(
    scores: list[float], chances: list[float], won: list[bool], threshold: float
) -> Back:
    """Return how a scorer did.

    :param scores: per lead, more is better
    :param chances: per lead, the probability it stated, 0 to 1
    :param won: per lead, how it ended
    :param threshold: from this score on it called a lead key

    >>> back = test_back([9, 9, 1, 1], [0.9, 0.9, 0.1, 0.1], [1, 1, 0, 0], 5)
    >>> back.auc, back.key_count, back.key_precision, round(back.brier, 2)
    (1.0, 2, 1.0, 0.01)
    >>> len(back.deciles)
    4
    """
    won = [bool(hit) for hit in won]
    auc, error = get_auc(scores, won)
    key = [hit for score, hit in zip(scores, won, strict=True) if score >= threshold]
    brier = sum((chance - hit) ** 2 for chance, hit in zip(chances, won, strict=True))
    return Back(
        auc=auc,
        auc_error=error,
        key_count=len(key),
        key_precision=sum(key) / len(key) if key else 0.0,
        brier=brier / len(won),
        deciles=_get_deciles(chances, won),
    )


test_back.__test__ = False


def _get_deciles(chances, won):
    """Return ten groups of equal size, from the least likely on."""
    ranked = sorted(zip(chances, won, strict=True))
    groups = min(10, len(ranked))
    cuts = [round(len(ranked) * place / groups) for place in range(groups + 1)]
    return tuple(
        (
            end - start,
            sum(chance for chance, _hit in ranked[start:end]) / (end - start),
            sum(hit for _chance, hit in ranked[start:end]) / (end - start),
        )
        for start, end in zip(cuts, cuts[1:], strict=False)
    )


def fit_host(cases: list[tuple[frozenset, bool]]):
    """Return the host's predictive scoring, fitted on these cases only.

    The host's own figures know how the tested leads ended. This is its formula (naive
    Bayes over field and value, 0.1 added to each count, tags seen less than 50 times
    left out), over all teams together and without the stage, which a closed lead has
    from its end.

    >>> cases = [(frozenset({("country_id", 1)}), True)] * 8
    >>> cases += [(frozenset({("country_id", 2)}), False)] * 8
    >>> chance = fit_host(cases)
    >>> chance({("country_id", 1)}) > 0.9, chance({("country_id", 2)}) < 0.1, chance(())
    (True, True, 0.5)
    """
    total = Counter(won for _pairs, won in cases)
    counts = {True: Counter(), False: Counter()}
    for pairs, won in cases:
        counts[won].update(pairs)
    seen = {
        pair
        for pair in counts[True] | counts[False]
        if pair[0] != "tag_id"
        or counts[True][pair] + counts[False][pair] >= HOST_TAG_COUNT
    }
    field_total = {True: Counter(), False: Counter()}
    for pair in seen:
        for won in (True, False):
            field_total[won][pair[0]] += counts[won][pair] + HOST_SMOOTHING

    def get_chance(pairs):
        odds = [total[False] / len(cases), total[True] / len(cases)]
        for pair in pairs:
            if pair in seen:
                for won in (False, True):
                    share = counts[won][pair] + HOST_SMOOTHING
                    odds[won] *= share / field_total[won][pair[0]]
        return odds[1] / (sum(odds) or 1)

    return get_chance
