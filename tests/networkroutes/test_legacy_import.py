"""The one-time import of the replaced register (contract 14, 15)."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from inventory_site.core.files import blobs
from networkroutes.models import (
    DarkFibreChannel,
    DesignLog,
    ExchangeRate,
    KmzFile,
    Location,
    NetworkRoute,
    RepositoryType,
    Reservation,
    ReservationLog,
    SavedSearch,
    TestResultsFile,
)
from networkroutes.services.files import KMZ_PREFIX, TEST_PREFIX
from networkroutes.services.legacy_import import import_network_inventory
from tests.networkroutes import sample

pytestmark = pytest.mark.django_db
KML = b'<kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>'


def counts() -> dict[str, int]:
    """Rows of every imported kind."""
    models = (
        RepositoryType,
        NetworkRoute,
        DarkFibreChannel,
        TestResultsFile,
        Location,
        ExchangeRate,
        DesignLog,
    )
    return {model.__name__: model.objects.count() for model in models}


WANTED = {
    "RepositoryType": 1,
    "NetworkRoute": 9,
    "DarkFibreChannel": 0,
    "TestResultsFile": 1,
    "Location": 8,
    "ExchangeRate": 6,
    "DesignLog": 15,
}


def test_the_sample_comes_over_whole_and_a_second_time_changes_nothing(sample_database: Path):
    first = import_network_inventory(database=sample_database, folder=None)
    before = list(NetworkRoute.objects.values())
    second = import_network_inventory(database=sample_database, folder=None)

    assert counts() == WANTED
    assert first.added == 9 + 1 + 8 + 6 + 15
    assert second.added == 0
    assert list(NetworkRoute.objects.values()) == before


def test_order_times_and_blanks_come_over_as_the_contract_says(sample_register: Any):
    rows = sample.tables()["network_routes"]

    ours = list(NetworkRoute.objects.in_order())

    assert [route.circuit_id for route in ours] == [row["circuit_id"] for row in rows]
    first = ours[0]
    assert first.created_at == datetime(2025, 7, 6, 0, 38, 45, tzinfo=UTC)
    assert first.updated_at == datetime(2025, 7, 13, 4, 4, 15, tzinfo=UTC)
    assert (first.outage_tickets_last_30d, first.live_latency_ms) == (None, None)
    assert first.kmz_file_path == "kmz_file-1751762477540-322062167.kmz"


def test_a_dry_run_keeps_nothing(sample_database: Path, capsys: Any):
    call_command("import_legacy", "network-inventory", database=sample_database, dry_run=True)

    printed = capsys.readouterr().out
    assert "network_routes: 9 read, 9 added, 0 unchanged, 0 skipped" in printed
    assert "Dry run: nothing was kept." in printed
    assert NetworkRoute.objects.count() == 0


def written(tmp_path: Path, **tables: list[dict[str, Any]]) -> Path:
    """A small register of its own."""
    content = {**{name: [] for name in sample.tables()}, **tables}
    return sample.write_database(tmp_path / "small.db", content)


def route_row(circuit_id: str, **fields: Any) -> dict[str, Any]:
    """A circuit as the original kept it."""
    return {**sample.tables()["network_routes"][0], "circuit_id": circuit_id, **fields}


def test_what_only_a_later_original_has_is_named_and_the_rest_comes_over(
    tmp_path: Path, capsys: Any
):
    content = {
        "network_routes": [
            route_row("LONNYC000001", equipment_type="Nokia", local_loop_carriers_a=""),
            route_row("LONNYC000002", equipment_type=None, local_loop_carriers_a=""),
        ],
        "carriers": [{"id": 1, "carrier_name": "Aqua"}, {"id": 2, "carrier_name": "Zayo"}],
        "order": [{"id": 1}],
        "cnx_colocation_racks": [],
    }
    database = sample.write_database(
        tmp_path / "later.db", {f'"{name}"': rows for name, rows in content.items()}
    )

    call_command("import_legacy", "network-inventory", "--database", str(database))

    printed = capsys.readouterr().out
    assert printed[printed.index("not imported") :].splitlines()[:4] == [
        "not imported: 3 tables or columns of a later version",
        "  carriers: a table of 2 rows that is not known",
        "  network_routes.equipment_type: a column with 1 values, not known",
        "  order: a table of 1 rows that is not known",
    ]
    assert NetworkRoute.objects.count() == 2


def test_orphans_and_unusable_rows_are_reported_and_skipped(tmp_path: Path):
    channel = {"id": 7, "circuit_id": "ZZZZZZ000000", "dwdm_ucn": "X", "is_reserved": 0}
    database = written(
        tmp_path,
        network_routes=[
            route_row("LONPAR000001", mtu="abc", repository_type_id=None),
            route_row("bad"),
            route_row("LONPAR000002", bandwidth="zzz"),
        ],
        dark_fiber_details=[channel],
    )

    report = import_network_inventory(database=database, folder=None)

    first, second = NetworkRoute.objects.in_order()
    assert (first.mtu, first.repository_type_id, second.bandwidth) == (None, 1, None)
    assert report.tables["network_routes"].skipped == [
        "network_routes bad: Invalid circuit_id format",
    ]
    assert report.tables["dark_fiber_details"].skipped == [
        "dark_fiber_details 7: circuit ZZZZZZ000000 does not exist (orphan)"
    ]
    assert report.tables["network_routes"].notes[0] == (
        "LONPAR000001: mtu abc cannot be kept and became empty"
    )


def test_a_rate_that_no_column_holds_is_reported_and_the_rest_comes_over(tmp_path: Path):
    rate = {**sample.tables()["exchange_rates"][0], "id": 9, "currency_code": "CHF"}
    rows = [{**rate, "exchange_rate": 1e20}, {**rate, "id": 10, "updated_by": "x" * 300}]
    database = written(tmp_path, exchange_rates=rows)

    report = import_network_inventory(database=database, folder=None).tables["exchange_rates"]

    assert report.skipped == ["exchange_rates 9: code or rate is not usable"]
    assert report.notes == ["CHF: updated_by is too long and was cut to 255 characters"]
    assert ExchangeRate.objects.get(currency_code="CHF").updated_by == "x" * 255


def test_reservations_and_their_log_come_over(tmp_path: Path):
    channel = {
        "id": 7,
        "circuit_id": "LONPAR000001",
        "dwdm_ucn": "LONLON900009",
        "in_use": 1,
        "is_reserved": 1,
        "reserved_at": "2026-11-20T23:42:43.366Z",
        "reserved_by": "Jo Planner",
        "reservation_expires_at": "2027-01-19T23:42:43.366Z",
        "capex_cost_to_light": "",
        "created_at": "2026-11-20 23:42:43",
        "updated_at": "2026-11-20 23:42:43",
    }
    log = {
        "id": 3,
        "dark_fiber_id": 7,
        "circuit_id": "LONPAR000001",
        "dwdm_ucn": "LONLON900009",
        "action": "RESERVED",
        "reserved_by": "Jo Planner",
        "reservation_date": "2026-11-20 23:42:43",
        "expiry_date": "2027-01-19T23:42:43.366Z",
        "notes": "60-day reservation",
    }
    database = written(
        tmp_path,
        network_routes=[route_row("LONPAR000001")],
        dark_fiber_details=[channel],
        reservation_logs=[log],
    )

    import_network_inventory(database=database, folder=None)

    held = Reservation.objects.get()
    assert held.expires_at == datetime(2027, 1, 19, 23, 42, 43, 366000, tzinfo=UTC)
    assert held.reserved_by == "Jo Planner"
    assert ReservationLog.objects.get().channel_id == held.channel_id == 7
    assert DarkFibreChannel.objects.create(route=held.channel.route).pk > 7


def test_files_come_over_and_missing_ones_are_reported(tmp_path: Path):
    folder = tmp_path / "files"
    (folder / "kmz_files").mkdir(parents=True)
    (folder / "kmz_files" / "a.kmz").write_bytes(KML)
    (folder / "kmz_files" / "network_path_1.kmz").write_bytes(KML)
    (folder / "test_results").mkdir()
    (folder / "test_results" / "t.txt").write_bytes(b"trace")
    test_row = {"circuit_id": "LONPAR000001", "uploaded_at": "2025-07-06 01:29:25"}
    database = written(
        tmp_path,
        network_routes=[
            route_row("LONPAR000001", kmz_file_path="a.kmz", test_results_file="lost.txt"),
            route_row("LONPAR000002", kmz_file_path="gone.kmz"),
        ],
        test_results_files=[
            {"id": 1, "filename": "t.txt", "original_name": "otdr.txt", "file_size": 5, **test_row},
            {"id": 2, "filename": "u.txt", "original_name": "lost.txt", "file_size": 5, **test_row},
        ],
    )

    report = import_network_inventory(database=database, folder=folder)

    assert b"".join(blobs.open_stream("docs", TEST_PREFIX + "t.txt")) == b"trace"
    stored = b"".join(blobs.open_stream("docs", KMZ_PREFIX + "a.kmz"))
    with zipfile.ZipFile(io.BytesIO(stored)) as archive:
        assert archive.read("doc.kml") == KML
    assert dict(KmzFile.objects.values_list("filename", "is_generated")) == {
        "a.kmz": False,
        "network_path_1.kmz": True,
    }
    assert "u.txt: the stored file is missing" in report.tables["test_results_files"].notes
    assert "gone.kmz: the stored map is missing" in report.tables["network_routes"].notes
    listed = NetworkRoute.objects.in_order().values_list("test_results_file", flat=True)
    assert list(listed) == ["otdr.txt, lost.txt", None]


@pytest.mark.parametrize("content", [b"", b"no database at all, only text" * 50])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "x.db"
    path.write_bytes(content)

    with pytest.raises(CommandError):
        call_command("import_legacy", "network-inventory", database=path)

    assert NetworkRoute.objects.count() == 0


def test_a_circuit_of_zero_mbps_comes_over(tmp_path: Path):
    database = written(tmp_path, network_routes=[route_row("LONPAR000001", bandwidth=0)])

    report = import_network_inventory(database=database, folder=None)

    assert report.tables["network_routes"].skipped == []
    assert NetworkRoute.objects.get().bandwidth == "0"


def test_each_value_that_becomes_empty_is_reported(tmp_path: Path):
    channel = {"id": 7, "circuit_id": "LONPAR000001", "capex_cost_to_light": "dear"}
    place = {**sample.tables()["location_reference"][0], "latitude": 91, "longitude": ""}
    database = written(
        tmp_path,
        network_routes=[
            route_row("LONPAR000001", cost=-5, expected_latency="fast", sla_latency=" ", mtu="")
        ],
        dark_fiber_details=[channel],
        location_reference=[place],
    )

    tables = import_network_inventory(database=database, folder=None).tables

    ended = "cannot be kept and became empty"
    assert tables["network_routes"].notes[:2] == [
        f"LONPAR000001: expected_latency fast {ended}",
        f"LONPAR000001: cost -5 {ended}",
    ]
    assert tables["dark_fiber_details"].notes == [f"Channel 7: capex_cost_to_light dear {ended}"]
    assert tables["location_reference"].notes == [f"{place['location_code']}: latitude 91 {ended}"]


def test_circuits_keep_their_kind_where_it_has_another_key_here(tmp_path: Path):
    here = [RepositoryType.objects.create(name=name) for name in ("Masts", "Towers")]
    kinds = [{"id": here[1].pk, "name": "Masts"}, {"id": here[0].pk, "name": "Towers"}]
    database = written(
        tmp_path,
        repository_types=kinds,
        network_routes=[
            route_row("LONPAR000001", repository_type_id=kinds[0]["id"]),
            route_row("LONPAR000002", repository_type_id=kinds[1]["id"]),
            route_row("LONPAR000003", repository_type_id=99),
        ],
    )

    import_network_inventory(database=database, folder=None)
    import_network_inventory(database=database, folder=None)

    found = NetworkRoute.objects.in_order().values_list("repository_type__name", flat=True)
    assert list(found) == ["Masts", "Towers", "Network Routes"]


def test_a_rate_keeps_its_times_and_one_too_small_stops_nothing(tmp_path: Path):
    euro = {**sample.tables()["exchange_rates"][4], "created_date": "2024-02-03 04:05:06"}
    database = written(
        tmp_path,
        exchange_rates=[euro, {**euro, "id": 9, "currency_code": "CHF", "exchange_rate": 1e-9}],
    )

    report = import_network_inventory(database=database, folder=None)

    assert report.tables["exchange_rates"].skipped == [
        "exchange_rates 9: code or rate is not usable"
    ]
    rate = ExchangeRate.objects.get(currency_code=euro["currency_code"])
    assert rate.created_at == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)


def test_what_a_saved_search_holds_comes_over_as_it_was_sent(tmp_path: Path):
    kept = r'{"note": "a\u0000b"}'
    rows = [
        {"id": 1, "carrier_avoidance": "3", "search_results": kept},
        {"id": 2, "carrier_avoidance": "COLT, Zayo", "search_results": r'"\ud800"'},
    ]
    database = written(tmp_path, network_design_searches=rows)

    import_network_inventory(database=database, folder=None)

    found = SavedSearch.objects.order_by("pk").values_list("carrier_avoidance", "search_results")
    assert list(found) == [("3", {"note": "ab"}), ("COLT, Zayo", r'"\ud800"')]


def test_names_of_files_that_the_original_mangled_are_whole_again(tmp_path: Path):
    names = ("rÃ©sultat.pdf", "Ã\xa0 lire â\x80\x93 1.pdf", "déjà.pdf", "報告.pdf", "plain.pdf")
    row = {"circuit_id": "LONPAR000001", "uploaded_at": "2025-07-06 01:29:25", "file_size": 1}
    database = written(
        tmp_path,
        network_routes=[route_row("LONPAR000001")],
        test_results_files=[
            {"id": place, "filename": f"{place}.pdf", "original_name": name, **row}
            for place, name in enumerate(names, start=1)
        ],
    )

    import_network_inventory(database=database, folder=None)

    assert NetworkRoute.objects.get().test_results_file == (
        "résultat.pdf, à lire \u2013 1.pdf, déjà.pdf, 報告.pdf, plain.pdf"
    )
