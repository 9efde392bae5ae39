"""How alike two values of one field are, in steps a human would name.

Plain values: no ``odoo`` import. Each function takes two normalised values that are
not equal, and returns a step; ``WORDS`` says it in a word.
"""

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from .lead_fields import split_street
from .lead_names import CALLED, GIVEN
from .lead_text import pinyin, sound
from .lead_words import COMMON_COMPANY_WORDS, FREE_MAIL, ROLES

SAME, TYPO, SIMILAR, DIFFERENT = "same", "typing error", "similar", "different"
# finer steps than words: they weigh differently
WORDS = {
    "same": SAME,
    "role": SAME,
    "plain": SAME,
    "typo": TYPO,
    "typos": TYPO,
    "short": SIMILAR,
    "called": SIMILAR,
    "like": SIMILAR,
    "single": SIMILAR,
    "part": SIMILAR,
    "near": SIMILAR,
    "number": SIMILAR,
    "family": DIFFERENT,
    "given": DIFFERENT,
    "different": DIFFERENT,
}


def same(field: str, value: str) -> str:
    """Return the step of two equal values: some are many people's.

    >>> same("email", "info@x.example"), same("person", "王 伟"), same("zip", "10115")
    ('role', 'plain', 'same')
    """
    if field == "email" and value.partition("@")[0] in ROLES:
        return "role"
    if field == "person" and (len(value) < 4 or " " not in value):
        return "plain"
    return "same"


def is_slip(one: str, other: str, allowed: int | None = None) -> bool:
    """Tell whether two texts may be one, mistyped.

    :param allowed: letters that may be wrong, missing or swapped; by the length

    >>> is_slip("smith", "smiht"), is_slip("tim", "tom"), is_slip("王", "汪")
    (True, False, False)
    """
    if allowed is None:
        size = min(len(one), len(other))
        allowed = 0 if size < 4 else 1 if size < 8 else 2
    return OSA.distance(one, other, score_cutoff=allowed) <= allowed


def step_of_person(one: str, other: str) -> str:
    """Return the step of two names, whatever their order.

    >>> step_of_person("john smith", "smith john")
    'same'
    >>> step_of_person("john smith", "jhon smith")
    'typo'
    >>> step_of_person("j smith", "john smith"), step_of_person("bob ray", "robert ray")
    ('short', 'called')
    >>> step_of_person("john smith", "mary smith")
    'family'
    >>> step_of_person("mary jones", "mary smith")
    'given'
    >>> step_of_person("smith", "mary smith")
    'single'
    >>> step_of_person("王 小明", "王 晓明"), step_of_person("王 小明", "王 刚")
    ('typo', 'family')
    >>> step_of_person("王 小明", "王 小红"), step_of_person("王 小明", "xiaoming wang")
    ('family', 'called')
    >>> step_of_person("王 小明", "王 明"), step_of_person("张 维", "张 伟")
    ('like', 'like')
    >>> step_of_person("wang xiao ming", "xiaoming wang")
    'same'
    """
    if one.isascii() != other.isascii():
        # the same name in another script says less than in one
        step = _step_of_names(pinyin(one).split(), pinyin(other).split())
        return "called" if step == "same" else step
    return _step_of_names(one.split(), other.split())


def _step_of_names(short, rest):
    if len(short) > len(rest):
        short, rest = rest, short
    size, last, longest = len(short), short[-1], rest
    steps = {}
    # equal names find each other before similar ones do
    for test in (_equal, _is_name_slip, _is_called, _is_initial):
        for name in [name for name in short if name not in steps]:
            for other_name in rest:
                if test(name, other_name):
                    steps[name] = test
                    rest = [name for name in rest if name is not other_name]
                    break
    found = list(steps.values())
    if size == 1:
        return "single" if found and found[0] is not _is_initial else "different"
    if len(steps) < len(set(short)):
        return _step_of_other_person(short, longest, steps, last)
    if _is_initial in found:
        return "short"
    if _is_called in found:
        return "called"
    slips = found.count(_is_name_slip)
    return ("same", "typo", "typos")[min(slips, 2)]


def _step_of_other_person(short, longest, steps, last):
    """Return the step of names of which at least one has no counterpart."""
    joined, other = "".join(short), "".join(longest)
    if len(longest) != len(short) and sorted(joined) == sorted(other):
        return "same"
    alone = [name for name in short if name not in steps]
    others = [name for name in longest if name not in short]
    are_alike = all(
        any(_is_alike(name, other_name) for other_name in others) for name in alone
    )
    if are_alike:
        return "typos" if len(joined) > 7 and is_slip(joined, other, 2) else "like"
    if not any(test in (_equal, _is_name_slip) for test in steps.values()):
        return "different"
    family = short[-1] if last.isascii() else short[0]
    return "family" if family in steps else "given"


def _are_two(one, other):
    """Tell whether two given names are known as two, not as spellings of one.

    >>> _are_two("tim", "tom"), _are_two("eric", "erica"), _are_two("paula", "paola")
    (True, True, False)
    """
    if one not in GIVEN or other not in GIVEN:
        return False
    return len(one) < 4 or len(one) != len(other) or sound(one) != sound(other)


def _is_alike(one, other):
    if _are_two(one, other):
        return False
    if not one.isascii():
        # an input method offers another character of the same sound; sisters share a
        # character, and differ in the sound of the other
        return pinyin(one) == pinyin(other) or one in other or other in one
    size = max(len(one), len(other))
    return size > 2 and OSA.normalized_similarity(one, other) > 0.55


def _equal(one, other):
    return one == other


def _is_name_slip(one, other):
    if not one.isascii() or not other.isascii():
        return len(one) == len(other) > 1 and (
            pinyin(one) == pinyin(other) or sorted(one) == sorted(other)
        )
    if min(len(one), len(other)) < 3 or _are_two(one, other):
        return False
    if one[:-1] == other[:-1] or one[:-1] == other or one == other[:-1]:
        # paul and paula, antonio and antonia are brother and sister
        return not {one[-1], other[-1]} & set("aoe") or one[-1] == other[-1]
    if is_slip(one, other):
        return True
    is_heard = sound(one) == sound(other) and one[0] == other[0]
    return is_heard and OSA.normalized_similarity(one, other) > 0.6


def _is_called(one, other):
    return not CALLED.get(one, frozenset()).isdisjoint(CALLED.get(other, ()))


def _is_initial(one, other):
    return (len(one) == 1 or len(other) == 1) and one[0] == other[0] and one.isascii()


def step_of_company(one: str, other: str) -> str:
    """Return the step of two names of companies.

    >>> step_of_company("acme trading", "trading acme")
    'same'
    >>> step_of_company("acme trading", "acmee trading")
    'typo'
    >>> step_of_company("acme", "acme trading")
    'part'
    >>> step_of_company("acme bau", "acme handel")
    'near'
    >>> step_of_company("acme trading", "zeta trading")
    'different'
    """
    names, others = one.split(), other.split()
    if sorted(names) == sorted(others) or "".join(names) == "".join(others):
        return "same"
    if is_slip("".join(names), "".join(others)):
        return "typo"
    if len(names) > len(others):
        names, others = others, names
    telling = [name for name in names if name not in COMMON_COMPANY_WORDS]
    found = [
        name
        for name in telling
        if name in others or any(is_slip(name, each) for each in others)
    ]
    if not found or max(map(len, found)) < 2:
        return "different"
    if len(found) == len(telling) and all(
        name in others or any(is_slip(name, each) for each in others) for name in names
    ):
        return "typo" if len(names) == len(others) else "part"
    return "near" if 2 * len(found) >= len(telling) else "different"


def step_of_email(one: str, other: str) -> str:
    """Return the step of two addresses.

    >>> step_of_email("ann.lee@x.example", "ann.leee@x.example")
    'typo'
    >>> step_of_email("ann.lee@x.example", "ann.lee@gmail.com")
    'near'
    >>> step_of_email("ann@x.example", "bob@x.example")
    'part'
    >>> step_of_email("a@qq.com", "b@qq.com")
    'different'
    >>> step_of_email("ann61@x.example", "ann62@x.example")
    'part'
    """
    local, _at, domain = one.rpartition("@")
    other_local, _at, other_domain = other.rpartition("@")
    if local == other_local:
        if domain == other_domain or is_slip(domain, other_domain, 1):
            return "typo"
        return "near" if len(local) > 4 and local not in ROLES else "different"
    is_typed = len(local) > 3 and len(other_local) > 3
    if is_typed and is_slip(one, other, 2 if len(local) > 7 else 1):
        if _letters(local) != _letters(other_local) or local.isdigit():
            return "typo"
    return "part" if domain == other_domain not in FREE_MAIL else "different"


def _letters(text):
    return "".join(filter(str.isalpha, text))


def step_of_phone(one: str, other: str) -> str:
    """Return the step of two numbers, with or without the code of the country.

    >>> step_of_phone("49301234567", "301234567")
    'same'
    >>> step_of_phone("301234567", "301243567")
    'typo'
    >>> step_of_phone("3012345610", "3012345633")
    'near'
    >>> step_of_phone("301234567", "899876543")
    'different'
    """
    full, other_full = one, other
    if len(one) != len(other):
        # the code of the country may be missing on one side
        one, other = one[-9:], other[-9:]
    if one == other:
        return "same"
    if len(one) == len(other) and one[:-2] == other[:-2]:
        return "near"
    if is_slip(one, other, 1) or is_slip(full, other_full, 1):
        return "typo"
    # with the code of the country on one side, and a digit missing
    size = min(len(full), len(other_full))
    is_short = size < max(len(full), len(other_full))
    for shift in (1, -1) if is_short and size > 6 else ():
        if is_slip(full[-size - shift :], other_full[-size - shift :], 1):
            return "typo"
    return "different"


def step_of_street(one: str, other: str) -> str:
    """Return the step of two streets with their numbers.

    >>> step_of_street("main 12 4", "main 12"), step_of_street("main 12", "mian 12")
    ('same', 'typo')
    >>> step_of_street("main 12", "main"), step_of_street("main 12", "main 14")
    ('near', 'number')
    >>> step_of_street("main 12", "park 12")
    'different'
    """
    street, numbers = split_street(one)
    other_street, others = split_street(other)
    is_equal = street == other_street
    if not is_equal and not _is_street_slip(street, other_street):
        return "different"
    if not numbers or not others:
        return "near"
    if numbers[0] == others[0]:
        return "same" if is_equal else "typo"
    if set(numbers) & set(others):
        return "near"
    is_typed = max(len(numbers[0]), len(others[0])) > 2
    return "near" if is_typed and is_slip(numbers[0], others[0], 1) else "number"


def _is_street_slip(one, other):
    if not one or not other:
        return False
    if is_slip(one, other, 1 if min(len(one), len(other)) < 6 else 2):
        return len(one) > 2
    short, long = sorted((set(one.split()), set(other.split())), key=len)
    return short < long or ratio(one.replace(" ", ""), other.replace(" ", "")) > 78


def step_of_zip(one: str, other: str) -> str:
    """Return the step of two postal codes.

    >>> step_of_zip("10115", "10151"), step_of_zip("10115", "10999")
    ('typo', 'near')
    """
    if is_slip(one, other, 1):
        return "typo"
    return "near" if one[:2] == other[:2] else "different"


def step_of_city(one: str, other: str) -> str:
    """Return the step of two cities.

    >>> step_of_city("berlin", "berlni"), step_of_city("berlin mitte", "berlin")
    ('typo', 'part')
    """
    if is_slip(one, other, 1 if min(len(one), len(other)) < 7 else 2):
        return "typo"
    joined, other_joined = one.replace(" ", ""), other.replace(" ", "")
    if len(joined) > 7 and is_slip(joined, other_joined, 3):
        return "typo"
    names, others = one.split(), other.split()
    if set(names) & set(others) or one.startswith(other) or other.startswith(one):
        return "part"
    return "different"


def step_of_birthdate(one: str, other: str) -> str:
    """Return the step of two dates of birth.

    >>> step_of_birthdate("1980-03-12", "1980-12-03")
    'typo'
    >>> step_of_birthdate("1980-03-12", "1980-07-29")
    'different'
    """
    return "typo" if is_slip(one, other, 1) or _swapped(one) == other else "different"


def _swapped(date):
    return (
        f"{date[:5]}{date[8:]}{date[4:5]}{date[5:7]}"
        if "-" in date
        else (f"{date[:4]}{date[6:]}{date[4:6]}")
    )


def step_of_vat(one: str, other: str) -> str:
    """Return the step of two tax numbers.

    >>> step_of_vat("de123456789", "123456789"), step_of_vat("de123456789", "de1")
    ('same', 'different')
    """
    if one.endswith(other) or other.endswith(one):
        return "same" if min(len(one), len(other)) > 6 else "different"
    return "typo" if is_slip(one, other, 1) else "different"


def step_of_country(one: str, other: str) -> str:
    """Return the step of two countries: a code does not contradict a name.

    >>> step_of_country("de", "fr"), step_of_country("de", "germany")
    ('different', 'near')
    """
    return "different" if len(one) == len(other) == 2 else "near"


STEPS = (
    step_of_person,
    step_of_company,
    step_of_email,
    step_of_phone,
    step_of_street,
    step_of_zip,
    step_of_city,
    step_of_country,
    step_of_vat,
    step_of_birthdate,
)
