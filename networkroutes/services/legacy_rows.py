"""How each row of the replaced network inventory becomes a row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

from inventory_site.core.files import blobs
from networkroutes.choices import ReservationAction
from networkroutes.errors import InvalidCircuitId
from networkroutes.importers import legacy
from networkroutes.importers.kmz import NotKmz, as_kmz
from networkroutes.importers.legacy import Row, TableReport
from networkroutes.models import (
    DarkFibreChannel,
    DesignLog,
    ExchangeRate,
    KmzFile,
    LegacyRecord,
    Location,
    NetworkRoute,
    RepositoryType,
    Reservation,
    ReservationLog,
    SavedSearch,
    TestResultsFile,
)
from networkroutes.models.rates import BASE_CURRENCY
from networkroutes.rules import check_circuit_id
from networkroutes.services import latency
from networkroutes.services.design_log import storable
from networkroutes.services.files import KMZ_PREFIX, STORAGE, TEST_PREFIX
from networkroutes.services.legacy_fit import Reader, SkipRow, bandwidth_of, fit, values_of
from networkroutes.services.reservations import TERM

MAX_LEGACY_FILE = 1024**3
GENERATED = "network_path_"
SMALLEST_RATE, LARGEST_RATE = 1e-8, 1e12
Made = TypeVar("Made", bound=models.Model)
ROUTE_VALUES: dict[str, Reader] = {
    "outage_tickets_last_30d": legacy.whole,
    "maintenance_tickets_last_30d": legacy.whole,
    "mtu": legacy.whole,
    "live_latency": legacy.real,
    "expected_latency": legacy.real,
    "sla_latency": legacy.real,
    "cost": legacy.money,
    "is_special": legacy.flag,
}


@dataclass(slots=True)
class Files:
    """The replaced system's stored files by name; a dry run stores none."""

    fresh: blobs.Fresh
    by_name: dict[str, Path]
    dry_run: bool


def repository_type(row: Row, report: TableReport, files: Files) -> RepositoryType | None:
    """Take over a kind of inventory; one of the same name exists already."""
    name = (legacy.text(row, "name") or "").strip()
    if not name:
        raise SkipRow("it has no name")
    same = RepositoryType.objects.filter(name=name).first()
    if same is not None:
        LegacyRecord.objects.create(
            table="repository_types", legacy_id=str(row.get("id")), object_id=same.pk
        )
        return None
    made = RepositoryType(name=name, description=legacy.text(row, "description"))
    fit(made, name, report)
    return _saved(made, row, created_at=legacy.moment(row, "created_at"))


def route(row: Row, report: TableReport, files: Files) -> NetworkRoute | None:
    """Take over a circuit with its times; blanks in numeric columns become null.

    Its test results are named again by the rows of their files.
    """
    circuit_id = legacy.text(row, "circuit_id") or ""
    try:
        check_circuit_id(circuit_id)
    except InvalidCircuitId as err:
        raise SkipRow(err.message) from err
    if NetworkRoute.objects.filter(circuit_id=circuit_id).exists():
        return None
    values = values_of(row, ROUTE_VALUES, circuit_id, report)
    latencies = {f"{name}_ms": values.pop(name) for name in [*values] if name.endswith("latency")}
    made = NetworkRoute(
        circuit_id=circuit_id,
        bandwidth=bandwidth_of(row, circuit_id, report),
        repository_type_id=_new_id("repository_types", row.get("repository_type_id")) or 1,
        **values,
        **latencies,
        **{
            name: legacy.text(row, name)
            for name in (
                "kmz_file_path",
                "test_results_link",
                "cable_system",
                "underlying_carrier",
                "currency",
                "location_a",
                "location_b",
                "more_details",
            )
        },
    )
    fit(made, circuit_id, report)
    _saved(made, {}, **_times(row, "created_at", "updated_at"))
    latency.follow_manual(made, None)
    return made


def channel(row: Row, report: TableReport, files: Files) -> DarkFibreChannel:
    """Take over a channel with its open reservation; a channel without a circuit is an orphan."""
    parent = _route_of(row)
    made = DarkFibreChannel(
        route=parent,
        dwdm_wavelength=legacy.text(row, "dwdm_wavelength"),
        dwdm_ucn=legacy.text(row, "dwdm_ucn"),
        equipment=legacy.text(row, "equipment"),
        in_use=bool(legacy.flag(row, "in_use")),
        **values_of(row, {"capex_cost_to_light": legacy.money}, f"Channel {row.get('id')}", report),
    )
    fit(made, f"Channel {row.get('id')}", report)
    _saved(made, row, **_times(row, "created_at", "updated_at"))
    if legacy.flag(row, "is_reserved"):
        _reservation(made, row, report)
    return made


def reservation_log(row: Row, report: TableReport, files: Files) -> ReservationLog:
    """Take over a log row; it is kept even when its channel is gone."""
    action = str(row.get("action") or "").upper()
    if action not in ReservationAction.values:
        raise SkipRow(f"unknown action {action or 'none'}")
    made = ReservationLog(
        channel_id=_new_id("dark_fiber_details", row.get("dark_fiber_id")),
        circuit_id=legacy.text(row, "circuit_id") or "",
        dwdm_ucn=legacy.text(row, "dwdm_ucn"),
        action=action,
        reserved_by=legacy.text(row, "reserved_by"),
        logged_at=legacy.moment(row, "reservation_date") or timezone.now(),
        expiry_date=legacy.moment(row, "expiry_date"),
        notes=legacy.text(row, "notes"),
    )
    fit(made, f"Row {row.get('id')}", report)
    return _saved(made, row)


def test_results(row: Row, report: TableReport, files: Files) -> TestResultsFile | None:
    """Take over a test-result file; a missing stored file is reported, its row is kept."""
    parent, name = _route_of(row), legacy.text(row, "filename") or ""
    if not name:
        raise SkipRow("it has no stored name")
    if TestResultsFile.objects.filter(filename=name).exists():
        return None
    made = TestResultsFile(
        route=parent,
        filename=name,
        original_name=legacy.file_name(row, "original_name") or name,
        file_size=legacy.whole(row, "file_size") or 0,
        uploaded_at=legacy.moment(row, "uploaded_at") or timezone.now(),
    )
    fit(made, name, report)
    source = files.by_name.get(name)
    if source is None:
        report.notes.append(f"{name}: the stored file is missing")
    elif not files.dry_run:
        with source.open("rb") as stream:
            blob = files.fresh.store(
                stream, storage=STORAGE, key=TEST_PREFIX + name, max_bytes=MAX_LEGACY_FILE
            )
        made.sha256, made.file_size = blob.sha256, blob.size
    _saved(made, row)
    _list_test_results(parent)
    return made


def location(row: Row, report: TableReport, files: Files) -> Location | None:
    """Take over a location; one of the same code exists already."""
    code = legacy.text(row, "location_code") or ""
    if not code:
        raise SkipRow("it has no code")
    if Location.objects.filter(location_code=code).exists():
        return None
    made = Location(
        location_code=code,
        city=legacy.text(row, "city") or "",
        country=legacy.text(row, "country") or "",
        status=legacy.text(row, "status") or "Active",
        **{
            name: legacy.text(row, name)
            for name in ("datacenter_name", "datacenter_address", "time_zone", "pop_type")
        },
        **values_of(
            row, {"latitude": legacy.latitude, "longitude": legacy.longitude}, code, report
        ),
    )
    fit(made, code, report)
    created, updated = legacy.moment(row, "created_date"), legacy.moment(row, "updated_date")
    return _saved(made, row, created_at=created, updated_at=updated or created)


def rate(row: Row, report: TableReport, files: Files) -> ExchangeRate | None:
    """Take over a rate; a currency that has one here gets the replaced system's value once."""
    code = (legacy.text(row, "currency_code") or "").strip().upper()
    value = legacy.real(row, "exchange_rate") or 0
    if len(code) != 3 or not SMALLEST_RATE <= value < LARGEST_RATE:
        raise SkipRow("code or rate is not usable")
    if code == BASE_CURRENCY and value != 1:
        report.notes.append(f"{code}: it is the base currency, so {value:g} became 1")
        value = 1
    now = timezone.now()
    fields = {
        "exchange_rate": Decimal(str(value)).quantize(Decimal("1e-8")),
        "last_updated": legacy.moment(row, "last_updated") or now,
        "created_at": legacy.moment(row, "created_date") or now,
        "next_update_due": legacy.moment(row, "next_update_due"),
        "status": legacy.text(row, "status") or "Active",
        "updated_by": legacy.text(row, "updated_by"),
    }
    made = ExchangeRate.objects.filter(currency_code=code).first()
    made = made or ExchangeRate(currency_code=code)
    for name, found in fields.items():
        setattr(made, name, found)
    fit(made, code, report)
    made.save()
    return made


def design_log(row: Row, report: TableReport, files: Files) -> DesignLog:
    """Take over a row of the design tool's log."""
    made = DesignLog(
        logged_at=legacy.moment(row, "timestamp") or timezone.now(),
        action_type=legacy.text(row, "action_type") or "",
        parameters=_json(row, "parameters"),
        results=_json(row, "results"),
        execution_time_ms=legacy.whole(row, "execution_time"),
        ip_address=legacy.text(row, "ip_address"),
        session_id=legacy.text(row, "session_id"),
        kmz_files=legacy.text(row, "kmz_files"),
        pricing_data=_json(row, "pricing_data"),
    )
    fit(made, f"Row {row.get('id')}", report)
    return _saved(made, row)


def saved_search(row: Row, report: TableReport, files: Files) -> SavedSearch:
    """Take over a saved search."""
    made = SavedSearch(
        search_name=legacy.text(row, "search_name"),
        source_location=legacy.text(row, "source_location"),
        destination_location=legacy.text(row, "destination_location"),
        bandwidth_required=legacy.real(row, "bandwidth_required"),
        bandwidth_unit=legacy.text(row, "bandwidth_unit"),
        include_ull=legacy.flag(row, "include_ull"),
        protection_required=legacy.flag(row, "protection_required"),
        max_latency_ms=legacy.real(row, "max_latency"),
        carrier_avoidance=legacy.text(row, "carrier_avoidance"),
        output_currency=legacy.text(row, "output_currency"),
        contract_term_months=legacy.whole(row, "contract_term"),
        search_results=_json(row, "search_results"),
        created_at=legacy.moment(row, "created_date") or timezone.now(),
    )
    fit(made, f"Search {row.get('id')}", report)
    return _saved(made, row)


MAKERS: dict[str, Callable[..., models.Model | None]] = {
    "repository_types": repository_type,
    "network_routes": route,
    "dark_fiber_details": channel,
    "reservation_logs": reservation_log,
    "test_results_files": test_results,
    "location_reference": location,
    "exchange_rates": rate,
    "audit_logs": design_log,
    "network_design_searches": saved_search,
}
WITH_KEYS: list[type[models.Model]] = [
    RepositoryType,
    DarkFibreChannel,
    ReservationLog,
    TestResultsFile,
    Location,
    DesignLog,
    SavedSearch,
]


def import_maps(files: Files, report: TableReport) -> None:
    """Store the maps that circuits name, and generated ones; what is no KMZ is reported."""
    named = NetworkRoute.objects.order_by("-pk").values_list("kmz_file_path", "pk")
    owners = {name: pk for name, pk in named if name}
    generated = [name for name in files.by_name if name.startswith(GENERATED)]
    known = set(KmzFile.objects.values_list("filename", flat=True))
    for name in (*owners, *generated):
        if name in known:
            continue
        source = files.by_name.get(name)
        if source is None:
            report.notes.append(f"{name}: the stored map is missing")
        elif not files.dry_run:
            _map(files, name, source, owners.get(name), report)


def _map(files: Files, name: str, source: Path, owner: int | None, report: TableReport) -> None:
    with source.open("rb") as stream:
        try:
            blob = files.fresh.store(
                as_kmz(stream), storage=STORAGE, key=KMZ_PREFIX + name, max_bytes=MAX_LEGACY_FILE
            )
        except NotKmz as err:
            report.notes.append(f"{name}: {err}")
            return
    KmzFile.objects.create(
        route_id=owner,
        filename=name,
        original_name=name,
        file_size=blob.size,
        sha256=blob.sha256,
        is_generated=owner is None,
    )


def _saved(made: Made, row: Row, **times: Any) -> Made:
    """Insert a row under its old key where that is free, then set times that saving would
    change."""
    key = legacy.whole(row, "id")
    if key and not type(made)._default_manager.filter(pk=key).exists():
        made.pk = key
    made.save(force_insert=True)
    given = {name: value for name, value in times.items() if value is not None}
    if given:
        type(made)._default_manager.filter(pk=made.pk).update(**given)
    return made


def _reservation(made: DarkFibreChannel, row: Row, report: TableReport) -> None:
    begun = legacy.moment(row, "reserved_at") or made.updated_at
    end = legacy.moment(row, "reservation_expires_at") or begun + TERM
    held = Reservation(
        channel=made,
        reserved_by=legacy.text(row, "reserved_by") or "Unknown",
        reserved_at=begun,
        expires_at=max(end, begun + TERM / 60),
    )
    fit(held, f"Channel {row.get('id')}", report)
    held.save()


def _route_of(row: Row) -> NetworkRoute:
    found = NetworkRoute.objects.filter(circuit_id=legacy.text(row, "circuit_id")).first()
    if found is None:
        raise SkipRow(f"circuit {row.get('circuit_id')} does not exist (orphan)")
    return found


def _list_test_results(parent: NetworkRoute) -> None:
    """Name all files on the circuit; the replaced system named those of the last upload only."""
    names = parent.test_results.order_by("uploaded_at", "pk").values_list(
        "original_name", flat=True
    )
    NetworkRoute.objects.filter(pk=parent.pk).update(test_results_file=", ".join(names))


def _json(row: Row, name: str) -> Any:
    return storable(legacy.parsed(row, name))


def _new_id(table: str, legacy_id: Any) -> int | None:
    found = LegacyRecord.objects.filter(table=table, legacy_id=str(legacy_id))
    return found.values_list("object_id", flat=True).first()


def _times(row: Row, *names: str) -> dict[str, Any]:
    return {name: legacy.moment(row, name) for name in names}
