"""The network as the design tool reads it: one query, kept until the data changes."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Max, QuerySet, Sum

from networkroutes.design.capacity import capacity_mbps
from networkroutes.design.circuits import Circuit, weight_of
from networkroutes.design.kml import Spot
from networkroutes.design.money import BASE, Rates
from networkroutes.design.network import Network
from networkroutes.models import ExchangeRate, Location, NetworkRoute

UNDER_DECOMMISSION = "under decommission"
ACTIVE = "Active"
COLUMNS = (
    "circuit_id",
    "location_a",
    "location_b",
    "expected_latency_ms",
    "bandwidth",
    "underlying_carrier",
    "cable_system",
    "cost",
    "currency",
    "mtu",
    "is_special",
    "equipment_type",
    "local_loop_carriers_a",
    "local_loop_carriers_b",
    "repository_type_id",
)

Version = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    version: Version
    network: Network


_kept: dict[str, _Kept] = {}
_guard = threading.Lock()


def network() -> Network:
    """Return the network of the data as it is now.

    It is built again only when the data's version differs from that of the network at hand, so a
    committed change is seen by the next search in every process. One of the searches that find it
    changed builds it, the others wait.
    """
    name = str(connection.settings_dict["NAME"])
    known = _kept.get(name)
    if known is not None and known.version == data_version():
        return known.network
    with _guard:
        version, known = data_version(), _kept.get(name)
        if known is None or known.version != version:
            known = _kept[name] = _Kept(version, load_network())
    return known.network


def data_version() -> Version:
    """Return what differs whenever a circuit or a location was made, changed or removed.

    Every change of a row raises its version or its time of change; a new row has the highest id.
    """
    return (*_version(NetworkRoute.objects.order_by()), *_version(Location.objects.order_by()))


def load_network() -> Network:
    """Read all circuits with two ends, in insertion order."""
    rows = NetworkRoute.objects.exclude(location_a__isnull=True).exclude(location_b__isnull=True)
    read = rows.in_order().values_list(*COLUMNS).iterator(5000)
    closed = Location.objects.filter(status__iexact=UNDER_DECOMMISSION)
    codes = closed.values_list("location_code", flat=True)
    return Network([_circuit(*row) for row in read], frozenset(codes))


def active_rates() -> Rates:
    """Return the active exchange rates."""
    return Rates(dict(_active().values_list("currency_code", "exchange_rate")))


def shown_rates() -> dict[str, Decimal]:
    """Return the active rates in the order they were made, the base as 1."""
    pairs = _active().order_by("pk").values_list("currency_code", "exchange_rate")
    return {code: Decimal(1) if code == BASE else rate for code, rate in pairs}


def spots(codes: Iterable[str]) -> dict[str, Spot]:
    """Return the known locations with coordinates among the codes."""
    wanted = {code for code in codes if "\x00" not in code}
    found: dict[str, Spot] = {}
    ordered = sorted(wanted)
    for start in range(0, len(ordered), 500):
        rows = Location.objects.filter(
            location_code__in=ordered[start : start + 500],
            latitude__isnull=False,
            longitude__isnull=False,
        )
        for row in rows:
            found[row.location_code] = Spot(
                row.location_code,
                row.latitude or 0.0,
                row.longitude or 0.0,
                row.datacenter_name or "",
                row.datacenter_address or "",
            )
    return found


def stored_costs(circuit_ids: Iterable[str]) -> dict[str, tuple[Decimal, str]]:
    """Return cost and currency of the circuits that exist among the ids; blanks are 0 and ''."""
    wanted = [key for key in dict.fromkeys(circuit_ids) if len(key) == 12 and "\x00" not in key]
    found: dict[str, tuple[Decimal, str]] = {}
    for start in range(0, len(wanted), 500):
        rows = NetworkRoute.objects.filter(circuit_id__in=wanted[start : start + 500])
        for circuit_id, cost, currency in rows.values_list("circuit_id", "cost", "currency"):
            found[circuit_id] = (cost or Decimal(0), (currency or "").strip().upper())
    return found


def _active() -> QuerySet[ExchangeRate]:
    return ExchangeRate.objects.filter(status=ACTIVE)


def _version(rows: QuerySet[Any]) -> Version:
    found = rows.aggregate(
        count=Count("pk"), last=Max("pk"), versions=Sum("version"), changed=Max("updated_at")
    )
    return tuple(found.values())


def _circuit(
    circuit_id: str,
    a: str,
    b: str,
    expected_ms: float | None,
    bandwidth: str | None,
    carrier: str | None,
    cable: str | None,
    cost: Decimal | None,
    currency: str | None,
    mtu: int | None,
    is_special: bool | None,
    equipment: str | None,
    loops_a: str | None,
    loops_b: str | None,
    repository_type: int,
) -> Circuit:
    return Circuit(
        circuit_id,
        a,
        b,
        weight_of(expected_ms),
        capacity_mbps(bandwidth),
        carrier,
        cable,
        cost or Decimal(0),
        currency,
        mtu,
        bool(is_special),
        equipment,
        _names(loops_a, loops_b) if loops_a or loops_b else (),
        repository_type,
    )


def _names(*lists: str | None) -> tuple[str, ...]:
    return tuple(
        name.strip() for names in lists for name in (names or "").split(",") if name.strip()
    )
