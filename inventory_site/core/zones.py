"""Which time zones there are."""

import zoneinfo
from functools import cache


@cache
def known_zones() -> frozenset[str]:
    """Return the names of all time zones; the folders that hold them are read once."""
    return frozenset(zoneinfo.available_timezones())


def city_zones() -> list[str]:
    """Return the names of the form `Area/City`, which forms offer, in order."""
    return sorted(name for name in known_zones() if "/" in name)
