"""Long lists for PostgreSQL, written as one value.

A list that is handed over element by element is parsed element by element: of twelve
thousand, that takes longer than the query. Plain values: no ``odoo`` import.
"""

from collections.abc import Iterable
from datetime import date, datetime
from types import NoneType


def array_literal(values: Iterable) -> str:
    """Return values as the text of an array; the query says of which type.

    :param values: numbers, booleans, texts, dates, moments, ``None``

    >>> array_literal([1, 2, None])
    '{1, 2, NULL}'
    >>> array_literal(["None", None])
    '{"None",NULL}'
    >>> array_literal([])
    '{}'
    >>> array_literal(["ann@x.example", 'a "b"', "null", ""])
    '{"ann@x.example","a \\\\"b\\\\"","null",""}'
    >>> array_literal([True, datetime(2026, 3, 1, 9)])
    '{true,"2026-03-01 09:00:00"}'
    >>> array_literal([b"x"])
    Traceback (most recent call last):
    TypeError: no value of an array: b'x'
    """
    values = list(values)
    kinds = set(map(type, values)) - {NoneType}
    if kinds <= {int}:
        # numbers in one go, as Python writes a list
        return "{" + str(values)[1:-1].replace("None", "NULL") + "}"
    if kinds == {str} and None not in values:
        text = '","'.join(values)
        if "\\" not in text and text.count('"') == 2 * (len(values) - 1):
            return f'{{"{text}"}}'
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        if "\\" in value or '"' in value:
            value = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{value}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, date | datetime):
        return f'"{value}"'
    raise TypeError(f"no value of an array: {value!r}")
