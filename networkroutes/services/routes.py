"""Circuits: making, changing, removing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.services import audit
from inventory_site.core.errors import VersionConflict
from inventory_site.core.locks import guarded, lock
from inventory_site.core.search import in_one_case
from networkroutes import policy
from networkroutes.choices import CarrierStatus
from networkroutes.errors import (
    DuplicateCircuit,
    DuplicateRepositoryType,
    InvalidField,
    RouteNotFound,
)
from networkroutes.models import Carrier, NetworkRoute, RepositoryType
from networkroutes.rules import check_bandwidth, check_circuit_id
from networkroutes.selectors.carriers import named
from networkroutes.selectors.latency import is_measured
from networkroutes.services import files, latency, maps, reservations

WRITABLE = (
    "repository_type_id",
    "outage_tickets_last_30d",
    "maintenance_tickets_last_30d",
    "live_latency_ms",
    "expected_latency_ms",
    "test_results_link",
    "cable_system",
    "is_special",
    "underlying_carrier",
    "cost",
    "currency",
    "location_a",
    "location_b",
    "bandwidth",
    "more_details",
    "mtu",
    "sla_latency_ms",
    "capacity_usage_percent",
    "local_loop_carriers_a",
    "local_loop_carriers_b",
    "equipment_type",
)
UNKNOWN_CARRIER = "Invalid underlying carrier. Please select a valid carrier from the database."
ZERO_MBPS = "0"  # what the number 0 of the client surface becomes
AUDITED = ("circuit_id", "kmz_file_path", "test_results_file", *WRITABLE)


def create_route(*, actor: Any, circuit_id: str, values: Mapping[str, Any]) -> NetworkRoute:
    """Make a circuit; `values` holds any of `WRITABLE`, and `kmz_file_path` only if blank.

    Raises `InvalidCircuitId`, `InvalidBandwidth`, `InvalidField` and, for a taken UCN,
    `DuplicateCircuit`.
    """
    policy.require(actor, "add_networkroute")
    check_circuit_id(circuit_id)
    route = NetworkRoute(circuit_id=circuit_id, updated_at=timezone.now())
    _apply(route, values)
    if NetworkRoute.objects.filter(circuit_id=circuit_id).exists():
        raise DuplicateCircuit("Circuit ID already exists", circuit_id=circuit_id)
    try:
        with guarded():
            route.created_by = route.updated_by = audit.name_of(actor)
            route.save()
            latency.follow_manual(route, None)
            audit.record(actor, "route.created", route, after=snapshot(route))
    except IntegrityError as err:
        raise DuplicateCircuit("Circuit ID already exists", circuit_id=circuit_id) from err
    return route


def update_route(
    *,
    actor: Any,
    circuit_id: str,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> NetworkRoute:
    """Change the fields that `values` names; the row is locked, so that no change is lost.

    Nothing is written when none is named; values that are there already only move `updated_at`,
    and nobody is said to have changed anything. A blank `kmz_file_path` takes the map off the
    circuit; any other value of it changes nothing, since only an upload sets it. The live latency
    of a measured circuit is left alone, and a new expected latency is held against the length of
    the map. Raises as `create_route`, `RouteNotFound`, `LatencyImpossible`, and `VersionConflict`
    when somebody was faster.
    """
    policy.require(actor, "change_networkroute")
    if "expected_latency_ms" in values:
        maps.measure_map_of(circuit_id)
    with guarded():
        route = locked_route(circuit_id)
        _check_version(route, expected_version)
        if not values:
            return route
        before = snapshot(route)
        if "live_latency_ms" in values and is_measured(route):
            values = {name: value for name, value in values.items() if name != "live_latency_ms"}
        _apply(route, values)
        if route.kmz_file_path != before["kmz_file_path"]:
            files.forget_kmz(before["kmz_file_path"], but_for=route)
        maps.check_expected(route, before["expected_latency_ms"])
        after = snapshot(route)
        route.updated_at = timezone.now()
        if after != before:
            route.version += 1
            route.updated_by = audit.name_of(actor)
            audit.record(actor, "route.updated", route, before=before, after=after)
        route.save()
        latency.follow_manual(route, before["live_latency_ms"])
    return route


def delete_route(*, actor: Any, circuit_id: str) -> None:
    """Remove a circuit with its channels and files; log rows stay, stored files go after the
    commit.

    An active reservation of a removed channel is written down as RELEASED, `Channel deleted`.
    """
    policy.require(actor, "delete_networkroute")
    with guarded():
        route = locked_route(circuit_id)
        reservations.release_for_removal(route.channels.all(), actor=actor)
        before = snapshot(route)
        files.remove_all_of(route)
        audit.record(actor, "route.deleted", route, before=before)
        route.delete()


def locked_route(circuit_id: str) -> NetworkRoute:
    """Return the circuit, locked for this transaction, or raise `RouteNotFound`."""
    route = lock(NetworkRoute.objects.filter(circuit_id=circuit_id)).first()
    if route is None:
        raise RouteNotFound("Not found", circuit_id=circuit_id)
    return route


def strange_carriers(changes: Sequence[tuple[int | None, str | None]]) -> set[str]:
    """Return the newly set carriers that are not active ones of the directory.

    `changes` pairs the primary key of a circuit, none for a new one, with its carrier. Nothing is
    strange unless an operator asks for known carriers, nor while the directory is empty.
    """
    if not settings.NETWORKROUTES_REQUIRE_KNOWN_CARRIER or not Carrier.objects.exists():
        return set()
    rows = NetworkRoute.objects.filter(pk__in=[pk for pk, _ in changes if pk is not None])
    kept = set(rows.values_list("pk", "underlying_carrier"))
    tidy = {name: " ".join(name.split()) for pk, name in changes if name and (pk, name) not in kept}
    active = named(tidy.values()).filter(status=CarrierStatus.ACTIVE)
    known = {in_one_case(name) for name in active.values_list("carrier_name", flat=True)}
    return {name for name, plain in tidy.items() if in_one_case(plain) not in known}


def snapshot(route: NetworkRoute) -> dict[str, Any]:
    """Return the audited fields of a circuit."""
    fields = [
        name.removesuffix("_id") if name == "repository_type_id" else name for name in AUDITED
    ]
    return audit.snapshot(route, fields)


@transaction.atomic
def create_repository_type(*, actor: Any, name: str, description: str | None) -> RepositoryType:
    """Make a kind of inventory; `DuplicateRepositoryType` for a taken name."""
    policy.require(actor, "add_repositorytype")
    taken = DuplicateRepositoryType("Repository type already exists", name=name)
    if RepositoryType.objects.filter(name=name).exists():
        raise taken
    try:
        with transaction.atomic():
            made = RepositoryType.objects.create(name=name, description=description)
    except IntegrityError as err:
        raise taken from err
    audit.record(actor, "repository_type.created", made, after={"name": name})
    return made


def _apply(route: NetworkRoute, values: Mapping[str, Any]) -> None:
    if values.get("bandwidth") != ZERO_MBPS:
        check_bandwidth(values.get("bandwidth"))
    if values.get("repository_type_id") is not None:
        _check_repository_type(values["repository_type_id"])
    if strange_carriers([(route.pk, values.get("underlying_carrier"))]):
        raise InvalidField("underlying_carrier", UNKNOWN_CARRIER)
    for name in WRITABLE:
        if name in values:
            setattr(route, name, values[name])
    if "kmz_file_path" in values and values["kmz_file_path"] in (None, ""):
        route.kmz_file_path = values["kmz_file_path"]
    route.full_clean(exclude=["repository_type", "bandwidth"], validate_unique=False)


def _check_repository_type(pk: int) -> None:
    if not RepositoryType.objects.filter(pk=pk).exists():
        raise InvalidField("repository_type_id", "Unknown repository_type_id")


def _check_version(route: NetworkRoute, expected: int | None) -> None:
    if expected is not None and expected != route.version:
        raise VersionConflict(
            "Somebody else changed this circuit meanwhile.", version=route.version
        )
