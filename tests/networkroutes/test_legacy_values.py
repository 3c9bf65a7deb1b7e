"""Values and files that the replaced register had and no column or row here can keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from networkroutes.models import (
    DarkFibreChannel,
    ExchangeRate,
    NetworkRoute,
    Outage,
    Reservation,
    TestResultsFile,
)
from networkroutes.services.legacy_import import import_network_inventory
from tests.networkroutes import sample
from tests.networkroutes.test_legacy_import import KML, route_row, written

pytestmark = pytest.mark.django_db
UCN = "LONPAR000001"
EMPTY = "cannot be kept and became empty"


def cut(name: str, longest: int) -> str:
    """What the import says of a text that was too long."""
    return f"{UCN}: {name} is too long and was cut to {longest} characters"


@pytest.mark.parametrize(
    ("name", "sent", "column", "kept", "note"),
    [
        ("bandwidth", "Infinity", "bandwidth", None, f"{UCN}: bandwidth Infinity {EMPTY}"),
        ("bandwidth", "zzz", "bandwidth", None, f"{UCN}: bandwidth zzz {EMPTY}"),
        ("bandwidth", "9" * 100, "bandwidth", "9" * 100, None),
        ("bandwidth", "10 " + "x" * 98, "bandwidth", "10 " + "x" * 97, cut("bandwidth", 100)),
        ("bandwidth", "", "bandwidth", "", None),
        ("bandwidth", None, "bandwidth", None, None),
        ("location_a", "é" * 256, "location_a", "é" * 255, cut("location_a", 255)),
        ("location_b", "x" * 255, "location_b", "x" * 255, None),
        ("underlying_carrier", "x" * 300, "underlying_carrier", "x" * 255, None),
        ("currency", "x" * 17, "currency", "x" * 16, cut("currency", 16)),
        ("cost", 1e16, "cost", None, f"{UCN}: cost 10000000000000000.0000 {EMPTY}"),
        ("mtu", 1500.7, "mtu", 1500, f"{UCN}: mtu 1500.7 is no whole number and became 1500"),
        ("mtu", "1500.0", "mtu", 1500, None),
        ("test_results_file", "lost.txt", "test_results_file", None, None),
    ],
)
def test_a_circuit_comes_over_with_what_its_columns_hold(
    tmp_path: Path, name: str, sent: Any, column: str, kept: Any, note: str | None
):
    row = {**route_row(UCN, kmz_file_path=None), name: sent}

    report = import_network_inventory(
        database=written(tmp_path, network_routes=[row]), folder=None
    ).tables["network_routes"]

    assert (report.added, report.skipped) == (1, [])
    assert getattr(NetworkRoute.objects.get(circuit_id=UCN), column) == kept
    if name == "underlying_carrier":
        note = cut(name, 255)
    assert report.notes == ([note] if note else [])


def test_a_channel_and_its_holder_are_cut_and_kept(tmp_path: Path):
    channel = {
        "id": 7,
        "circuit_id": UCN,
        "dwdm_ucn": "x" * 51,
        "is_reserved": 1,
        "reserved_by": "y" * 300,
        "reserved_at": "2026-11-20T23:42:43.366Z",
        "reservation_expires_at": "2099-01-19T23:42:43.366Z",
    }
    database = written(tmp_path, network_routes=[route_row(UCN)], dark_fiber_details=[channel])

    report = import_network_inventory(database=database, folder=None).tables["dark_fiber_details"]

    assert report.notes == [
        "Channel 7: dwdm_ucn is too long and was cut to 50 characters",
        "Channel 7: reserved_by is too long and was cut to 255 characters",
    ]
    assert DarkFibreChannel.objects.get().dwdm_ucn == "x" * 50
    assert Reservation.objects.get().reserved_by == "y" * 255


def test_files_that_no_row_names_are_told_and_left_out(tmp_path: Path, capsys: Any):
    folder = tmp_path / "backend"
    (folder / "kmz_files").mkdir(parents=True)
    for name in ("a.kmz", "network_path_1.kmz", "stray.kmz"):
        (folder / "kmz_files" / name).write_bytes(KML)
    for name in ("t.txt", "b-stray.txt"):
        (folder / name).write_bytes(b"x")
    named = {"circuit_id": UCN, "filename": "t.txt", "original_name": "otdr.txt", "file_size": 1}
    database = written(
        folder,
        network_routes=[route_row(UCN, kmz_file_path="a.kmz")],
        test_results_files=[{"id": 1, **named, "uploaded_at": "2025-07-06 01:29:25"}],
    )

    for _ in range(2):
        call_command("import_legacy", "network-inventory", database=database, files=folder)
        told = capsys.readouterr().out.splitlines()

        first = told.index("files: 2 left out, no row names them")
        assert told[first + 1 : first + 3] == ["  b-stray.txt", "  stray.kmz"]
    assert TestResultsFile.objects.get().filename == "t.txt"
    assert NetworkRoute.objects.get().test_results_file == "otdr.txt"


def test_the_base_currency_stays_what_it_is(tmp_path: Path) -> None:
    dollar = {**sample.tables()["exchange_rates"][0], "currency_code": "usd", "exchange_rate": 2}
    database = written(tmp_path, exchange_rates=[dollar])

    report = import_network_inventory(database=database, folder=None).tables["exchange_rates"]

    assert report.notes == ["USD: it is the base currency, so 2 became 1"]
    assert ExchangeRate.objects.get(currency_code="USD").exchange_rate == 1


def test_a_circuit_that_is_down_comes_over_with_its_outage(tmp_path: Path):
    rows = [
        {**route_row(f"LONPAR00000{number}", kmz_file_path=None), "live_latency": live}
        for number, live in enumerate((0, 45.5, None), start=1)
    ]
    database = written(tmp_path, network_routes=rows)

    for _ in range(2):
        import_network_inventory(database=database, folder=None)

    found = Outage.objects.values_list("route__circuit_id", "ended_at")
    assert list(found) == [("LONPAR000001", None)]
