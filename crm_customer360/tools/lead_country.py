"""Countries as people write them.

>>> [get_country_code(text) for text in ("Germany", "德国", "德國", "DE")]
['DE', 'DE', 'DE', 'DE']
>>> get_country_code("U.S.A."), get_country_code("Atlantis")
('US', '')
"""

import unicodedata
from functools import cache

from babel import Locale

LANGUAGES = ("en", "de", "fr", "zh", "zh_Hant", "es", "it", "nl", "pt", "ja")
# short forms that no list of names has
SHORT = {"usa": "US", "us": "US", "uk": "GB", "prc": "CN", "uae": "AE", "台灣": "TW"}
SHORT |= {"中国大陆": "CN", "中國大陸": "CN", "香港": "HK", "澳门": "MO", "澳門": "MO"}
SHORT |= {"holland": "NL", "brd": "DE", "england": "GB", "south korea": "KR"}


@cache
def _get_names():
    names = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("ZZ", "EU", "UN"):
                names.setdefault(_fold(name), code)
                names[_fold(code)] = code
    return names | SHORT


def _fold(text):
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(text.replace(".", "").split())


def get_country_code(text):
    """Return the ISO code of a country, "" when unknown.

    :param str text: a name in any of ten languages, or a code
    """
    return _get_names().get(_fold(text or ""), "")
