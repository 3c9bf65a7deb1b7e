"""Numbers are not taken for names, and true and false not for numbers, on the native wire."""

from __future__ import annotations

from typing import Any

import pytest

from networkroutes.models import Carrier, LatencySample, PromoRule, Reservation, ReservationLog
from tests.factories.networkroutes import (
    DarkFibreChannelFactory,
    NetworkRouteFactory,
    ReservationFactory,
)

pytestmark = pytest.mark.django_db


def refused(answer: Any) -> list[str]:
    """The fields that a refusal names."""
    assert answer.status_code == 400, answer.content
    return sorted(answer.json()["error"]["details"]["fields"])


@pytest.mark.parametrize("name", [5, 5.5, True, ["Jo"], {"a": 1}])
def test_whoever_reserves_or_releases_has_a_name(api: Any, name: Any) -> None:
    client, channel = api("administrator"), DarkFibreChannelFactory()
    held = ReservationFactory()
    free, taken = (f"/api/dark-fibre-channels/{one.pk}" for one in (channel, held.channel))

    body = {"channel": channel.pk, "reserved_by": name}
    answers = [
        client.post(f"{free}/reserve", {"reserved_by": name}, format="json"),
        client.post("/api/reservations", body, format="json"),
    ]
    released = client.post(f"{taken}/release", {"released_by": name}, format="json")

    assert [refused(answer) for answer in answers] == [["reserved_by"]] * 2
    assert refused(released) == ["released_by"]
    assert (Reservation.objects.get().pk, ReservationLog.objects.count()) == (held.pk, 0)


def test_a_number_is_no_name(api: Any) -> None:
    client = api("administrator")
    carrier = {"carrier_name": 5, "region": "EMEA", "status": "active"}
    promo = {"rule_name": 7, "source_locations": [1], "destination_locations": ["B"]}
    asked = {"source": 5, "destination": "B", "avoid_carriers": [7]}

    assert refused(client.post("/api/carriers", carrier, format="json")) == ["carrier_name"]
    assert refused(client.post("/api/promo-rules", promo, format="json")) == [
        "rule_name",
        "source_locations.0",
    ]
    assert refused(client.post("/api/network-design/paths", asked, format="json")) == [
        "avoid_carriers.0",
        "source",
    ]
    assert (Carrier.objects.count(), PromoRule.objects.count()) == (0, 0)


@pytest.mark.parametrize("number", [True, False, "nan", "inf"])
def test_a_boolean_is_no_number(api: Any, number: Any) -> None:
    client, route = api("administrator"), NetworkRouteFactory(expected_latency_ms=7.5)
    sample = {"circuit_id": route.circuit_id, "latency_ms": number}
    asked = {"source": "A", "destination": "B", "bandwidth_mbps": number}

    changed = client.patch(
        f"/api/routes/{route.circuit_id}", {"expected_latency_ms": number}, format="json"
    )
    pushed = client.post("/api/latency/samples", {"samples": [sample]}, format="json")
    found = client.post("/api/network-design/paths", asked, format="json")

    assert refused(changed) == ["expected_latency_ms"]
    assert pushed.status_code == 400
    assert refused(found) == ["bandwidth_mbps"]
    route.refresh_from_db()
    assert (route.expected_latency_ms, LatencySample.objects.count()) == (7.5, 0)


def test_a_number_of_mbps_is_a_bandwidth_and_a_text_of_digits_a_number(api: Any) -> None:
    client, route = api("administrator"), NetworkRouteFactory()
    body = {"bandwidth": 10000, "expected_latency_ms": "8.25"}

    answer = client.patch(f"/api/routes/{route.circuit_id}", body, format="json")

    assert answer.status_code == 200
    route.refresh_from_db()
    assert (route.bandwidth, route.expected_latency_ms) == ("10000", 8.25)
