"""SQL expressions that draw the same values on every run.

Each takes the number of a row (an SQL expression) and the name of what is drawn, and
hashes both: no state, so chunks may be filled in any order, twice, or again next year.
"""

from math import gcd
from zlib import crc32


def quote(text: str) -> str:
    """
    >>> quote("O'Neil 100%")
    "'O''Neil 100%'"
    """
    return "'" + text.replace("'", "''") + "'"


def array(values) -> str:
    """
    >>> array([1, 2]), array(["a"])
    ('ARRAY[1, 2]', "ARRAY['a']::text[]")
    """
    values = list(values)
    items = [quote(value) if isinstance(value, str) else str(value) for value in values]
    kind = "::text[]" if isinstance(values[0], str) else ""
    return f"ARRAY[{', '.join(items)}]{kind}"


class Draw:
    """Draws for one seed.

    >>> Draw(1).unit("k", "x") == Draw(1).unit("k", "x")
    True
    >>> Draw(1).unit("k", "x") == Draw(2).unit("k", "x")
    False
    """

    def __init__(self, seed: int):
        self.seed = seed

    def unit(self, key: str, name: str) -> str:
        """A number in [0, 1), even."""
        salt = crc32(f"{self.seed}:{name}".encode())
        return (
            f"((hashint8extended(({key})::bigint, {salt}) & 2147483647)::float8"
            " / 2147483648)"
        )

    def whole(self, key: str, name: str, count: int) -> str:
        """A whole number in [0, count), even."""
        return f"floor({self.unit(key, name)} * {count})::int"

    def skewed(self, key: str, name: str, count: int, power: float = 3) -> str:
        """A whole number in [0, count): few numbers come often, most come rarely.

        The share of the first ``n`` of ``count`` is ``(n / count) ** (1 / power)``:
        with power 3 the first 1 % gets 22 %, the first tenth 46 %.
        """
        return f"floor({count} * power({self.unit(key, name)}, {power}))::int"

    def chance(self, key: str, name: str, share: float) -> str:
        return f"({self.unit(key, name)} < {share})"

    def one_of(self, key: str, name: str, values) -> str:
        """One of the texts or numbers, even."""
        values = list(values)
        drawn = self.whole(key, name, len(values))
        return f"({array(values)})[1 + {drawn}]"


def shuffle(key: str, count: int) -> str:
    """A bijection of 0 .. count - 1 that scatters neighbours.

    >>> count = 1000
    >>> sql = shuffle("k", count)
    >>> len({eval(sql.replace("::bigint", ""), {"k": k}) for k in range(count)})
    1000
    """
    factor = 982_451_653 % count or 1
    while gcd(factor, count) != 1:
        factor += 1
    return f"((({key})::bigint * {factor} + 7) % {count})"
