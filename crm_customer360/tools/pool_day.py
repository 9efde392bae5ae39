"""When does a person's day begin?

Plain time arithmetic: the caller says what time it is and where the person lives.
"""

from datetime import UTC, datetime

from .contact_zone import get_zone


def day_start(now: datetime, tz_name: str | None) -> datetime:
    """Return the moment (naive UTC) the local day of ``now`` began.

    :param now: the current moment, naive UTC
    :param tz_name: name of a time zone; empty means UTC
    :return: local midnight, as naive UTC

    >>> day_start(datetime(2026, 3, 31, 9, 0), "UTC")
    datetime.datetime(2026, 3, 31, 0, 0)

    In Shanghai the day is eight hours ahead:

    >>> day_start(datetime(2026, 3, 31, 17, 0), "Asia/Shanghai")
    datetime.datetime(2026, 3, 31, 16, 0)

    The day the clocks go forward still begins at local midnight:

    >>> day_start(datetime(2026, 3, 29, 12, 0), "Europe/Brussels")
    datetime.datetime(2026, 3, 28, 23, 0)
    >>> day_start(datetime(2026, 3, 31, 9, 0), None)
    datetime.datetime(2026, 3, 31, 0, 0)
    """
    local = now.replace(tzinfo=UTC).astimezone(get_zone(tz_name))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(UTC).replace(tzinfo=None)
