"""Who a record is about, in a form that can be compared and looked up.

Plain values: no ``odoo`` import, no database, no clock. ``lead_match`` compares two
identities; the keys find those worth comparing.
"""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import phonenumbers

from . import lead_words as known
from .lead_text import HAN, fold, sound, words


class Identity(NamedTuple):
    """What is known of somebody, normalised; "" where nothing is.

    >>> Identity(person="john smith").company
    ''
    """

    person: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    zip: str = ""
    city: str = ""
    country: str = ""
    vat: str = ""
    birthdate: str = ""


def get_identity(
    *,
    person="",
    company="",
    email="",
    phone="",
    street="",
    street2="",
    zip="",
    city="",
    country="",
    vat="",
    birthdate="",
) -> Identity:
    """Return the identity of a record, from texts as people write them.

    :param person: full name in any order; "Smith, John" is John Smith
    :param phone: as written, or E.164; ``country`` says how to read it
    :param street2: joins the street (flat, staircase)
    :param country: two letters (ISO 3166), or a name
    :param birthdate: ISO text or a date
    :return: any value may be missing, also as ``False`` or ``None``

    >>> get_identity(person="Dr. Müller, Jörg", company="Müller & Söhne GmbH & Co. KG",
    ...     email="J.Mueller+crm@Firma.DE", phone="030 123 45-67", country="DE",
    ...     street="Hauptstr. 12 a", zip="10 115", city="Berlin")
    ... # doctest: +NORMALIZE_WHITESPACE
    Identity(person='jorg muller', company='muller sohne',
        email='j.mueller@firma.de', phone='49301234567', street='haupt 12a',
        zip='10115', city='berlin', country='de', vat='', birthdate='')
    >>> get_identity(person="王小明 先生", company="臺北鐘錶股份有限公司",
    ...     street="中山路１００號", city="臺北市")[:7]
    ('王 小明', '台北钟表', '', '', '中山 100', '', '台北')
    >>> get_identity(person=False) == get_identity()
    True
    """
    country = fold(country or "")
    person, company = person or "", company or ""
    return Identity(
        _get_person(person) if person else "",
        _get_company(company) if company else "",
        _get_email(email) if email else "",
        _get_phone(phone, country.upper()) if phone else "",
        _get_street(f"{street or ''} {street2 or ''}") if street or street2 else "",
        "".join(words(fold(zip))) if zip else "",
        _get_city(city) if city else "",
        country,
        "".join(words(fold(vat))) if vat else "",
        birthdate.isoformat() if isinstance(birthdate, date) else birthdate or "",
    )


@lru_cache(maxsize=65536)
def _get_person(text: str) -> str:
    """Return the name, given name first, without titles.

    >>> _get_person("SMITH, John P."), _get_person("Mr. John Smith jr.")
    ('john p smith', 'john smith')
    >>> _get_person("欧阳 娜娜"), _get_person("歐陽娜娜女士"), _get_person("Dr.")
    ('欧阳 娜娜', '欧阳 娜娜', '')
    >>> _get_person("Ludwig van der Berg")
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
def _get_company(text: str) -> str:
    """Return what a company is called, without its legal form.

    >>> _get_company("The ACME Trading Co., Ltd."), _get_company("S.A.R.L. Dupont")
    ('acme trading', 'dupont')
    >>> _get_company("上海东方科技（集团）有限公司"), _get_company("Company AG")
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


def _get_email(text: str) -> str:
    """Return an address without what mail servers ignore, "" when it is none.

    >>> _get_email("Bob <B.Ob+news@GoogleMail.com>"), _get_email("nobody")
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
def _get_phone(text: str, country: str) -> str:
    """Return the digits of a number with its country code, as far as it is known.

    >>> _get_phone("+49 30 1234567", ""), _get_phone("0049 30 1234567", "DE")
    ('49301234567', '49301234567')
    >>> _get_phone("030/1234567", ""), _get_phone("n/a", "DE")
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
def _get_street(text: str) -> str:
    """Return the name of the street, then its numbers; kinds of streets are dropped.

    >>> _get_street("12-14 Main Street, Apt 4"), _get_street("P.O. Box 123")
    ('main 12 14 4', 'pobox 123')
    >>> _get_street("Neue Straße 7b"), _get_street("Neuestr. 7 B")
    ('neue 7b', 'neue 7b')
    >>> _get_street("北京市朝阳区建国路88号3栋502室"), _get_street("The Avenue")
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
def _get_city(text: str) -> str:
    """Return the name of a city.

    >>> _get_city("St. Gallen"), _get_city("Saint Gallen"), _get_city("上海市")
    ('st gallen', 'st gallen', '上海')
    """
    names = words(fold(text))
    if len(names) == 1 and HAN.search(names[0]):
        return names[0].removesuffix("市") or names[0]
    return " ".join("st" if name in ("saint", "sankt") else name for name in names)


def get_keys(identity: Identity) -> tuple[int, ...]:
    """Return the blocking keys of an identity, as signed 32-bit numbers.

    Two records that share a key are worth comparing. Each key combines so much that
    few records have it; together they survive an error in any field.

    >>> one = get_identity(person="John Smith", zip="10115", email="js@x.example")
    >>> other = get_identity(person="Smith, Jon", zip="10115", phone="+4930123456")
    >>> len(set(get_keys(one)) & set(get_keys(other))) > 0
    True
    >>> get_keys(get_identity(city="Berlin"))
    ()
    """
    keys = {crc32("\t".join(parts).encode()) for parts in _get_key_parts(identity)}
    return tuple(key - (1 << 32) if key >> 31 else key for key in keys)


def _get_key_parts(identity: Identity):
    names = identity.person.split()
    sounds = [sound(name) for name in names]
    ends = {sounds[0], sounds[-1]} if sounds else ()
    street, number = split_street(identity.street)
    if identity.email:
        yield "e", identity.email
    if len(identity.phone) >= 6:
        yield "p", identity.phone[-9:]
    if identity.vat:
        yield "v", identity.vat
    for name in ends:
        if identity.birthdate:
            yield "b", name, identity.birthdate
        if identity.zip:
            yield "z", name, identity.zip
        if number and street:
            yield "s", name, number[0], sound(street.split()[0])[:3]
    if len(names) > 1:
        yield "n", *sorted(ends)
    if identity.company:
        core = sorted(map(sound, identity.company.split()))
        yield "c", *core
        if identity.zip or identity.city:
            yield "cz", core[0], identity.zip or identity.city


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
