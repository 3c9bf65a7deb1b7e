"""Races on scarce wavelengths; each was seen failing with its lock removed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from inventory_site.core.errors import BusyError
from networkroutes.errors import CannotReserve
from networkroutes.models import (
    LatencyProbe,
    LatencySample,
    NetworkRoute,
    RepositoryType,
    Reservation,
    ReservationLog,
)
from networkroutes.services import expiry, latency, latency_probes, reservations, routes
from networkroutes.services.legacy_import import import_network_inventory
from tests.factories.accounts import UserFactory
from tests.factories.networkroutes import (
    DarkFibreChannelFactory,
    LatencyProbeFactory,
    NetworkRouteFactory,
    ReservationFactory,
)
from tests.networkroutes import sample

pytestmark = pytest.mark.django_db(transaction=True)
CALLERS = 64


@pytest.fixture
def at_once(transactional_db: None) -> Iterator[Callable[..., Counter[str]]]:
    """Run jobs as near to the same moment as threads allow; count their outcomes.

    On PostgreSQL the callers keep their connections from round to round, as a server's threads do;
    SQLite's would all wait for each other's turn from the first moment on.
    """

    def run(gate: threading.Barrier, job: Callable[[], str]) -> str:
        gate.wait(30)
        try:
            return job()
        finally:
            if connection.vendor == "sqlite":
                connection.close()

    def together(*jobs: Callable[[], str]) -> Counter[str]:
        return Counter(callers.map(partial(run, threading.Barrier(len(jobs))), jobs))

    with ThreadPoolExecutor(CALLERS) as callers:
        yield together
        together(*[lambda: connection.close()] * CALLERS)  # each its own


def reserving(actor: object, channel_id: int, name: str) -> Callable[[], str]:
    """A caller who wants the channel."""

    def job() -> str:
        try:
            reservations.reserve_channel(actor=actor, channel_id=channel_id, reserved_by=name)
        except CannotReserve:
            return "refused"
        except BusyError:
            return "busy"
        return "reserved"

    return job


def test_64_callers_of_one_channel_give_one_reservation(rounds, at_once):
    actor = UserFactory(roles=["administrator"])

    for _ in range(rounds):
        channel = DarkFibreChannelFactory()
        jobs = [reserving(actor, channel.pk, f"Caller {n}") for n in range(CALLERS)]

        outcomes = at_once(*jobs)

        assert outcomes["reserved"] == 1
        assert outcomes["refused"] + outcomes["busy"] == CALLERS - 1
        assert Reservation.objects.filter(channel=channel).count() == 1
        assert ReservationLog.objects.filter(channel=channel, action="RESERVED").count() == 1


def test_reserve_against_expiry_writes_one_expired_row(rounds, at_once):
    actor = UserFactory(roles=["administrator"])

    for _ in range(rounds):
        old = ReservationFactory(reserved_at=timezone.now() - timedelta(days=61))

        outcomes = at_once(
            reserving(actor, old.channel_id, "Next"),
            lambda: f"expired {expiry.expire_overdue()}",
            lambda: f"expired {expiry.expire_overdue()}",
        )

        assert outcomes["reserved"] == 1
        log = ReservationLog.objects.filter(channel_id=old.channel_id)
        assert Counter(log.values_list("action", flat=True)) == {"EXPIRED": 1, "RESERVED": 1}
        assert Reservation.objects.open().filter(channel_id=old.channel_id).count() == 1


def test_two_imports_at_once_bring_each_row_once(rounds, tmp_path, at_once):
    RepositoryType.objects.get_or_create(pk=1, defaults={"name": "Network circuits"})
    row = sample.tables()["network_routes"][0]
    empty = {name: [] for name in sample.tables()}

    for number in range(rounds):
        ucns = [f"LONPAR{number:05d}{last}" for last in range(2)]
        rows = [{**row, "circuit_id": ucn} for ucn in ucns]
        file = sample.write_database(tmp_path / f"{number}.db", {**empty, "network_routes": rows})

        def importing(file: Path = file) -> str:
            return f"added {import_network_inventory(database=file, folder=None).added}"

        outcomes = at_once(importing, importing)

        assert outcomes == {"added 2": 1, "added 0": 1}
        assert NetworkRoute.objects.filter(circuit_id__in=ucns).count() == len(ucns)


def test_two_runs_of_the_probes_never_measure_one_circuit_twice(
    at_once: Callable[..., Counter[str]],
) -> None:
    probes = [LatencyProbeFactory(target="127.0.0.1") for _ in range(20)]
    claimed: list[int] = []

    def claiming() -> str:
        try:
            mine = latency_probes.claim(only_due=False)
        except BusyError:
            return "busy"
        claimed.extend(probe.pk for probe in mine)
        return "some" if mine else "none"

    outcomes = at_once(*[claiming] * 8)

    assert sorted(claimed) == sorted(probe.pk for probe in probes)
    assert outcomes["some"] >= 1


def test_a_probe_is_set_measured_and_removed_by_many_at_once(
    at_once: Callable[..., Counter[str]],
) -> None:
    route, actor = NetworkRouteFactory(), UserFactory(roles=["administrator"])
    values = {"kind": "ping", "target": "127.0.0.1"}

    def setting() -> str:
        latency.set_probe(actor=actor, route=route, values=values)
        return "set"

    def removing() -> str:
        latency.remove_probe(actor=actor, route=route)
        return "removed"

    def measuring() -> str:
        latency.store_samples([latency.Sample(route.pk, None, timezone.now(), "ping")])
        return "measured"

    for _ in range(10):
        outcomes = at_once(*[setting, setting, removing, measuring] * 2)
        assert outcomes == {"set": 4, "removed": 2, "measured": 2}
    setting()
    assert LatencyProbe.objects.get().route == route


def test_circuits_are_removed_while_they_are_measured(
    at_once: Callable[..., Counter[str]],
) -> None:
    kept, actor = NetworkRouteFactory(), UserFactory(roles=["administrator"])

    for turn in range(1, 11):
        route = NetworkRouteFactory()

        def measuring(pks: tuple[int, ...] = (kept.pk, route.pk)) -> str:
            latency.store_samples([latency.Sample(pk, 3.0, timezone.now(), "ping") for pk in pks])
            return "measured"

        def removing(circuit_id: str = route.circuit_id) -> str:
            routes.delete_route(actor=actor, circuit_id=circuit_id)
            return "removed"

        assert at_once(measuring, measuring, removing) == {"measured": 2, "removed": 1}
        assert LatencySample.objects.filter(route=kept).count() == 2 * turn
    assert set(LatencySample.objects.values_list("route", flat=True)) == {kept.pk}
