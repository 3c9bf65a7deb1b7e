"""Measured latency: probes, outages, recovery, retention."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from networkroutes.clients import ping
from networkroutes.models import LatencyProbe, LatencySample, LatencyState, NetworkRoute, Outage
from networkroutes.services import latency, latency_probes
from networkroutes.services.latency import Sample
from tests.factories.networkroutes import (
    LatencyProbeFactory,
    LatencySampleFactory,
    LatencyStateFactory,
    NetworkRouteFactory,
    OutageFactory,
)

pytestmark = pytest.mark.django_db


class Listener:
    """A loopback port that can be opened and closed."""

    def __init__(self) -> None:
        self.server: socketserver.TCPServer | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def start(self, body: bytes = b"") -> None:
        """Accept connections and answer each with an HTTP body."""

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                if not body:
                    return
                self.request.recv(4096)
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
                self.request.sendall(head.encode() + body)

        socketserver.TCPServer.allow_reuse_address = True
        self.server = socketserver.TCPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A closed port."""
    made = Listener()
    yield made
    made.stop()


def live(route: NetworkRoute) -> float | None:
    """The live latency that the register shows."""
    route.refresh_from_db()
    return route.live_latency_ms


def test_three_losses_are_an_outage_and_an_answer_ends_it(listener: Listener) -> None:
    probe = LatencyProbeFactory(kind="tcp", tcp_port=listener.port)
    listener.start()
    latency_probes.probe_all()
    before = live(probe.route)

    listener.stop()
    latency_probes.probe_all()
    latency_probes.probe_all()
    after_two = live(probe.route)
    run = latency_probes.probe_all()
    down = live(probe.route)
    listener.start()
    back = latency_probes.probe_all()

    assert before is not None
    assert 0 < before == after_two
    assert (run.lost, run.outages_begun, down) == (1, 1, 0)
    assert back.outages_ended == 1
    assert live(probe.route) > 0
    outage = Outage.objects.get()
    assert outage.ended_at >= outage.started_at
    values = LatencySample.objects.order_by("pk").values_list("latency_ms", flat=True)
    assert [value is None for value in values] == [False, True, True, True, False]


def test_ping_of_loopback_answers_and_never_reads_as_an_outage() -> None:
    probe = LatencyProbeFactory()

    latency_probes.probe_all()

    assert live(probe.route) >= 0.1
    assert LatencyState.objects.get(route=probe.route).source.startswith("ping")


@pytest.mark.parametrize("method", [ping.RAW, ping.DATAGRAM, ping.PROGRAM, ping.TCP])
def test_each_rung_of_the_ladder_answers_or_says_nothing(method: str) -> None:
    echo = ping.measure([ping.Target("127.0.0.1", tcp_port=1)], method)[0]

    assert echo.method == method
    assert echo.ms is None or echo.ms > 0
    if method == ping.TCP:
        assert echo.ms is not None


def test_the_ping_program_is_never_given_an_option_as_address() -> None:
    assert ping.measure([ping.Target("-f")], ping.PROGRAM)[0].ms is None


def test_a_json_value_is_polled_over_http(listener: Listener, settings: Any) -> None:
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{listener.port}"]
    listener.start(json.dumps({"data": [{"rtt_ms": 12.345}]}).encode())
    probe = LatencyProbeFactory(
        kind="http", target=f"http://127.0.0.1:{listener.port}/x", json_path="data.0.rtt_ms"
    )

    latency_probes.probe_all()

    assert live(probe.route) == 12.3
    assert LatencyState.objects.get().source == "http"


def test_a_poll_of_a_private_address_that_is_not_allowed_is_a_loss(listener: Listener) -> None:
    listener.start(b'{"rtt_ms": 5}')
    probe = LatencyProbeFactory(
        kind="http", target=f"http://127.0.0.1:{listener.port}/", json_path="rtt_ms"
    )

    latency_probes.probe_all()

    assert live(probe.route) is None
    assert LatencyState.objects.get().losses == 1


def test_a_probe_that_another_run_holds_is_left_to_it() -> None:
    LatencyProbeFactory()
    held = latency_probes.claim(only_due=False)

    run = latency_probes.probe_all()

    assert (len(held), run.probed) == (1, 0)


def test_only_what_is_due_is_probed_by_the_schedule() -> None:
    probe = LatencyProbeFactory()

    assert latency_probes.probe_all(only_due=True).probed == 1
    assert latency_probes.probe_all(only_due=True).probed == 0
    LatencyProbe.objects.update(probed_at=timezone.now() - timedelta(seconds=61))
    assert latency_probes.probe_all(only_due=True).probed == 1
    LatencyProbe.objects.filter(pk=probe.pk).update(is_enabled=False)
    assert latency_probes.probe_all().probed == 0


def test_late_samples_enter_the_history_only() -> None:
    route, now = NetworkRouteFactory(), timezone.now()

    latency.store_samples([Sample(route.pk, 8.26, now, "ping")])
    latency.store_samples([Sample(route.pk, 0, now - timedelta(minutes=1), "ping")])

    assert live(route) == 8.3
    assert LatencySample.objects.count() == 2
    assert not Outage.objects.exists()


def test_probing_does_not_touch_the_time_of_change() -> None:
    probe = LatencyProbeFactory()
    before = probe.route.updated_at

    latency_probes.probe_all()

    probe.route.refresh_from_db()
    assert probe.route.updated_at == before


def test_old_samples_and_ended_outages_are_removed(settings: Any) -> None:
    settings.NETWORKROUTES_LATENCY_DAYS = 30
    old = timezone.now() - timedelta(days=31)
    LatencySampleFactory(sampled_at=old)
    kept = LatencySampleFactory()
    OutageFactory(started_at=old, ended_at=old)
    open_one = OutageFactory(started_at=old)

    removed = latency.remove_old()

    assert removed == 2
    assert LatencySample.objects.get() == kept
    assert Outage.objects.get() == open_one


def test_the_command_says_what_it_did(capsys: Any) -> None:
    LatencyProbeFactory()

    call_command("probe_latency")

    assert capsys.readouterr().out == "1 probed, 0 lost, 0 outages begun, 0 ended\n"


def test_the_front_end_reads_the_last_sample(api: Any) -> None:
    state = LatencyStateFactory(latency_ms=7.4)
    never = NetworkRouteFactory()
    client = api("viewer")

    answer = client.get(f"/live_latency/{state.route.circuit_id}").json()
    unmeasured = client.get(f"/live_latency/{never.circuit_id}").json()
    unknown = [client.get(f"/live_latency/{name}") for name in ("whatever", "batch")]

    assert (answer["live_latency"], answer["source"]) == (7.4, "ping")
    assert answer["timestamp"].endswith("Z")
    assert "stale" not in answer
    assert unmeasured == {
        "circuit_id": never.circuit_id,
        "live_latency": None,
        "timestamp": None,
        "source": "none",
    }
    assert [(it.status_code, it.json()) for it in unknown] == [(404, {"error": "Not found"})] * 2


def test_an_old_sample_is_called_stale(api: Any, settings: Any) -> None:
    state = LatencyStateFactory(sampled_at=timezone.now() - timedelta(seconds=901))

    answer = api("viewer").get(f"/live_latency/{state.route.circuit_id}").json()

    assert answer["stale"] is True


def test_a_batch_keeps_order_and_duplicates(api: Any) -> None:
    state = LatencyStateFactory()
    key = state.route.circuit_id
    client = api("viewer")

    answer = client.post(
        "/live_latency/batch", {"circuit_ids": [key, "x", key, 5]}, format="json"
    ).json()
    wrong = client.post("/live_latency/batch", {"circuit_ids": "x"}, format="json")

    assert [row["circuit_id"] for row in answer["results"]] == [key, "x", key, 5]
    assert answer["results"][1] == {
        "circuit_id": "x",
        "live_latency": None,
        "timestamp": None,
        "error": "Not found",
    }
    assert (answer["total"], answer["source"]) == (4, "ping")
    assert (wrong.status_code, wrong.json()) == (400, {"error": "circuit_ids array is required"})


def test_an_external_system_pushes_samples(api: Any, settings: Any) -> None:
    route = NetworkRouteFactory()
    client = api("administrator")
    samples = [
        {
            "circuit_id": route.circuit_id,
            "live_latency": "9.96",
            "timestamp": "2026-01-01T00:00:00",
        },
        {"circuit_id": "NOBODY000000", "live_latency": 1},
        {"circuit_id": route.circuit_id, "live_latency": 1, "timestamp": "2999-01-01T00:00:00Z"},
    ]

    answer = client.post("/live_latency/ingest", {"samples": samples}, format="json").json()
    down = client.post(
        "/live_latency/ingest",
        {"samples": [{"circuit_id": route.circuit_id, "live_latency": 0}]},
        format="json",
    )

    assert answer["accepted"] == 1
    assert [row["error"] for row in answer["rejected"]] == [
        "Not found",
        "timestamp is in the future",
    ]
    assert down.status_code == 200
    assert live(route) == 0
    assert client.get("/core_outages").json()[0]["circuit_id"] == route.circuit_id
    assert Outage.objects.get().source == f"ingest:{client.user.username}"


def test_ingest_needs_an_account_and_the_permission(api: Any, settings: Any) -> None:
    settings.NETWORKROUTES_OPEN_ACCESS = "full"
    body = {"samples": []}

    assert api.anonymous.post("/live_latency/ingest", body, format="json").status_code == 401
    assert api("viewer").post("/live_latency/ingest", body, format="json").status_code == 403


def test_a_measured_circuit_keeps_its_live_latency_when_a_stale_copy_is_written_back(
    api: Any,
) -> None:
    probe = LatencyProbeFactory()
    free = NetworkRouteFactory()
    latency_probes.probe_all()
    measured, client = live(probe.route), api("administrator")

    for route in (probe.route, free):
        client.put(f"/network_routes/{route.circuit_id}", {"live_latency": 0}, format="json")

    assert live(probe.route) == measured
    assert live(free) == 0
    assert Outage.objects.get().route == free
    client.put(f"/network_routes/{free.circuit_id}", {"live_latency": 5}, format="json")
    assert Outage.objects.get().ended_at is not None
