"""Who a record is about, in a form that can be compared and looked up.

Plain values: no ``odoo`` import, no database, no clock. ``lead_match`` compares two
identities; the keys find those worth comparing.
"""

from datetime import date
from typing import NamedTuple
from zlib import crc32

from .lead_fields import (
    get_city,
    get_company,
    get_email,
    get_person,
    get_phone,
    get_street,
    split_street,
)
from .lead_text import fold, sound, words


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
        get_person(person) if person else "",
        get_company(company) if company else "",
        get_email(email) if email else "",
        get_phone(phone, country.upper()) if phone else "",
        get_street(f"{street or ''} {street2 or ''}") if street or street2 else "",
        "".join(words(fold(zip))) if zip else "",
        get_city(city) if city else "",
        country,
        "".join(words(fold(vat))) if vat else "",
        birthdate.isoformat() if isinstance(birthdate, date) else birthdate or "",
    )


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
    ends = sorted({sounds[0], sounds[-1]}) if sounds else []
    initials = "".join(sorted({names[0][0], names[-1][0]})) if names else ""
    street, numbers = split_street(identity.street)
    if identity.email:
        yield "e", identity.email
    if len(identity.phone) >= 6:
        phone = identity.phone[-9:]
        yield "p", phone
        if initials or identity.company:
            # one half of a mistyped number is right
            who = initials or sound(identity.company.split()[0])
            yield "ph", who, phone[:-4]
            yield "pt", who, phone[-4:]
    if identity.vat:
        yield "v", identity.vat
    if identity.birthdate:
        yield from _get_date_key_parts(identity, ends, street)
    for name in ends:
        if identity.zip:
            yield "z", name, identity.zip
        if numbers and street:
            yield "s", name, numbers[0], _start(street)
    if numbers and street and identity.zip:
        # whoever lives there: both names may be mistyped; not whoever works there
        who = initials if identity.company else ""
        yield "h", identity.zip, numbers[0], _start(street), who
    if len(ends) > 1 and identity.city:
        yield "n", *ends, sound(identity.city)
    if len(ends) > 1 and identity.email:
        yield "m", *ends, identity.email[:3]
    if identity.company:
        core = sorted(map(sound, identity.company.split()))
        first = sound(identity.company.split()[0])
        # colleagues are no duplicates, and may be thousands
        yield from (("w", *core, name) for name in ends or [""])
        if identity.zip or identity.city:
            yield "c", first, identity.zip or identity.city


def _get_date_key_parts(identity: Identity, ends: list[str], street: str):
    for name in ends:
        yield "b", name, identity.birthdate
    if identity.zip:
        yield "bz", identity.birthdate, identity.zip
    if len(ends) > 1:
        yield "y", *ends, identity.birthdate[:4]
    if street:
        yield "bs", identity.birthdate, _start(street)


def _start(street: str) -> str:
    """Return what is left of a street after most slips.

    >>> _start("ashburton north") == _start("north ashbuton")
    True
    """
    return sound(max(sorted(street.split()), key=len))[:3]
