"""Texts as people write them, folded to what can be compared.

Plain values: no ``odoo`` import. Folding loses on purpose: width, case, accents,
traditional and simplified characters, ae/ä.
"""

import re
import sys
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

from opencc import OpenCC

# letters that no decomposition takes apart
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d",
        "þ": "th", "ı": "i", "ħ": "h", "ŋ": "n", "·": " ", "•": " ",
        "'": "", "’": "", "‘": "", "`": "", "´": "",
    }
)  # fmt: skip
# ä written as ae, between consonants: not the ue of "neue"
_UMLAUT_LETTERS = re.compile(
    r"(?:(?<=[b-df-hj-np-tv-z])|\b)[aou]e(?=[b-df-hj-np-tv-z])"
)
_WORD = re.compile(r"[^\W_]+")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")


@cache
def _simplified() -> dict[int, str]:
    """Return the table that turns traditional characters into simplified ones.

    A table of single characters: it needs no context, and ``str.translate`` applies
    it a hundred times faster than a converter that looks for phrases.
    """
    han = "".join(map(chr, range(0x3400, 0xA000)))
    # a line each: no phrases arise between neighbours
    simple = OpenCC("t2s").convert("\n".join(han)).split("\n")
    return str.maketrans(
        {one: other for one, other in zip(han, simple, strict=True) if one != other}
    )


@lru_cache(maxsize=65536)
def is_storable(text: str) -> bool:
    """Tell whether a database can keep a text: no NUL, no half of a sign.

    >>> is_storable("李雷 😀"), is_storable("a\\x00"), is_storable("\\ud83d")
    (True, False, False)
    """
    return not any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in text)


def fold(text: str) -> str:
    """Return a text without what two spellings of the same words differ in.

    >>> fold("  MÜLLER,  José ")
    'muller, jose'
    >>> fold("Mueller") == fold("Müller") and fold("Soelve") == fold("Sølve")
    True
    >>> fold("ＡＢＣ　臺灣鐘錶")
    'abc 台湾钟表'
    >>> fold("O’Neill")
    'oneill'
    """
    if text.isascii():
        text = text.lower().translate(_LETTERS)
    else:
        text = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
        text = unicodedata.normalize("NFC", text)
        if HAN.search(text):
            text = text.translate(_simplified())
    text = _UMLAUT_LETTERS.sub(lambda found: found[0][0], text)
    return " ".join(text.split())


def words(text: str) -> list[str]:
    """Return the words and numbers of a folded text; Chinese runs are words.

    >>> words("smith-jones, j. 王小明")
    ['smith', 'jones', 'j', '王小明']
    >>> words("abc有限公司12")
    ['abc', '有限公司', '12']
    """
    if not HAN.search(text):
        return _WORD.findall(text)
    return _WORD.findall(HAN.sub(lambda found: f" {found[0]} ", text))


@cache
def _pinyin() -> dict[int, str]:
    """Return how each character is read most often, without its tone.

    The table of ``pypinyin`` without the package around it, which would load 40 MB of
    phrases.
    """
    path = Path(find_spec("pypinyin").origin).with_name("pinyin_dict.py")
    spec = spec_from_file_location("_pinyin_dict", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    readings = {}
    for code, reading in module.pinyin_dict.items():
        if 0x3400 <= code < 0xA000:
            letters = unicodedata.normalize("NFKD", reading.partition(",")[0])
            readings[code] = sys.intern("".join(filter(str.isalpha, letters)))
    return readings


@lru_cache(maxsize=65536)
def pinyin(text: str) -> str:
    """Return Chinese characters as they are read, in Latin letters without tones.

    >>> pinyin("王"), pinyin("小明") == pinyin("晓明"), pinyin("smith")
    ('wang', True, 'smith')
    """
    return text if text.isascii() else text.translate(_pinyin())


_SOUNDS = (
    (re.compile(r"sch|sh|sz|ch(?=r)"), "s"),
    (re.compile(r"tsch|tch|ch|cz"), "x"),
    (re.compile(r"ph|v|w"), "f"),
    (re.compile(r"ck|q|c(?![eiy])|gh|g"), "k"),
    (re.compile(r"ce|ci|cy|z|ts"), "s"),
    (re.compile(r"th|dt|d"), "t"),
    (re.compile(r"b"), "p"),
    (re.compile(r"[aeiouyhj]+"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Return roughly how a folded word sounds.

    In European languages the first letter and the consonants; in Chinese the pinyin.
    Other scripts stay.

    >>> sound("stefan") == sound("stephan"), sound("schmidt") == sound("schmitt")
    (True, True)
    >>> sound("meyer") == sound("maier"), sound("meyer") == sound("muller")
    (True, False)
    >>> sound("王"), sound("晓明") == sound("小明"), sound("a"), sound("12")
    ('wang', True, '~', '12')
    """
    if not word.isascii() or word.isdigit():
        return pinyin(word)
    first = "~" if word[0] in "aeiouyhj" else ""
    for pattern, letters in _SOUNDS:
        word = pattern.sub(letters, word)
    return (first + word)[:6]
