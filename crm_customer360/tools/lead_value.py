"""Dates and amounts as people write them into lists.

>>> parse_date("2026-03-01"), parse_date("01.03.2026"), parse_date("2026年3月1日")
(datetime.datetime(2026, 3, 1, 0, 0), datetime.datetime(2026, 3, 1, 0, 0), \
datetime.datetime(2026, 3, 1, 0, 0))
>>> parse_date("03/01/2026", month_first=True), parse_date("31/12/2026", True)
(datetime.datetime(2026, 3, 1, 0, 0), datetime.datetime(2026, 12, 31, 0, 0))
>>> parse_date("2026-03-01 08:30:00"), parse_date("2026-03-01T08:30:00Z")
(datetime.datetime(2026, 3, 1, 8, 30), datetime.datetime(2026, 3, 1, 8, 30))
>>> parse_date("soon"), parse_date("31.02.2026")
(None, None)
>>> [parse_amount(text) for text in ("1.234,50 €", "1,234.50", "12 000", "a lot")]
[1234.5, 1234.5, 12000.0, None]
>>> join_names("Ada", "Byron"), join_names("小明", "王"), join_names("", "Byron")
('Ada Byron', '王小明', 'Byron')
>>> split_names("Pumps, valves；泵，"), split_names(" ")
(['Pumps', 'valves', '泵'], [])
"""

import re
from datetime import UTC, datetime

YEAR_FIRST = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
YEAR_LAST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
CHINESE = re.compile(r"^[一-鿿]+$")


def parse_date(text, month_first=False):
    """Return the moment a text names, None when it names none.

    :param str text: a date in ISO form, in numbers or in Chinese, a moment in ISO form
    :param bool month_first: how to read 03/04/2026
    :return: naive datetime, UTC where the text tells its zone
    """
    text = " ".join(text.split())
    try:
        if found := YEAR_FIRST.match(text):
            return datetime(*map(int, found.groups()))
        if found := YEAR_LAST.match(text):
            day, month, year = map(int, found.groups())
            if "/" in text and (month_first and day <= 12 or month > 12):
                day, month = month, day
            return datetime(year, month, day)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def parse_amount(text):
    """Return the number in a text, None when there is none.

    The last of point and comma is the decimal sign, unless three digits follow it.
    """
    digits = re.sub(r"[^\d.,-]", "", text)
    if not any(map(str.isdigit, digits)):
        return None
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0 and len(digits) - last - 1 != 3:
        whole, part = digits[:last], digits[last + 1 :]
    else:
        whole, part = digits, "0"
    try:
        return float(f"{re.sub('[.,]', '', whole)}.{part}")
    except ValueError:
        return None


def join_names(first, last):
    """Return the whole name: Chinese ones begin with the family name."""
    if CHINESE.match(first) and CHINESE.match(last):
        return last + first
    return f"{first} {last}".strip()


def split_names(text):
    """Return the names of a list in one text: commas or semicolons between them."""
    parts = text.replace("，", ",").replace("；", ",").replace(";", ",").split(",")
    return [part.strip() for part in parts if part.strip()]
