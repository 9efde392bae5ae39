"""How probable it is that two identities are one, and why.

Plain arithmetic: no ``odoo`` import, no database. Each field both records have adds a
weight: the logarithm of how much more often it looks like that among records of one
than among records of two (I. P. Fellegi, A. B. Sunter, A Theory for Record Linkage,
1969).
"""

from math import exp
from typing import NamedTuple

from rapidfuzz.distance import OSA

from .lead_identity import Identity, split_street
from .lead_text import sound

# from here on a human need not look; below MAYBE none has to
SURELY = 0.95
MAYBE = 0.5


class Part(NamedTuple):
    """What one field says: its level in a word, and its weight."""

    field: str
    level: str
    weight: float


class Match(NamedTuple):
    """The probability that two are one, between 0 and 1, and what it is made of."""

    score: float
    parts: tuple[Part, ...]


LEVELS = ("same", "typing error", "similar", "different", "unknown")
_BIAS = -9.0
_WEIGHTS = {
    "person": (8.0, 6.0, 1.0, -6.0),
    "company": (5.0, 4.0, 2.0, -2.5),
    "email": (9.0, 7.0, 2.0, -1.0),
    "phone": (7.0, 4.0, 1.0, -1.0),
    "street": (4.0, 3.0, 2.0, -1.0),
    "zip": (2.5, 1.5, 1.0, -1.0),
    "city": (1.5, 1.0, 0.5, -1.0),
    "country": (0.0, 0.0, 0.0, -4.0),
    "vat": (9.0, 5.0, 0.0, -5.0),
    "birthdate": (6.0, 3.0, 1.0, -6.0),
}


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
    total = _BIAS
    parts = []
    for field, left, right in zip(Identity._fields, one, other, strict=True):
        if left and right:
            level = (
                0
                if left == right
                else _LEVEL_OF.get(field, _level_of_text)(left, right)
            )
            weight = _WEIGHTS[field][level]
            total += weight
            parts.append(Part(field, LEVELS[level], weight))
    return Match(1 / (1 + exp(-total)), tuple(parts))


def _level_of_text(one: str, other: str) -> int:
    """Return the level of two texts.

    >>> _level_of_text("berlin", "berlni"), _level_of_text("berlin", "bonn")
    (1, 3)
    """
    size = max(len(one), len(other))
    allowed = 2 if size > 6 else 1
    return 1 if OSA.distance(one, other, score_cutoff=allowed) <= allowed else 3


def _level_of_person(one: str, other: str) -> int:
    """Return the level of two names, whatever their order.

    >>> _level_of_person("john smith", "smith john")
    0
    >>> _level_of_person("j smith", "john smith")
    2
    >>> _level_of_person("john smith", "mary smith")
    3
    """
    rest, worst = other.split(), 0
    names = one.split()
    if len(names) > len(rest):
        names, rest = rest, names
    for name in sorted(names, key=len, reverse=True):
        levels = [_level_of_name(name, candidate) for candidate in rest]
        level = min(levels)
        rest.pop(levels.index(level))
        worst = max(worst, level)
    return max(worst, 2) if len(names) == 1 and rest else worst


def _level_of_name(one: str, other: str) -> int:
    if one == other:
        return 0
    if len(one) == 1 or len(other) == 1:
        return 2 if one[0] == other[0] else 3
    return 1 if sound(one) == sound(other) else _level_of_text(one, other)


def _level_of_phone(one: str, other: str) -> int:
    one, other = one[-9:], other[-9:]
    if one == other:
        return 0
    return 1 if OSA.distance(one, other, score_cutoff=1) <= 1 else 3


def _level_of_street(one: str, other: str) -> int:
    street, numbers = split_street(one)
    other_street, other_numbers = split_street(other)
    level = 0 if street == other_street else _level_of_text(street, other_street)
    if level < 2 and numbers[:1] != other_numbers[:1]:
        return 2
    return level


def _level_of_exact(one: str, other: str) -> int:
    return 3


_LEVEL_OF = {
    "person": _level_of_person,
    "phone": _level_of_phone,
    "street": _level_of_street,
    "country": _level_of_exact,
}
