"""Which clock a time zone's name stands for, on whatever machine."""

from functools import cache
from zoneinfo import ZoneInfo

import pytz


@cache
def find_zone(name: str | None) -> ZoneInfo | None:
    """Return the zone of a name, ``None`` if nobody knows it.

    Some systems dropped old names that people still have. The host gives ``pytz``
    their present names, so it is asked first; what only ``pytz`` has, it reads itself.

    >>> find_zone("Europe/Brussels").key
    'Europe/Brussels'
    >>> find_zone("Mars/Base") is None
    True
    >>> find_zone(None) is None
    True
    """
    try:
        known = pytz.timezone(name).zone
    except (AttributeError, pytz.UnknownTimeZoneError):
        return None
    try:
        return ZoneInfo(known)
    except (KeyError, ValueError, OSError):
        with pytz.open_resource(known) as file:
            return ZoneInfo.from_file(file, key=known)


def get_zone(name: str | None) -> ZoneInfo:
    """Return the zone of a name, UTC if nobody knows it: a clock never fails.

    >>> get_zone("Mars/Base").key
    'UTC'
    """
    return find_zone(name) or ZoneInfo("UTC")
