"""Replays recorded exchanges of a replaced system and compares what may be compared."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rest_framework.test import APIClient

RECORDED = Path(__file__).parent / "recorded"
T1 = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
T2 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
STORED = re.compile(r"(kmz_file|test_results_files)-\d{13}-\d{1,10}(\.[a-z0-9]+)?")
UNKNOWN = 1_000_000
NUMERIC = {
    "outage_tickets_last_30d",
    "maintenance_tickets_last_30d",
    "live_latency",
    "expected_latency",
    "mtu",
    "sla_latency",
    "cost",
    "capex_cost_to_light",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded call and its answer."""

    number: int
    label: str
    method: str
    path: str
    body: Any
    status: int
    answer: Any


@dataclass(slots=True)
class Ids:
    """Ids that the recording's server gave out, and ours for the same things."""

    ours: dict[int, int] = field(default_factory=dict)

    def in_path(self, path: str) -> str:
        """Put our ids into a recorded path; an id that was never given out stays unknown."""
        return re.sub(
            r"(?<=/)(\d+)(?=/|$)",
            lambda found: str(self.ours.get(int(found[1]), int(found[1]) + UNKNOWN)),
            path,
        )


def exchanges(name: str) -> list[Exchange]:
    """Read a recording, e.g. `network_inventory/1`."""
    rows = json.loads((RECORDED / f"{name}.json").read_text())
    return [
        Exchange(
            number,
            row["label"],
            row["method"],
            row["path"],
            row["body"],
            row["status"],
            row["answer"],
        )
        for number, row in enumerate(rows)
    ]


def send(client: APIClient, exchange: Exchange, ids: Ids) -> tuple[int, Any]:
    """Make the call again; return status and decoded answer."""
    call = getattr(client, exchange.method.lower())
    path = ids.in_path(exchange.path)
    if exchange.body is None or exchange.method == "GET":
        response = call(path)
    else:
        response = call(path, data=exchange.body, format="json")
    return response.status_code, decoded(response)


def decoded(response: Any) -> Any:
    """Return JSON, or text."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")


def comparable(value: Any, key: str = "") -> Any:
    """Replace what differs by nature with its kind, so that the rest can be compared exactly."""
    if isinstance(value, dict):
        return {name: comparable(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, str):
        return _kind_of_text(value, key)
    if key == "id":
        return "<id>"
    if isinstance(value, bool):
        return value
    return float(value) if isinstance(value, (int, float)) else value


def _kind_of_text(value: str, key: str) -> Any:
    if key in NUMERIC and not value.strip():
        return None
    if T1.fullmatch(value):
        return "<T1>"
    if T2.fullmatch(value):
        return "<T2>"
    if STORED.fullmatch(value) and not value.split("-")[1].startswith("175"):
        return f"<{value.split('-')[0]}>"
    return value
