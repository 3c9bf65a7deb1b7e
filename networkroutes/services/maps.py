"""What a circuit's map says about its latency: light cannot be faster than its line is long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO, Any

from inventory_site.core.errors import NotFound
from inventory_site.core.files import blobs
from networkroutes.design.kml import GROUP_INDEX, LIGHT_KM_PER_MS, light_ms, line_km
from networkroutes.errors import LatencyImpossible
from networkroutes.models import KmzFile, NetworkRoute

STORAGE = "docs"
KMZ_PREFIX = "networkroutes/kmz/"


def length_of(stream: IO[bytes]) -> float | None:
    """Return the length of a map's line in km; None when it has none or cannot be read."""
    stream.seek(0)
    try:
        return line_km(stream)
    except (ValueError, OSError):
        return None
    finally:
        stream.seek(0)


def measure_map_of(circuit_id: str) -> None:
    """Measure the map of a circuit if nobody has; outside any transaction, since it is read."""
    route = NetworkRoute.objects.filter(circuit_id=circuit_id).exclude(kmz_file_path="").first()
    if route is None or not route.kmz_file_path:
        return
    _measure([route.kmz_file_path])


def _measure(names: Iterable[str]) -> None:
    for row in KmzFile.objects.filter(filename__in=names, is_measured=False):
        KmzFile.objects.filter(pk=row.pk).update(line_km=_length(row), is_measured=True)


def _length(row: KmzFile) -> float | None:
    try:
        with blobs.open_seekable(STORAGE, KMZ_PREFIX + row.filename) as stream:
            return length_of(stream)
    except NotFound:
        return None


def check_expected(route: NetworkRoute, before_ms: float | None) -> None:
    """Refuse a newly set expected latency that light could not keep along the map's line.

    Raises `LatencyImpossible` with the arithmetic. What was there before is left alone.
    """
    wanted = route.expected_latency_ms
    if not wanted or wanted == before_ms or not route.kmz_file_path:
        return
    row = KmzFile.objects.filter(filename=route.kmz_file_path).first()
    if row is None or row.line_km is None:
        return
    least = light_ms(row.line_km)
    if wanted < least:
        raise LatencyImpossible(
            _arithmetic(wanted, row.line_km),
            field="expected_latency_ms",
            line_km=round(row.line_km, 1),
            least_ms=round(least, 3),
        )


def too_fast(changes: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Say of circuits, by their primary keys, whose new expected latency light could not keep."""
    wanted: dict[int, float] = {
        pk: latency for pk, values in changes.items() if (latency := values.get("expected_latency"))
    }
    rows = NetworkRoute.objects.filter(pk__in=wanted)
    known = rows.values_list("pk", "kmz_file_path", "expected_latency_ms")
    maps = {pk: name for pk, name, before in known if name and wanted[pk] != before}
    _measure(maps.values())
    lines = KmzFile.objects.filter(filename__in=maps.values(), line_km__isnull=False)
    found = lines.values_list("filename", "line_km")
    lengths = {name: line_km for name, line_km in found if line_km is not None}
    return {
        pk: _arithmetic(wanted[pk], lengths[name])
        for pk, name in maps.items()
        if name in lengths and wanted[pk] < light_ms(lengths[name])
    }


def _arithmetic(latency_ms: float, line: float) -> str:
    return (
        f"Expected latency {latency_ms:g} ms is impossible: the line on the map is "
        f"{line:.1f} km long, and light in fibre needs {line:.1f} km x "
        f"{GROUP_INDEX} / {LIGHT_KM_PER_MS} km per ms = {light_ms(line):.3f} ms one way."
    )
