"""Samples of a week and the kept hours before them, told as one: each moment of a port once."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Set
from datetime import datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Any

from django.utils import timezone

from devices.measures import hour_of

RAW_KEPT = timedelta(days=7)
Place = tuple[str, str, int | None, datetime]


def is_beyond_raw(start: datetime | None) -> bool:
    """Whether a span begins before the week that raw samples live."""
    return start is None or hour_of(start) < hour_of(timezone.now() - RAW_KEPT)


def place_of(sample: Place) -> Place:
    """Return the hour of a port, by device, name and index, that a sample speaks for."""
    ip, name, index, at = sample
    return ip, name, index, hour_of(at)


def left_of(hours: Iterable[Any], samples: Iterable[Place]) -> list[Any]:
    """Return the kept hours that no sample speaks for."""
    spoken: Set[Place] = {place_of(sample) for sample in samples}
    place = attrgetter("device_ip", "interface_name", "interface_index", "hour")
    return [row for row in hours if place(row) not in spoken]


def newest_first(
    samples: Iterable[dict[str, Any]],
    means: Iterable[dict[str, Any]],
    names: tuple[str, str, str, str],
) -> Iterator[dict[str, Any]]:
    """Yield samples, and the means of the hours that none of them speaks for, newest first.

    Both come newest first; `names` are the keys of device, port (name and index) and moment.
    """
    place, spoken = itemgetter(*names), set[Place]()
    ends = ((place(row), False, row) for row in samples), ((place(row), True, row) for row in means)
    for at, is_mean, row in heapq.merge(*ends, key=lambda end: end[0][-1], reverse=True):
        if not is_mean:
            spoken.add(place_of(at))
        elif at in spoken:  # the samples of an hour come before its mean
            continue
        yield row
