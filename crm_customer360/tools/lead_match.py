"""How probable it is that two identities are one, and why.

Plain arithmetic: no ``odoo`` import, no database. Each field both records have adds a
weight: the logarithm of how much more often it looks like that among records of one
than among records of two (I. P. Fellegi, A. B. Sunter, A Theory for Record Linkage,
1969). The weights are in ``lead_weights``, learned from pairs with known truth.
"""

from math import exp
from typing import NamedTuple

from .lead_identity import Identity
from .lead_levels import STEPS, WORDS, same
from .lead_weights import BIAS, WEIGHTS

# from here on nearly all pairs are one (0.99 of them in the measured sets); below MAYBE
# hardly any is, between them a human looks
SURELY = 0.7
MAYBE = 0.2


_OTHERS = {("person", "family"), ("person", "different")}
_NONE: dict[str, float] = {}


class Part(NamedTuple):
    """What one field says: its level in a word, and its weight (natural logarithm)."""

    field: str
    level: str
    weight: float


class Match(NamedTuple):
    """The probability that two are one, between 0 and 1, and what it is made of."""

    score: float
    parts: tuple[Part, ...]


def compare(one: Identity, other: Identity) -> Match:
    """Return how probable it is that two identities are one, explained by field.

    >>> from .lead_identity import get_identity
    >>> john = get_identity(person="John Smith", zip="10115", phone="+4930123456")
    >>> match = compare(john, get_identity(
    ...     person="Smith, Jhon", zip="10115", phone="+4930123456"))
    >>> match.score > SURELY, [(part.field, part.level) for part in match.parts]
    (True, [('person', 'typing error'), ('phone', 'same'), ('zip', 'same')])
    >>> compare(john, get_identity(
    ...     person="Mary Smith", zip="10115", phone="+4930123456")).score > SURELY
    False
    """
    steps = get_steps(one, other)
    kind = get_kind(steps, bool(one.person or other.person))
    total = BIAS[kind]
    parts = []
    for field, step in steps:
        weight = WEIGHTS[kind].get(field, _NONE).get(step, 0.0)
        total += weight
        parts.append(Part(field, WORDS[step], weight))
    score = 1 / (1 + exp(-total)) if total > -700 else 0.0
    if steps and steps[0] in _OTHERS:
        # twins have all else in common: a human looks, however much it is
        score *= SURELY
    return Match(score, tuple(parts))


_KINDS = {
    "same": "one name",
    "plain": "one name",
    "typo": "one name",
    "typos": "one name",
    "called": "half a name",
    "like": "half a name",
    "short": "half a name",
    "single": "half a name",
    "family": "two names",
    "given": "two names",
    "different": "two names",
}


def get_kind(steps: list[tuple[str, str]], has_person: bool) -> str:
    """Return which weights two identities are compared by.

    An address two people share tells much if they have one name, and nothing if they
    are brothers: how the names compare decides what the rest says.

    :param has_person: whether one of the two is a person

    >>> get_kind([("person", "typo"), ("zip", "same")], True)
    'one name'
    >>> get_kind([("zip", "same")], True), get_kind([("zip", "same")], False)
    ('one nameless', 'no person')
    """
    if steps and steps[0][0] == "person":
        return _KINDS[steps[0][1]]
    return "one nameless" if has_person else "no person"


def get_steps(one: Identity, other: Identity) -> list[tuple[str, str]]:
    """Return the step of each field both identities have.

    >>> get_steps(Identity(person="a b", zip="1"), Identity(zip="1", city="x"))
    [('zip', 'same')]
    """
    steps = []
    for field, step_of, left, right in zip(
        Identity._fields, STEPS, one, other, strict=True
    ):
        if left and right:
            steps.append(
                (field, same(field, left) if left == right else step_of(left, right))
            )
    return steps
