"""Which sets are for development, and which are kept for the end."""

from . import public
from .companies import make_companies
from .people import make_people

# languages, word lists and seeds of the sets that are held out occur nowhere else
DEVELOPMENT = ("en_US", "de_DE"), ("zh_CN",), 11
HELD_OUT = ("fr_FR", "es_ES", "it_IT", "nl_NL"), ("zh_TW",), 70_001
# for a second look: the first one was used to mend the rules
FRESH = ("en_GB", "sv_SE", "pt_BR"), ("zh_TW",), 90_001


def generated(configuration, part=1.0, turn=0):
    """Return people, Chinese people and companies.

    :param part: of the size
    :param turn: another number draws other people from the same words
    """
    western, han, seed = configuration
    seed += 10 * turn
    label = "+".join(locale[:2] for locale in western)
    chinese = "Chinese, " + ("Taiwan" if "zh_TW" in han else "mainland")
    return [
        make_people(f"people {label}", western, int(5000 * part), seed),
        make_people(f"people, {chinese}", han, int(5000 * part), seed + 1),
        make_companies(
            f"companies {label}+zh", (*western, *han), int(5000 * part), seed + 2
        ),
    ]


def training():
    """Return what the weights are learned from; the crowd has the namesakes."""
    crowd = make_people("crowd", DEVELOPMENT[0], 20_000, 5)
    febrl = [public.febrl(number) for number in (1, 2, 3)]
    return [
        *generated(DEVELOPMENT),
        *generated(DEVELOPMENT, turn=1),
        crowd,
        *febrl,
    ]


def development(part=1.0):
    """Return sets to look at while developing; of those learned from, only FEBRL."""
    febrl = [public.febrl(number) for number in (1, 2, 3)]
    return [*generated(DEVELOPMENT, part, turn=2), *febrl]


def held_out(part=1.0):
    """Return the sets no weight, word or rule was chosen by."""
    sets = [
        *generated(FRESH, part),
        *generated(HELD_OUT, part),
        public.febrl(4),
        public.febrl(4, number=True),
    ]
    for load in (public.restaurants, public.rldata):
        try:
            sets.append(load())
        except LookupError as error:
            print(f"skipped: {error}")
    return sets
