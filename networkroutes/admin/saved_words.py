"""Saved searches as the design tool shows them.

Other clients keep any JSON in a saved search, so nothing of it is taken for granted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.urls import reverse

from networkroutes.admin.widgets import joined
from networkroutes.admin.words import mbps_words
from networkroutes.design.capacity import requested_mbps
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


def facts(columns: Sequence[dict[str, Any]]) -> list[tuple[str, list[tuple[str, str]], bool]]:
    """Return (what, a search's name and its text for each search, whether they differ).

    Constraints that few searches have are left out where none of these has one.
    """
    names = [str(each["row"]) for each in columns]
    found = []
    for title, read in FACTS:
        texts = [_shown(read(each)) for each in columns]
        if title in MORE and set(texts) == {NOTHING}:
            continue
        found.append((title, list(zip(names, texts, strict=True)), len(set(texts)) > 1))
    return found


def _kept(row: SavedSearch) -> dict[str, Any]:
    return row.search_results if isinstance(row.search_results, dict) else {}


def _joined(value: Any) -> Any:
    return joined(value) if isinstance(value, list) else value


def _way(number: int, name: str) -> Any:
    def read(each: dict[str, Any]) -> Any:
        paths = each["paths"]
        return _joined(paths[number].get(name)) if len(paths) > number else None

    return read


def _money(name: str) -> Any:
    def read(each: dict[str, Any]) -> Any:
        amount = each["kept"].get(name)
        is_number = isinstance(amount, (int, float)) and not isinstance(amount, bool)
        return f"{amount:,.2f}" if is_number else amount

    return read


def _bandwidth(each: dict[str, Any]) -> str | None:
    row = each["row"]
    if not row.bandwidth_required:
        return None
    return mbps_words(requested_mbps(row.bandwidth_required, row.bandwidth_unit))


def _asked(name: str) -> Any:
    def read(each: dict[str, Any]) -> str:
        query = each["kept"].get("query")
        found = parse_qs(query).get(name, [""])[0] if isinstance(query, str) else ""
        return "yes" if found == "on" else found

    return read


MORE = {
    "Without cable systems": _asked("avoid_cables"),
    "Without places": _asked("avoid_places"),
    "Through": _asked("via"),
    "MTU at least, bytes": _asked("mtu"),
    "Without ULL circuits": _asked("no_ull"),
    "Without Cisco circuits": _asked("no_cisco"),
    "With ULL premium": _asked("with_ull"),
}
FACTS: tuple[tuple[str, Any], ...] = (
    ("From", lambda each: each["row"].source_location),
    ("To", lambda each: each["row"].destination_location),
    ("Bandwidth", _bandwidth),
    ("Latency up to, ms", lambda each: each["row"].max_latency_ms),
    ("Without carriers", lambda each: _joined(each["row"].carrier_avoidance)),
    *MORE.items(),
    ("Path", _way(0, "path")),
    ("Latency, ms", _way(0, "totalLatency")),
    ("Circuits", _way(0, "circuits")),
    ("Carriers", _way(0, "carriers")),
    ("Twin", _way(1, "path")),
    ("Twin's latency, ms", _way(1, "totalLatency")),
    ("Twin's carriers", _way(1, "carriers")),
    ("Term, months", lambda each: each["row"].contract_term_months),
    ("Currency", lambda each: each["row"].output_currency),
    ("Monthly", _money("monthly")),
    ("Set-up", _money("setup")),
    ("Contract", _money("total")),
    ("Suggested by margin", _money("suggested")),
)


def _shown(value: Any) -> str:
    if value in (None, ""):
        return NOTHING
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)
