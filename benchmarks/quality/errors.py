"""What people do to a text when they type it."""

import unicodedata
from functools import cache

_NEIGHBOURS = {
    "a": "sqw", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht",
    "h": "gjy", "i": "uok", "j": "hku", "k": "jli", "l": "kop", "m": "nj", "n": "bmh",
    "o": "ipl", "p": "ol", "q": "wa", "r": "etf", "s": "adw", "t": "ryg", "u": "yij",
    "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xas",
}  # fmt: skip
_HEARD = (
    ("ph", "f"), ("ei", "ai"), ("ck", "k"), ("th", "t"), ("tz", "z"), ("y", "i"),
    ("ie", "i"), ("v", "w"), ("c", "k"), ("ss", "s"), ("ll", "l"), ("nn", "n"),
    ("tt", "t"), ("mm", "m"), ("ea", "ee"), ("dt", "t"), ("ou", "u"),
)  # fmt: skip


def mistype(draw, text):
    """Return the text with one slip: a letter wrong, gone, doubled or moved."""
    if not text.isascii() and any("\u3400" < letter < "\ua000" for letter in text):
        return _mistype_han(draw, text)
    letters = list(text)
    places = [place for place, letter in enumerate(letters) if letter.isalnum()]
    if len(places) < 3:
        return text
    if text.isascii() and draw.random() < 0.2:
        heard = [(old, new) for old, new in _HEARD if old in text[1:].lower()]
        if heard:
            old, new = draw.choice(heard)
            place = text.lower().index(old, 1)
            return text[:place] + new + text[place + len(old) :]
    # the first letter is rarely wrong
    place = draw.choice(places[1:] if draw.random() < 0.93 else places)
    kind = draw.choice("wrong wrong gone doubled moved moved extra".split())
    if kind == "wrong" or (kind == "moved" and place == 0):
        letters[place] = _other(draw, letters[place])
    elif kind == "gone":
        letters[place] = ""
    elif kind == "doubled":
        letters[place] *= 2
    elif kind == "extra":
        letters[place] += _other(draw, letters[place])
    elif letters[place - 1].isalnum():
        letters[place - 1], letters[place] = letters[place], letters[place - 1]
    return "".join(letters)


def _mistype_han(draw, text):
    """Return Chinese with one character taken for one of the same sound, or gone."""
    places = [place for place, letter in enumerate(text) if letter > "\u3400"]
    place = draw.choice(places)
    alike = same_sound(text[place])
    if alike and draw.random() < 0.8:
        return text[:place] + draw.choice(alike) + text[place + 1 :]
    return text[:place] + text[place + 1 :] if len(text) > 3 else text


@cache
def _readings():
    from pypinyin import lazy_pinyin

    # the characters of the first level of GB 2312: the 3,755 common ones
    common = "".join(
        bytes((row, cell)).decode("gb2312", "ignore")
        for row in range(0xB0, 0xD8)
        for cell in range(0xA1, 0xFF)
    )
    readings = {}
    for letter in common:
        readings.setdefault(lazy_pinyin(letter)[0], []).append(letter)
    return readings


def same_sound(letter):
    """Return the common characters an input method offers for the same syllable."""
    from pypinyin import lazy_pinyin

    found = _readings().get(lazy_pinyin(letter)[0], ())
    return [other for other in found if other != letter]


def mistype_number(draw, text):
    """Return a number with one digit wrong, gone, or two swapped."""
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    if len(places) < 4:
        return text
    where = draw.randrange(1, len(places))
    letters, place = list(text), places[where]
    kind = draw.choice("wrong wrong moved gone".split())
    if kind == "wrong":
        letters[place] = draw.choice("0123456789".replace(letters[place], ""))
    elif kind == "gone":
        letters[place] = ""
    else:
        before = places[where - 1]
        letters[before], letters[place] = letters[place], letters[before]
    return "".join(letters)


def _other(draw, letter):
    if letter.isdigit():
        return draw.choice("0123456789".replace(letter, ""))
    wrong = draw.choice(_NEIGHBOURS.get(letter.lower(), "aeinrst"))
    return wrong.upper() if letter.isupper() else wrong


def without_accents(draw, text):
    """Return a text as typed on another keyboard: ü as u, or as ue."""
    if draw.random() < 0.5:
        for old, new in zip("äöüßÄÖÜ", "ae oe ue ss Ae Oe Ue".split(), strict=True):
            text = text.replace(old, new)
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(letter for letter in text if not unicodedata.combining(letter))
