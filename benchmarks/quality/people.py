"""People with known truth: households, colleagues and namesakes, copied with errors.

Of a population, 5,000 are on the left; of these, four in five are on the right once
more, as somebody else would have typed them; the rest of the right are others, most
of them relatives, colleagues and namesakes of people on the left.
"""

import random
from typing import NamedTuple

from .errors import mistype, mistype_number, without_accents
from .vocabulary import Vocabulary

FREE = (
    "gmail.com gmail.com gmx.net hotmail.com yahoo.com web.de outlook.com qq.com"
    " 163.com"
)


class Sets(NamedTuple):
    """Two lists of raw records, and the pairs of positions that are one."""

    name: str
    left: list[dict]
    right: list[dict]
    truth: set[tuple[int, int]]


def make_people(name, locales, size, seed, work=0.2):
    """Return two lists of people.

    :param size: records in each list
    :param work: part of those known by their place of work
    """
    draw = random.Random(seed)
    vocabularies = [Vocabulary(locale, draw) for locale in locales]
    population = []
    while len(population) < size * 5 // 4:
        vocabulary = draw.choice(vocabularies)
        if draw.random() < work / 3:
            population += team(vocabulary, draw)
        else:
            population += household(vocabulary, draw)
    for person in draw.sample(population, len(population) * 3 // 100):
        # a namesake: somebody else of the same name, elsewhere
        double = draw.choice(population)
        if double["vocabulary"] is person["vocabulary"]:
            person |= {key: double[key] for key in ("given", "family")}
            person["email"] = _email(person["vocabulary"], draw, person)
    draw.shuffle(population)
    return pair_up(name, population, size, draw, copy_person, write_person)


def pair_up(name, population, size, draw, copy, write):
    """Return the two lists: the first on the left, copies and others on the right."""
    both = size * 4 // 5
    left, others = population[:size], population[size : size + size - both]
    right = [(copy(draw, one), place) for place, one in enumerate(left[:both])]
    right += [(one, None) for one in others]
    draw.shuffle(right)
    truth = {
        (place, number)
        for number, (_one, place) in enumerate(right)
        if place is not None
    }
    return Sets(
        name,
        [write(draw, one) for one in left],
        [write(draw, one) for one, _place in right],
        truth,
    )


def household(vocabulary, draw):
    """Return one to four people under one roof, at times with one number."""
    family, address = vocabulary.family.pick(draw), vocabulary.address()
    line, shares_line = vocabulary.phone(), draw.random() < 0.4
    size = draw.choices((1, 2, 3, 4), (55, 25, 12, 8))[0]
    birthdates = [_birthdate(draw) for _number in range(size)]
    if size > 2 and draw.random() < 0.1:
        birthdates[-1] = birthdates[-2]
    people, given = [], vocabulary.given.pick(draw)
    for birthdate in birthdates:
        if people:
            given = _sibling(vocabulary, draw, given)
        person = {
            "vocabulary": vocabulary,
            "given": given,
            "family": family if draw.random() < 0.9 else vocabulary.family.pick(draw),
            "phone": line if shares_line else vocabulary.phone(),
            "birthdate": birthdate,
            "company": "",
            **address,
        }
        if person["given"] in [other["given"] for other in people]:
            continue
        person["email"] = _email(vocabulary, draw, person)
        if people and draw.random() < 0.06:
            person["email"] = people[0]["email"]
        people.append(person)
    return [_with_gaps(draw, person) for person in people]


def _sibling(vocabulary, draw, given):
    """Return another given name; Chinese siblings often share a character."""
    other = vocabulary.given.pick(draw)
    if vocabulary.is_han and draw.random() < 0.3 and len(given) == len(other) == 2:
        return given[0] + other[1]
    return other


def team(vocabulary, draw):
    """Return two to five colleagues, with the address of their work."""
    name, form = vocabulary.company()
    address, line = vocabulary.address(), vocabulary.phone()
    domain = vocabulary.domain("".join(mail_letters(name, draw)))
    people = []
    for _number in range(draw.randrange(2, 6)):
        person = {
            "vocabulary": vocabulary,
            "given": vocabulary.given.pick(draw),
            "family": vocabulary.family.pick(draw),
            "company": f"{name}{'' if vocabulary.is_han else ' '}{form}",
            "phone": line if draw.random() < 0.5 else vocabulary.phone(),
            "birthdate": "",
            **address,
        }
        person["email"] = _email(vocabulary, draw, person, domain)
        if draw.random() < 0.1:
            person["email"] = f"info@{domain}"
        people.append(_with_gaps(draw, person))
    return people


def _with_gaps(draw, person):
    """Return what is on file: much is not, but there is a road to the person."""
    gone = [
        field
        for field, part in (("email", 0.25), ("phone", 0.15), ("birthdate", 0.8))
        if draw.random() < part
    ]
    if draw.random() < 0.15:
        gone += ["street"] if draw.random() < 0.5 else ["street", "zip", "city"]
    if {"email", "phone", "street"} <= set(gone):
        gone.remove("phone")
    return person | dict.fromkeys(gone, "")


def _birthdate(draw):
    return (
        f"{draw.randrange(1940, 2006)}-{draw.randrange(1, 13):02d}"
        f"-{draw.randrange(1, 29):02d}"
    )


def mail_letters(text, draw):
    """Return the ASCII letters of a text; for Chinese, letters like those of pinyin."""
    for letter in without_accents(draw, text):
        if letter.isascii():
            if letter.isalpha():
                yield letter.lower()
        else:
            code = ord(letter)
            yield (
                "bdfghjklmnpqrstwxyz"[code % 19]
                + "aeiou"[code % 5]
                + ("n", "")[code % 2]
            )


def _email(vocabulary, draw, person, domain=""):
    """Return an address nobody else has."""
    address = _draw_email(vocabulary, draw, person, domain)
    while address in vocabulary.taken:
        local, _at, rest = address.partition("@")
        address = f"{local}{draw.randrange(10)}@{rest}"
    vocabulary.taken.add(address)
    return address


def _draw_email(vocabulary, draw, person, domain):
    given = "".join(mail_letters(person["given"], draw))
    family = "".join(mail_letters(person["family"], draw))
    domain = domain or draw.choice(FREE.split())
    if vocabulary.is_han and not domain.endswith("example") and draw.random() < 0.5:
        return f"{draw.randrange(10**7, 10**10)}@qq.com"
    local = draw.choice(
        (f"{given}.{family}", f"{given[0]}{family}", f"{family}.{given}",
         f"{given}{draw.randrange(1, 99)}", f"{given}.{family}{draw.randrange(60, 99)}",
         f"{given[:3]}{family[:4]}{draw.randrange(100)}")
    )  # fmt: skip
    return f"{local}@{domain}"


# what may be wrong with a copy, and how often
ERRORS = {
    "typo given": 12, "typo family": 12, "initial": 4, "middle name": 5, "move": 10,
    "new phone": 12, "new email": 10, "typo email": 6, "typo phone": 8,
    "typo street": 8, "typo number": 3, "typo zip": 6, "typo city": 6,
    "typo birthdate": 3, "no email": 8, "no phone": 8, "no street": 6, "no zip": 5,
    "no city": 4, "no name": 2,
}  # fmt: skip


def copy_person(draw, person):
    """Return the same person as on file elsewhere: up to three things differ.

    A road to them remains: the address, the number or the e-mail address is the old
    one, at most mistyped. With an initial only, or no
    name at all, the number or the e-mail address is.
    """
    while True:
        copy = dict(person)
        done = draw.choices(
            list(ERRORS),
            list(ERRORS.values()),
            k=draw.choices(range(4), (1, 4, 4, 3))[0],
        )
        for error in done:
            _apply(error, copy, draw, person)
        roads = {
            road
            for road, field, moved in (
                ("address", "street", "move"),
                ("phone", "phone", "new phone"),
                ("email", "email", "new email"),
            )
            if person[field] and copy[field] and moved not in done
        }
        if {"initial", "no name"} & set(done):
            # an address says which family it is, and a company's number which company
            roads.discard("address")
            if "no name" in done and person["company"]:
                roads.discard("phone")
        if roads:
            return copy


def _apply(error, copy, draw, person):
    kind, _space, field = error.partition(" ")
    vocabulary = copy["vocabulary"]
    if error == "typo number":
        copy["street"] = mistype_number(draw, copy["street"]) or copy["street"]
    elif kind == "typo":
        if field in ("phone", "zip", "birthdate"):
            copy[field] = mistype_number(draw, copy[field])
        else:
            copy[field] = mistype(draw, copy[field])
    elif error == "no name":
        copy["given"] = copy["family"] = ""
    elif kind == "no":
        copy[field] = ""
    elif error == "initial" and not vocabulary.is_han and copy["given"]:
        copy["given"] = copy["given"][0] + draw.choice(("", "."))
    elif error == "middle name" and not vocabulary.is_han and copy["given"]:
        copy["given"] += " " + vocabulary.given.pick(draw)[: draw.choice((1, 20))]
    elif error == "move":
        city = copy["city"]
        copy.update(vocabulary.address())
        if draw.random() < 0.5:
            copy["city"] = city
    elif error == "new phone":
        copy["phone"] = vocabulary.phone()
    elif error == "new email":
        copy["email"] = _email(vocabulary, draw, person)


def write_person(draw, person):
    """Return a record as it is typed: order, case, accents, layout of the number."""
    vocabulary = person["vocabulary"]
    given, family = person["given"], person["family"]
    style = draw.random()
    if not family:
        name = ""
    elif vocabulary.is_han:
        name = family + (" " if style < 0.1 else "") + given
        name += draw.choice(("先生", "女士", "经理")) if style > 0.95 else ""
    elif style < 0.15:
        name = f"{family}, {given}"
    elif style < 0.25:
        name = f"{family} {given}"
    else:
        name = f"{given} {family}"
    record = {
        "person": name,
        "company": person["company"],
        "email": person["email"],
        "phone": person["phone"] and vocabulary.say_phone(person["phone"], draw),
        "street": person["street"],
        "zip": person["zip"],
        "city": person["city"],
        "country": vocabulary.country.code if draw.random() < 0.8 else "",
        "birthdate": person["birthdate"],
    }
    return say(draw, record, vocabulary)


def say(draw, record, vocabulary):
    """Return a record in the writing of somebody: abbreviated, plain, in capitals."""
    if draw.random() < 0.5:
        for kind in vocabulary.country.kinds.split("|"):
            long, _slash, short = kind.partition("/")
            if long and long in record["street"]:
                record["street"] = record["street"].replace(long, short)
                break
    texts = [key for key in ("person", "company", "street", "city") if key in record]
    style = draw.random()
    for key in texts:
        if style < 0.08:
            record[key] = record[key].upper()
        elif style < 0.14:
            record[key] = record[key].lower()
        elif style < 0.3:
            record[key] = without_accents(draw, record[key])
        elif vocabulary.is_han and style > 0.75:
            record[key] = other_characters(record[key], vocabulary.locale)
        elif vocabulary.is_han and style > 0.68:
            record[key] = full_width(record[key])
    return record


def other_characters(text, locale):
    """Return a text in the characters of the other shore."""
    from opencc import OpenCC

    way = "s2t" if locale == "zh_CN" else "t2s"
    if way not in _CONVERTERS:
        _CONVERTERS[way] = OpenCC(way)
    return _CONVERTERS[way].convert(text)


_CONVERTERS = {}


def full_width(text):
    """Return a text with letters and digits as wide as characters.

    >>> full_width("A1 号")
    'Ａ１\u3000号'
    """
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
    return text.translate(wide)
