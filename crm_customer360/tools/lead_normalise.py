"""Contact data in one spelling: only its form changes, never what was meant.

No ``odoo`` import, no database, no clock.
"""

import re

import phonenumbers

from .lead_check import TOKEN

# Full width forms of ASCII, as Chinese and Japanese keyboards write them
WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: " "}
# They show nothing and break every comparison.
INVISIBLE = dict.fromkeys((0x200B, 0x2060, 0xFEFF, 0x00AD))
# These as well, but between letters of Persian or Hindi they belong to the spelling.
JOINERS = re.compile(
    r"(?<![\u0590-\u1fff])[\u200c\u200d]|[\u200c\u200d](?![\u0590-\u1fff])"
)


def clean_text(text: str) -> str:
    """Return a text in half width, with single spaces and no invisible signs.

    >>> clean_text("  Ａｃｍｅ　　Ltd\\u200b ")
    'Acme Ltd'
    >>> clean_text("上海（浦东）")
    '上海(浦东)'
    >>> clean_text("می\\u200cخواهم\\u200c") == "می\\u200cخواهم", clean_text("a\\u200cb")
    (True, 'ab')
    """
    plain = JOINERS.sub("", text.translate(WIDE).translate(INVISIBLE))
    return " ".join(plain.split())


def clean_name(text: str, title_case: bool = False) -> str:
    """Return a name in one spelling; capitals stay unless ``title_case``.

    Short words stay even then: they are mostly abbreviations.

    >>> clean_name("ANNA  MÜLLER"), clean_name("ANNA MÜLLER", title_case=True)
    ('ANNA MÜLLER', 'Anna Müller')
    >>> clean_name("IBM DEUTSCHLAND", title_case=True), clean_name("McCoy", True)
    ('IBM Deutschland', 'McCoy')
    """
    text = clean_text(text)
    if title_case and text.isupper():
        return re.sub(
            r"[^\W\d_]+",
            lambda word: word[0].capitalize() if len(word[0]) > 3 else word[0],
            text,
        )
    return text


def clean_email(text: str) -> str:
    """Return e-mail addresses in lower case; names before them stay as they are.

    >>> clean_email(" ANN@Acme.COM "), clean_email("Ann Lee <ANN@acme.com>")
    ('ann@acme.com', 'Ann Lee <ann@acme.com>')
    >>> clean_email("ａｎｎ＠acme.com"), clean_email("mailto:ann@acme.com")
    ('ann@acme.com', 'ann@acme.com')
    >>> clean_email("call me first"), clean_email("Ann@acme.com, Bob@acme.com")
    ('call me first', 'ann@acme.com, bob@acme.com')
    """
    plain = clean_text(text)
    plain = re.sub(r"^mailto:\s*", "", plain, flags=re.IGNORECASE)
    return TOKEN.sub(lambda address: address[0].lower(), plain)


def clean_phone(text: str, region: str = "") -> str:
    """Return a number the way the whole world dials it, or as it was written.

    Only a number that exists for sure is rewritten, and only when there is one.

    >>> clean_phone("030/901820", "DE"), clean_phone("+4930901820")
    ('+49 30 901820', '+49 30 901820')
    >>> clean_phone("0049 30 901820", "FR"), clean_phone("１３８１２３４５６７８", "CN")
    ('+49 30 901820', '+86 138 1234 5678')
    >>> clean_phone("030 901820"), clean_phone(" ask  Ann ", "DE")
    ('030 901820', 'ask Ann')

    Some leave the + out before the code of another country; where numbers at home
    begin with 0 or are mobile, the two are told apart.

    >>> clean_phone("86 138 1234 5678", "DE"), clean_phone("13052345678", "CN")
    ('+86 138 1234 5678', '+86 130 5234 5678')
    """
    plain = clean_text(text)
    dialled = re.sub(r"^(\(?00\)?)(?=[\s\d])", "+", plain)
    try:
        number = phonenumbers.parse(dialled, region or None)
    except phonenumbers.NumberParseException:
        return plain
    number = _find_foreign(plain, number, region) or number
    if not phonenumbers.is_valid_number(number):
        return plain
    return phonenumbers.format_number(
        number, phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )


def _find_foreign(plain, number, region):
    """Return the number of another country a text without “+” means, else None."""
    home = phonenumbers.PhoneMetadata.metadata_for_region(region)
    at_home = phonenumbers.number_type(number)
    if (
        not re.match(r"[1-9]", plain)
        or home.national_prefix != "0"
        or at_home != phonenumbers.PhoneNumberType.FIXED_LINE
    ):
        return None
    try:
        foreign = phonenumbers.parse("+" + plain)
    except phonenumbers.NumberParseException:
        return None
    is_other = foreign.country_code != number.country_code
    return foreign if is_other and phonenumbers.is_valid_number(foreign) else None
