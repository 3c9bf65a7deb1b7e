"""Probes of circuits as people set and remove them, and how a measurement is shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from networkroutes.models import LatencyProbe, LatencyState, Outage
from networkroutes.services import latency
from networkroutes.services.latency import Sample
from tests.factories.networkroutes import LatencyProbeFactory, NetworkRouteFactory


@pytest.mark.django_db
def test_a_probe_alone_is_no_measurement(api: Any) -> None:
    admin, route = api("admin").user, NetworkRouteFactory()

    latency.set_probe(actor=admin, route=route, values={"kind": "ping", "target": "127.0.0.1"})
    assert (LatencyProbe.objects.count(), LatencyState.objects.count()) == (1, 0)
    latency.remove_probe(actor=admin, route=route)
    assert (LatencyProbe.objects.count(), LatencyState.objects.count()) == (0, 0)


@pytest.mark.parametrize("changed", [{"target": "127.0.0.2"}, {"kind": "snmp"}, {"tcp_port": 9}])
@pytest.mark.django_db
def test_losses_of_another_probe_do_not_count(api: Any, changed: dict[str, Any]) -> None:
    admin = api("admin").user
    probe = LatencyProbeFactory()
    for _ in range(2):
        latency.store_samples([Sample(probe.route_id, None, timezone.now(), "ping")])

    latency.set_probe(actor=admin, route=probe.route, values={"timeout_ms": 100})
    assert LatencyState.objects.get().losses == 2
    latency.set_probe(actor=admin, route=probe.route, values=changed)
    effect = latency.store_samples([Sample(probe.route_id, None, timezone.now(), "ping")])

    assert (LatencyState.objects.get().losses, effect.outages_begun) == (1, [])
    assert Outage.objects.count() == 0


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "127.0.0.1",
        "http://127.0.0.1:9/x",
        "http://[::1]/",
        "http://10.0.0.1",
        "http://LOCALHOST.:9/",
    ],
)
@pytest.mark.django_db
def test_an_address_that_can_never_be_asked_is_refused_when_it_is_set(
    api: Any, settings: Any, target: str
) -> None:
    settings.OUTBOUND_ALLOW = []
    probe = LatencyProbeFactory(target="127.0.0.1")
    path = f"/api/latency/{probe.route.circuit_id}/probe"

    answer = api("admin").put(path, {"kind": "http", "target": target}, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == "target"
    probe.refresh_from_db()
    assert (probe.kind, probe.target) == ("ping", "127.0.0.1")


@pytest.mark.django_db
def test_an_address_that_the_operator_allows_may_be_asked(api: Any, settings: Any) -> None:
    settings.OUTBOUND_ALLOW = ["127.0.0.1:8099"]
    probe = LatencyProbeFactory()
    body = {"kind": "http", "target": "http://127.0.0.1:8099/ms"}

    path = f"/api/latency/{probe.route.circuit_id}/probe"

    assert api("admin").put(path, body, format="json").status_code == 200
    settings.OUTBOUND_ALLOW = []
    assert api("admin").put(path, {"is_enabled": False}, format="json").status_code == 200
    assert not LatencyProbe.objects.get().is_enabled


@pytest.mark.django_db
def test_losses_of_a_removed_probe_do_not_count(api: Any) -> None:
    admin, probe = api("admin").user, LatencyProbeFactory()
    route = probe.route
    for _ in range(2):
        latency.store_samples([Sample(route.pk, None, timezone.now(), "ping")])

    latency.remove_probe(actor=admin, route=route)
    assert LatencyState.objects.get().losses == 0
    latency.store_samples([Sample(route.pk, None, timezone.now(), "ingest:nms")])
    latency.set_probe(actor=admin, route=route, values={"kind": "ping", "target": "127.0.0.2"})

    assert LatencyState.objects.get().losses == 0
    assert Outage.objects.count() == 0


@pytest.mark.parametrize(
    ("measured", "shown"),
    [(48.25, 48.3), (48.35, 48.4), (0.05, 0.1), (0.01, 0.1), (1.049, 1.0), (3599999.95, 3600000.0)],
)
def test_a_live_latency_is_rounded_half_up_and_is_never_an_outage(
    measured: float, shown: float
) -> None:
    assert latency.shown_ms(measured) == shown
