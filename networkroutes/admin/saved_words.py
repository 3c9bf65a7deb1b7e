"""Saved searches as the design tool shows them.

Other clients keep any JSON in a saved search, so nothing of it is taken for granted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from networkroutes.models import SavedSearch

NOTHING = "–"  # noqa: RUF001  an en dash stands where nothing is known


def url_of(row: SavedSearch) -> str:
    """Return the address that asks a saved question again."""
    query = _kept(row).get("query")
    if not isinstance(query, str):
        unit = (row.bandwidth_unit or "").strip().lower()
        query = urlencode(
            {
                "source": row.source_location or "",
                "destination": row.destination_location or "",
                "bandwidth": row.bandwidth_required or "",
                "unit": "Gbps" if unit == "gbps" else "Mbps",
                "max_latency": row.max_latency_ms or "",
                "twin": "circuit" if row.protection_required else "",
                "avoid_carriers": _joined(row.carrier_avoidance) or "",
                "currency": row.output_currency or "",
                "term": row.contract_term_months or "",
            }
        )
    return f"{reverse('networkroutes-design')}?{query}"


def column(row: SavedSearch) -> dict[str, Any]:
    """Return a search as a column of the comparison."""
    kept = _kept(row)
    paths = kept.get("paths")
    paths = [path for path in paths if isinstance(path, dict)] if isinstance(paths, list) else []
    return {"row": row, "url": url_of(row), "kept": kept, "paths": paths}


def facts(columns: Sequence[dict[str, Any]]) -> list[tuple[str, list[str], bool]]:
    """Return (what, one text per search, whether they differ)."""
    found = []
    for title, read in FACTS:
        texts = [_shown(read(each)) for each in columns]
        found.append((title, texts, len(set(texts)) > 1))
    return found


def _kept(row: SavedSearch) -> dict[str, Any]:
    return row.search_results if isinstance(row.search_results, dict) else {}


def _joined(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _way(number: int, name: str) -> Any:
    def read(each: dict[str, Any]) -> Any:
        paths = each["paths"]
        return _joined(paths[number].get(name)) if len(paths) > number else None

    return read


def _bandwidth(each: dict[str, Any]) -> str | None:
    row = each["row"]
    if not row.bandwidth_required:
        return None
    return f"{row.bandwidth_required:g} {row.bandwidth_unit or 'Mbps'}"


FACTS: tuple[tuple[str, Any], ...] = (
    ("From", lambda each: each["row"].source_location),
    ("To", lambda each: each["row"].destination_location),
    ("Bandwidth", _bandwidth),
    ("Latency up to, ms", lambda each: each["row"].max_latency_ms),
    ("Without carriers", lambda each: _joined(each["row"].carrier_avoidance)),
    ("Path", _way(0, "path")),
    ("Latency, ms", _way(0, "totalLatency")),
    ("Circuits", _way(0, "circuits")),
    ("Carriers", _way(0, "carriers")),
    ("Twin", _way(1, "path")),
    ("Twin's latency, ms", _way(1, "totalLatency")),
    ("Twin's carriers", _way(1, "carriers")),
    ("Term, months", lambda each: each["row"].contract_term_months),
    ("Currency", lambda each: each["row"].output_currency),
    ("Monthly", lambda each: each["kept"].get("monthly")),
    ("Set-up", lambda each: each["kept"].get("setup")),
    ("Contract", lambda each: each["kept"].get("total")),
    ("Suggested by margin", lambda each: each["kept"].get("suggested")),
)


def _shown(value: Any) -> str:
    if value in (None, ""):
        return NOTHING
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)
