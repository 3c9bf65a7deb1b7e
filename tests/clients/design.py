"""What tests of the design tool share."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

T2 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
LON2_SNG1 = ["IPCLON2", "IPCLON7", "IPCFFT3", "IPCHKG8", "IPCSNG1"]


def find(client: APIClient, source: str, destination: str, **body: Any) -> Any:
    """Ask for a path."""
    sent = {"source": source, "destination": destination, **body}
    return client.post("/network_design/find_path", sent, format="json")


def price(client: APIClient, segments: list[Any], **body: Any) -> Any:
    """Ask for the price of one path."""
    path = {"path": ["A", "B"], "totalLatency": 1, "hops": 1, "route": segments}
    return client.post(
        "/network_design/calculate_pricing", {"paths": [path], **body}, format="json"
    )
