"""The fields of a record as people write them, in one spelling each.

Plain values: no ``odoo`` import.
"""

import re
from functools import lru_cache

import phonenumbers

from . import lead_words as known
from .lead_text import HAN, fold, words


@lru_cache(maxsize=65536)
def get_person(text: str) -> str:
    """Return the name, given name first, without titles.

    >>> get_person("SMITH, John P."), get_person("Mr. John Smith jr.")
    ('john p smith', 'john smith')
    >>> get_person("欧阳 娜娜"), get_person("歐陽娜娜女士"), get_person("Dr.")
    ('欧阳 娜娜', '欧阳 娜娜', '')
    >>> get_person("Ludwig van der Berg")
    'ludwig berg'
    """
    text = fold(text)
    if HAN.search(text):
        return _get_han_person(text)
    if text.count(",") == 1:
        family, given = text.split(",")
        if not known.TITLES.issuperset(words(given)):
            text = f"{given} {family}"
    names = [name for name in words(text) if name not in known.TITLES]
    return " ".join([name for name in names if name not in known.PARTICLES] or names)


def _get_han_person(text: str) -> str:
    """Return family name and given name of a Chinese name, apart.

    >>> _get_han_person("王小明"), _get_han_person("王小明 tony"), _get_han_person("王")
    ('王 小明', '王 小明 tony', '王')
    """
    name = "".join(HAN.findall(text))
    for title in known.HAN_TITLES:
        name = name.removesuffix(title)
    size = 2 if name[:2] in known.HAN_SURNAMES and len(name) > 2 else 1
    others = [name for name in words(HAN.sub(" ", text)) if name not in known.TITLES]
    return " ".join(filter(None, [name[:size], name[size:], *others]))


@lru_cache(maxsize=65536)
def get_company(text: str) -> str:
    """Return what a company is called, without its legal form.

    >>> get_company("The ACME Trading Co., Ltd."), get_company("S.A.R.L. Dupont")
    ('acme trading', 'dupont')
    >>> get_company("上海东方科技（集团）有限公司"), get_company("Company AG")
    ('上海东方科技', 'company ag')
    """
    text = fold(text)
    if HAN.search(text):
        text = "".join(words(text)) if text.isascii() else " ".join(words(text))
        for form in known.HAN_LEGAL_FORMS:
            text = text.replace(form, " ")
    # letters with dots are an abbreviation: "s.a.r.l." is one word
    text = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", text)
    names = words(text)
    return " ".join([name for name in names if name not in known.LEGAL_FORMS] or names)


def get_email(text: str) -> str:
    """Return an address without what mail servers ignore, "" when it is none.

    >>> get_email("Bob <B.Ob+news@GoogleMail.com>"), get_email("nobody")
    ('bob@gmail.com', '')
    """
    text = text.strip().lower()
    if "<" in text:
        text = text.partition("<")[2].partition(">")[0]
    local, _at, domain = text.rpartition("@")
    if not local or not domain:
        return ""
    local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


@lru_cache(maxsize=65536)
def get_phone(text: str, country: str) -> str:
    """Return the digits of a number with its country code, as far as it is known.

    >>> get_phone("+49 30 1234567", ""), get_phone("0049 30 1234567", "DE")
    ('49301234567', '49301234567')
    >>> get_phone("030/1234567", ""), get_phone("n/a", "DE")
    ('301234567', '')
    """
    digits = "".join(filter(str.isdecimal, fold(text)))
    if len(digits) < 5:
        return ""
    if text.startswith("+") and not text[1:].isascii():
        text = f"+{digits}"
    if text.startswith("+") and len(digits) == len(text) - 1:
        return digits
    try:
        number = phonenumbers.parse(text, country if len(country) == 2 else None)
    except phonenumbers.NumberParseException:
        return digits.lstrip("0")
    return f"{number.country_code}{number.national_number}"


@lru_cache(maxsize=65536)
def get_street(text: str) -> str:
    """Return the name of the street, then its numbers; kinds of streets are dropped.

    >>> get_street("12-14 Main Street, Apt 4"), get_street("P.O. Box 123")
    ('main 12 14 4', 'pobox 123')
    >>> get_street("Neue Straße 7b"), get_street("Neuestr. 7 B")
    ('neue 7b', 'neue 7b')
    >>> get_street("北京市朝阳区建国路88号3栋502室"), get_street("The Avenue")
    ('北京朝阳区建国 88 3 502', 'the avenue')
    """
    text = re.sub(
        r"\bp\.? ?o\.? ?box|postfach|boite postale|\bbp\b", "pobox", fold(text)
    )
    if HAN.search(text):
        for mark in (*known.HAN_STREET_MARKS, *known.HAN_PLACE_MARKS):
            text = text.replace(mark, f"{'' if mark in known.HAN_PLACE_MARKS else ' '}")
        text = re.sub(r"(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff])", "", text)
    text = re.sub(r"(\d+) ([a-z])\b(?!\.?\w)", r"\1\2", text)
    names, numbers = [], []
    for word in words(text):
        (numbers if word[0].isdecimal() else names).append(word)
    kept = [
        name
        for name in map(_without_street_end, names)
        if name not in known.STREET_KINDS and name not in known.UNIT_KINDS
    ]
    return " ".join([*(kept or names), *(number.lstrip("0") for number in numbers)])


def _without_street_end(word: str) -> str:
    """Return a word without the kind of street at its end.

    >>> _without_street_end("hauptstrasse"), _without_street_end("str")
    ('haupt', 'str')
    """
    for end in known.STREET_ENDS:
        if word.endswith(end) and len(word) > len(end) + 1:
            return word.removesuffix(end)
    return word


@lru_cache(maxsize=65536)
def get_city(text: str) -> str:
    """Return the name of a city.

    >>> get_city("St. Gallen"), get_city("Saint Gallen"), get_city("上海市")
    ('st gallen', 'st gallen', '上海')
    """
    names = words(fold(text))
    if len(names) == 1 and HAN.search(names[0]):
        return names[0].removesuffix("市") or names[0]
    return " ".join("st" if name in ("saint", "sankt") else name for name in names)


def split_street(street: str) -> tuple[str, list[str]]:
    """Return name and numbers of a normalised street.

    >>> split_street("main 12 4")
    ('main', ['12', '4'])
    >>> split_street("")
    ('', [])
    """
    names, numbers = [], []
    for word in street.split():
        (numbers if word[0].isdecimal() else names).append(word)
    return " ".join(names), numbers
