"""Native path search, prices, channel plans; impossible latencies."""

from __future__ import annotations

import io
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from networkroutes.design.kml import drawn_lines, line_km
from networkroutes.design.network import Network
from networkroutes.models import DesignLog, KmzFile, NetworkRoute, SavedSearch
from networkroutes.selectors import design as selector
from tests.factories.networkroutes import (
    DarkFibreChannelFactory,
    DarkFibreRouteFactory,
    ExchangeRateFactory,
    NetworkRouteFactory,
    ReservationFactory,
)

pytestmark = pytest.mark.django_db
PATHS = "/api/network-design/paths"


@pytest.fixture
def square() -> None:
    """A square A-B-D and A-C-D, a second circuit A-B, and a long direct one."""
    for number, (a, b, weight, carrier, cable) in enumerate(
        (
            ("A", "B", 5, "Aurora", "East"),
            ("B", "D", 5, "Aurora", "East"),
            ("A", "C", 6, "Kestrel", "East"),
            ("C", "D", 6, "Kestrel", "West"),
            ("A", "B", 5, "Pelagia", "South"),
            ("A", "D", 40, "Aurora", "South"),
        )
    ):
        NetworkRouteFactory(
            circuit_id=f"SQUARE{number:06d}",
            location_a=a,
            location_b=b,
            expected_latency_ms=weight,
            underlying_carrier=carrier,
            cable_system=cable,
            cost="100",
            currency="USD",
        )


def ask(api: Any, **body: Any) -> Any:
    """Ask for paths from A to D."""
    return api("viewer").post(PATHS, {"source": "A", "destination": "D", **body}, format="json")


@pytest.mark.usefixtures("square")
def test_the_best_paths_come_in_order_with_their_cost(api: Any) -> None:
    answer = ask(api, count=5).json()["data"]

    assert [(path["locations"], path["latency_ms"]) for path in answer["paths"]] == [
        (["A", "B", "D"], 10),
        (["A", "C", "D"], 12),
        (["A", "D"], 40),
    ]
    assert answer["paths"][0]["cost_usd"] == 200
    assert answer["paths"][0]["segments"][0]["circuit_id"] == "SQUARE000000"
    assert answer["pair"] is None
    assert DesignLog.objects.get().results["paths"][0]["totalLatency"] == 10


@pytest.mark.usefixtures("square")
@pytest.mark.parametrize(
    ("kind", "total", "second"),
    [
        ("circuit", 22, ["A", "C", "D"]),
        ("node", 22, ["A", "C", "D"]),
        ("carrier", 22, ["A", "C", "D"]),
        ("cable_system", 50, ["A", "D"]),
    ],
)
def test_a_twin_shares_nothing_of_its_kind(
    api: Any, kind: str, total: float, second: list[str]
) -> None:
    pair = ask(api, diverse_by=kind).json()["data"]["pair"]

    assert (pair["kind"], pair["total_latency_ms"], pair["is_proven"]) == (kind, total, True)
    assert pair["secondary"]["locations"] == second


@pytest.mark.usefixtures("square")
def test_limits_and_names_to_avoid_hold(api: Any) -> None:
    def best(**body: Any) -> Any:
        return ask(api, count=1, **body).json()["data"]["paths"][0]["locations"]

    assert best(avoid_carriers=["aurora"]) == ["A", "C", "D"]
    assert best(avoid_cable_systems=["EAST"]) == ["A", "D"]
    assert best(avoid_locations=["B"]) == ["A", "C", "D"]
    assert best(avoid_circuits=["SQUARE000001"]) == ["A", "C", "D"]
    assert best(via=["C"]) == ["A", "C", "D"]


@pytest.mark.usefixtures("square")
def test_no_path_tells_why(api: Any) -> None:
    slow = ask(api, max_latency_ms=9)
    gone = ask(api, bandwidth_mbps=1_000_000)
    twin = ask(api, diverse_by="cable_system", max_latency_ms=11).json()["data"]

    assert slow.status_code == gone.status_code == 404
    error = slow.json()["error"]
    assert error["code"] == "PATH_NOT_FOUND"
    assert (error["details"]["reason"], error["details"]["best_latency_ms"]) == ("max_latency", 10)
    assert gone.json()["error"]["details"]["exclusionReasons"]["bandwidth"]["count"] == 6
    far = ask(api, via=["C"], max_latency_ms=11).json()["error"]["details"]
    nowhere = ask(api, via=["Z"]).json()["error"]["details"]
    assert (far["reason"], far["best_latency_ms"]) == ("max_latency", 12)
    assert (nowhere["reason"], nowhere["details"]) == ("via", "No path found that passes Z.")
    assert twin["pair"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"destination": "A"}, "destination"),
        ({"count": 0}, "count"),
        ({"diverse_by": "colour"}, "diverse_by"),
        ({"avoid_carrier": ["x"]}, "avoid_carrier"),
    ],
)
def test_a_wrong_question_is_refused_by_field(api: Any, body: Any, field: str) -> None:
    answer = ask(api, **body)

    assert answer.status_code == 400
    assert field in answer.json()["error"]["details"]["fields"]
    assert not DesignLog.objects.exists()


def test_the_network_is_kept_until_a_commit_changes_it(
    django_assert_num_queries: Any,
) -> None:
    NetworkRouteFactory(location_a="A", location_b="B")
    first = selector.network()

    with django_assert_num_queries(2):
        assert selector.network() is first
    route = NetworkRoute.objects.get()
    route.location_b = "C"
    route.save()
    assert selector.network() is not first
    assert selector.network().circuits[0].location_b == "C"


def test_searches_at_once_build_a_changed_network_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    monkeypatch.setattr(selector, "_kept", {})
    monkeypatch.setattr(selector, "data_version", lambda: (len("same"),))

    def load() -> Network:
        built.append(1)
        time.sleep(0.2)
        return Network([], frozenset())

    monkeypatch.setattr(selector, "load_network", load)
    with ThreadPoolExecutor(8) as callers:
        networks = list(callers.map(lambda _: selector.network(), range(8)))

    assert (len(built), len(set(map(id, networks)))) == (1, 1)


def test_prices_by_term_and_by_margin(api: Any) -> None:
    client = api("viewer")
    paths = [{"segments": [{"cost": 1000, "currency": "USD", "bandwidth_mbps": 10000}]}]

    term = client.post(
        "/api/network-design/prices", {"paths": paths, "term_months": 24}, format="json"
    ).json()["data"]
    margin = client.post(
        "/api/network-design/prices",
        {
            "paths": paths,
            "term_months": 24,
            "output_currency": "EUR",
            "bandwidth_mbps": 1000,
            "source": "A",
            "destination": "B",
        },
        format="json",
    ).json()["data"]
    missing = client.post(
        "/api/network-design/prices",
        {"paths": paths, "output_currency": "CHF"},
        format="json",
    )

    assert term["results"][0]["pricing"]["monthlyCost"] == 850
    assert margin["results"][0]["pricing"]["minimumPrice"] == 151.11
    assert (missing.status_code, missing.json()["error"]["code"]) == (400, "EXCHANGE_RATE_MISSING")


@pytest.mark.parametrize(("asked_mbps", "carried_mbps"), [(1e308, 1000), (5, 1e-300)])
def test_what_is_too_large_to_be_priced_is_refused(
    api: Any, asked_mbps: float, carried_mbps: float
) -> None:
    segment = {"cost": 1000, "currency": "USD", "bandwidth_mbps": carried_mbps}
    body: dict[str, Any] = {"source": "A", "destination": "B", "bandwidth_mbps": asked_mbps}
    body["paths"] = [{"segments": [segment]}]
    answer = api("viewer").post("/api/network-design/prices", body, format="json")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "DESIGN_INVALID")
    assert answer.json()["error"]["message"] == "The amounts are too large to be priced"
    assert not DesignLog.objects.exists()


def test_searches_maps_and_the_log_have_native_paths(api: Any) -> None:
    client = api("administrator")

    made = client.post(
        "/api/network-design/searches", {"search_name": "mine"}, format="json"
    ).json()["data"]
    drawn = client.post("/api/network-design/maps", {"paths": [["A", "B"]]}, format="json")
    rows = client.get("/api/network-design/log").json()
    lines = b"".join(client.get("/api/network-design/log?format=csv").streaming_content).decode()
    cleared = client.delete("/api/network-design/log")

    assert SavedSearch.objects.get().owner == client.user
    assert client.delete(f"/api/network-design/searches/{made['id']}").status_code == 204
    assert drawn.status_code == 201
    assert KmzFile.objects.get().filename == drawn.json()["data"]["filename"]
    assert rows["meta"]["total"] == 1
    assert lines.splitlines()[1].endswith(',"{""paths"":[[""A"",""B""]]}",,')
    assert cleared.json()["data"] == {"archived": 1}
    assert client.get("/api/network-design/log").json()["meta"]["total"] == 0
    assert client.get("/api/network-design/log?archived=true").json()["meta"]["total"] == 1
    assert api("viewer").delete("/api/network-design/log").status_code == 403


def map_of(length_degrees: float | str, between: str = "") -> io.BytesIO:
    """A KMZ with a line along the equator, and what stands between its ends."""
    text = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><LineString><coordinates>'
        f"0,0,0 {between} {length_degrees},0,0</coordinates></LineString></Placemark></kml>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("doc.kml", text)
    packed.seek(0)
    packed.name = "map.kmz"
    return packed


def test_an_expected_latency_below_light_along_the_map_is_refused_with_the_arithmetic(
    api: Any,
) -> None:
    route, client = NetworkRouteFactory(expected_latency_ms=50), api("administrator")
    key = route.circuit_id
    client.post(f"/network_routes/{key}/upload_kmz", {"kmz_file": map_of(9)}, format="multipart")

    native = client.patch(f"/api/routes/{key}", {"expected_latency_ms": 4.8}, format="json")
    whole = client.put(f"/network_routes/{key}", {"expected_latency": 4.8}, format="json")

    arithmetic = (
        "Expected latency 4.8 ms is impossible: the line on the map is 1000.8 km long, and light "
        "in fibre needs 1000.8 km x 1.468 / 299.792458 km per ms = 4.900 ms one way."
    )
    assert native.status_code == 400
    assert native.json()["error"]["message"] == arithmetic
    assert native.json()["error"]["code"] == "LATENCY_BELOW_LIGHT"
    assert (whole.status_code, whole.json()["error"]) == (400, arithmetic)
    route.refresh_from_db()
    assert (route.expected_latency_ms, route.version) == (50, 2)
    possible = client.patch(f"/api/routes/{key}", {"expected_latency_ms": 5}, format="json")
    assert possible.status_code == 200


@pytest.mark.parametrize("hostile", ["nan,0", "0,nan", "inf,0", "0,-inf", "0,91", "361,0", "x,0"])
def test_what_lies_nowhere_on_the_globe_is_no_point_of_a_map(hostile: str) -> None:
    packed = map_of(9, between=hostile)

    assert line_km(packed) == pytest.approx(1000.75, abs=0.1)
    assert drawn_lines(packed) == [[(0.0, 0.0), (0.0, 9.0)]]
    assert line_km(map_of("nan")) == 0
    assert drawn_lines(map_of("nan")) == []


def test_the_front_end_may_send_back_a_latency_that_was_there_before_the_map(api: Any) -> None:
    route, client = NetworkRouteFactory(expected_latency_ms=4.8), api("administrator")
    key = route.circuit_id
    client.post(f"/network_routes/{key}/upload_kmz", {"kmz_file": map_of(9)}, format="multipart")

    sent = {"expected_latency": "4.8", "mtu": "9000"}
    kept = client.put(f"/network_routes/{key}", sent, format="json")

    assert (kept.status_code, kept.json()) == (200, {"message": "Updated"})
    route.refresh_from_db()
    assert (route.expected_latency_ms, route.mtu) == (4.8, 9000)


def test_a_channel_plan_shows_every_slot(api: Any) -> None:
    route = DarkFibreRouteFactory()
    lit = DarkFibreChannelFactory(route=route, dwdm_wavelength="193.1 THz", in_use=True)
    held = DarkFibreChannelFactory(route=route, dwdm_wavelength="C32")
    odd = DarkFibreChannelFactory(route=route, dwdm_wavelength="blue")
    ReservationFactory(channel=held)

    plan = api("viewer").get(f"/api/routes/{route.circuit_id}/channel-plan").json()["data"]

    slots = {slot["thz"]: slot for slot in plan["slots"]}
    assert len(slots) == 97
    assert (slots[193.1]["state"], slots[193.1]["channel"]["id"]) == ("lit", lit.pk)
    assert slots[193.2]["state"] == "reserved"
    assert plan["counts"] == {"lit": 1, "reserved": 1, "free": 95}
    assert [row["id"] for row in plan["off_grid"]] == [odd.pk]


def test_a_wavelength_is_read_or_refused(api: Any) -> None:
    client = api("viewer")

    good = client.get("/api/wavelengths?text=1551.72").json()["data"]
    bad = client.get("/api/wavelengths?text=193.15&spacing_ghz=100")

    assert (good["thz"], good["channel_number"]) == (193.2, 32)
    assert bad.status_code == 400


def test_totals_use_rates_that_are_active(api: Any) -> None:
    ExchangeRateFactory(currency_code="CHF", exchange_rate="0.5")
    NetworkRouteFactory(location_a="A", location_b="D", cost="10", currency="CHF")

    assert ask(api).json()["data"]["paths"][0]["cost_usd"] == 20
