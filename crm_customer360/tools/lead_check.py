"""What is wrong with the contact data of a lead: pure questions about texts.

No ``odoo`` import, no database, no clock. Numbers are judged by ``phonenumbers``,
Google's tables of the numbering plans of all countries.
"""

import re
from typing import NamedTuple

import phonenumbers

# One address: a local part and a domain of at least two labels, in any script.
ADDRESS = re.compile(
    r"^(?!\.)(?!.*\.\.)[^\s@<>()\[\],;:\"\\]{1,64}(?<!\.)"
    r"@(?=.{3,253}$)((?!-)[\w-]{1,63}(?<!-)\.)+(?!\d+$)[^\W_][\w-]{0,61}[^\W_]$"
)
# What looks like an address inside a text: “Ann Lee <ann@acme.com>”
TOKEN = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\]+")
WORD = re.compile(r"[^\W_]+")
# Two numbers in one field: “030 123 / 0171 456”
NUMBER_SEPARATORS = re.compile(r"[/;|\n]|,\s")


class Contact(NamedTuple):
    """The contact data of a lead as people wrote it; "" is unknown.

    ``region`` is the country code that a number without “+” belongs to, ``known``
    tells that the lead is linked with a contact of the address book.
    """

    email: str = ""
    phone: str = ""
    region: str = ""
    person: str = ""
    company: str = ""
    title: str = ""
    known: bool = False


def find_emails(text: str) -> list[str]:
    """Return the well-formed addresses of a text, in lower case.

    >>> find_emails("Ann Lee <Ann@Acme.com>, ops@acme.co.uk")
    ['ann@acme.com', 'ops@acme.co.uk']
    >>> find_emails("ann@acme")
    []
    >>> find_emails("ann@@acme.com"), find_emails("ann@acme..com")
    ([], [])
    >>> find_emails("李雷@例子.公司")
    ['李雷@例子.公司']
    """
    return [found for found in TOKEN.findall(text.lower()) if ADDRESS.match(found)]


def get_domains(email: str) -> list[str]:
    """Return the domain of an address and the domains above it.

    >>> get_domains("a@mail.acme.co.uk")
    ['mail.acme.co.uk', 'acme.co.uk', 'co.uk']
    """
    labels = email.rpartition("@")[2].split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def find_domain(email: str, domains) -> str:
    """Return the domain of the address, or one above it, that is in ``domains``.

    >>> find_domain("x@eu.mailinator.com", {"mailinator.com"})
    'mailinator.com'
    >>> find_domain("x@notmailinator.com", {"mailinator.com"})
    ''
    """
    return next((name for name in get_domains(email) if name in domains), "")


def find_role(email: str, roles) -> str:
    """Return the role an address is for, rather than for a person.

    Separators and a number at the end do not make a person of it.

    >>> find_role("No-Reply@acme.com", {"noreply"})
    'noreply'
    >>> find_role("info2@acme.com", {"info"})
    'info'
    >>> find_role("ingo@acme.com", {"info"})
    ''
    """
    local = email.partition("@")[0].lower().partition("+")[0]
    plain = re.sub(r"[._-]", "", local).rstrip("0123456789")
    return next((role for role in roles if re.sub(r"[._-]", "", role) == plain), "")


def is_test(text: str, words, anywhere: bool = False) -> bool:
    """Tell whether a name is made of test words, or has one when ``anywhere``.

    Whole words only; Chinese is written without spaces, so there the words of the list
    are taken off and nothing may remain.

    >>> is_test("Test  TEST 1", {"test"}), is_test("Testa Rossa", {"test"})
    (True, False)
    >>> is_test("Test Equipment Ltd", {"test"})
    False
    >>> is_test("Test Equipment Ltd", {"test"}, anywhere=True)
    True
    >>> is_test("测试测试", {"测试"}), is_test("测试仪器公司", {"测试"})
    (True, False)
    >>> is_test("12", {"test"}), is_test("", {"test"})
    (False, False)
    """
    found = [word.casefold() for word in WORD.findall(text)]
    tested = [_is_made_of(word, words) for word in found]
    if anywhere:
        return any(tested)
    rest = [word for word, hit in zip(found, tested, strict=True) if not hit]
    return any(tested) and all(word.isdecimal() for word in rest)


def find_test(contact: Contact, words, anywhere: bool = False) -> str:
    """Return the name that makes a lead a test, "" when it is none.

    All names that are filled have to be tests. A title is no name: it is judged only
    where nobody is named.

    >>> find_test(Contact(person="Test", company="Test 1", title="Pumps"), {"test"})
    'Test'
    >>> find_test(Contact(person="Ann Lee", company="Test", title="Test"), {"test"})
    ''
    >>> find_test(Contact(person="Ann Lee", company="Test"), {"test"}, anywhere=True)
    'Test'
    >>> find_test(Contact(title="test"), {"test"}), find_test(Contact(), {"test"})
    ('test', '')
    """
    names = [text.strip() for text in (contact.person, contact.company) if text.strip()]
    names = names or [contact.title.strip()]
    tests = [name for name in names if is_test(name, words, anywhere)]
    return tests[0] if tests and (anywhere or len(tests) == len(names)) else ""


def is_test_address(email: str, words) -> bool:
    """Tell whether an address is as made up as the name.

    >>> is_test_address("test@acme.com", {"test"})
    True
    >>> is_test_address("ann@test.de", {"test"})
    True
    >>> is_test_address("ann.test@acme.com", {"test"})
    False
    """
    local, _at, domain = email.partition("@")
    return any(is_test(part, words) for part in (local, *domain.split(".")[:-1]))


def _is_made_of(word, words):
    """Tell whether a word is one of the list, digits after it, or it repeated."""
    plain = word.rstrip("0123456789")
    if plain in words:
        return True
    if not plain or plain.isascii():
        return False
    for listed in words:
        if not listed.isascii():
            plain = plain.replace(listed, "")
    return not plain


def is_possible_phone(text: str, region: str = "") -> bool:
    """Tell whether one of the numbers in a text can exist in its country.

    Only what cannot be a number is refused: the wrong count of digits, a country code
    that does not exist, the same digit over and over, digits counted up. A number of a
    region that is not known is given the benefit of the doubt.

    >>> is_possible_phone("030 901820", "DE"), is_possible_phone("+49 30 901820")
    (True, True)
    >>> is_possible_phone("12", "DE"), is_possible_phone("+999 123456")
    (False, False)
    >>> is_possible_phone("0049 30 901820", "FR"), is_possible_phone("00000000", "DE")
    (True, False)
    >>> is_possible_phone("123456789", "DE"), is_possible_phone("call me", "DE")
    (False, False)
    >>> is_possible_phone("030 901820 / 0171 2345678", "DE")
    True
    >>> is_possible_phone("030 901820")
    True

    Words around a number, and a second one, do not make it impossible.

    >>> is_possible_phone("+49 171 2345678 abends"), is_possible_phone("call 12", "DE")
    (True, False)
    >>> is_possible_phone("+49 171 2345678 +49 30 901820", "FR")
    True
    >>> is_possible_phone("0171 2345678 (ask for Ann)", "DE")
    True
    """
    parts = [part.strip() for part in NUMBER_SEPARATORS.split(text)]
    if any(_is_possible_number(part, region) for part in parts if part):
        return True
    # looked for last: it costs most
    return any(
        not is_made_up(str(found.number.national_number))
        for found in phonenumbers.PhoneNumberMatcher(text, region or None)
    )


def _is_possible_number(text, region):
    digits = "".join(sign for sign in text if sign.isdecimal())
    if len(digits) < 3 or is_made_up(digits):
        return False
    if digits.startswith("00") and not text.startswith("+"):
        text = "+" + digits[2:]
    if not text.startswith(("+", "＋")) and not region:
        return len(digits) >= 6
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return False
    if phonenumbers.is_possible_number(number):
        return True
    # people write 49 30 901820 as well, and leave the + out
    return text[:1].isdecimal() and _is_possible_number("+" + digits, "")


def is_made_up(digits: str) -> bool:
    """Tell whether somebody just ran a finger over the keys.

    >>> is_made_up("0000000"), is_made_up("0123456789"), is_made_up("030901820")
    (True, True, False)
    """
    plain = digits.lstrip("0") or digits
    return (len(set(plain)) == 1 and len(digits) > 5) or (
        len(plain) > 6 and plain in "12345678901234567890"
    )


def split_words(text: str) -> frozenset:
    """Return the entries of a configured list: one per line, or between commas.

    >>> sorted(split_words("Test, asdf\\n测试，foo"))
    ['asdf', 'foo', 'test', '测试']
    """
    return frozenset(
        word.strip().casefold()
        for word in re.split(r"[,，;；\n]", text)
        if word.strip()
    )
