"""Bulk upload: all or nothing, line by line."""

from __future__ import annotations

import csv
import io
import threading
import tracemalloc
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.models import AuditEntry
from networkroutes.errors import BulkRefused
from networkroutes.models import (
    BulkUpload,
    Carrier,
    CarrierContact,
    ExchangeRate,
    Location,
    LocationCapabilities,
    NetworkRoute,
)
from networkroutes.policy import open_actor
from networkroutes.services import bulk, maps
from networkroutes.services.bulk import MODULES
from tests.factories.networkroutes import (
    CarrierFactory,
    KmzFileFactory,
    LocationFactory,
    NetworkRouteFactory,
)

pytestmark = pytest.mark.django_db
HEADER = "circuit_id,location_a,location_b,underlying_carrier,expected_latency,cost\n"


def send(client: Any, module: str, text: str, **fields: Any) -> Any:
    """Upload a CSV as the front end does."""
    file = SimpleUploadedFile("rows.csv", text.encode(), "text/csv")
    return client.post(f"/bulk-upload/{module}", {"csv_file": file, **fields}, format="multipart")


def test_good_rows_go_in_with_one_audit_entry_each(api: Any) -> None:
    client = api("administrator")
    rows = "AAABBB000001,AAA,BBB,C,5,10.5\n\nAAABBB000002,AAA,BBB,C,,\n"

    answer = send(client, "network_routes", HEADER + rows)

    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Bulk upload successful",
        "module": "network_routes",
        "rows_imported": 2,
        "rows_updated": 0,
        "total_rows": 2,
    }
    made = NetworkRoute.objects.get(circuit_id="AAABBB000001")
    assert (made.expected_latency_ms, made.cost, made.repository_type_id) == (5, Decimal("10.5"), 1)
    assert made.created_by == client.user.username
    verb = "bulk.network_routes.inserted"
    assert AuditEntry.objects.filter(verb=verb).count() == 2
    assert client.get("/bulk-upload/history").json()[0]["outcome"] == "done"


def test_every_wrong_row_is_named_by_its_line_and_nothing_is_written(api: Any) -> None:
    NetworkRouteFactory(circuit_id="AAABBB000009")
    before = NetworkRoute.objects.count()
    rows = (
        'AAABBB000001,"AAA\nline two",BBB,C,5,1\n'
        "aaabbb1,AAA,BBB,C,5,1\n"
        "AAABBB000002,AAA,,C,fast,-1\n"
        "AAABBB000001,AAA,BBB,C,5,1\n"
        "AAABBB000009,AAA,BBB,C,5,1\n"
        "AAABBB000010,AAA,BBB,C,5,1, ,spare\n"
        "AAABBB000011,AAA,BBB,C,5,1,,\n"
    )

    answer = send(api("administrator"), "network_routes", HEADER + rows)

    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Validation failed",
        "errors": [
            "Row 4: circuit_id must be six capital letters and six digits",
            "Row 5: location_b is required",
            "Row 5: expected_latency must be a number",
            "Row 5: cost must be zero or greater",
            "Row 6: circuit_id is the same as in row 2",
            "Row 7: circuit_id AAABBB000009 already exists",
            "Row 8: more cells than the header has",
        ],
        "total_rows": 7,
        "valid_rows": 2,
        "invalid_rows": 5,
    }
    assert NetworkRoute.objects.count() == before
    assert BulkUpload.objects.get().outcome == "refused"


@pytest.mark.parametrize("dry_run", ["", "true"])
def test_a_file_without_rows_is_refused_and_says_so(api: Any, dry_run: str) -> None:
    client = api("administrator")

    answer = send(client, "locations", "location_code,city,country\n\n", dry_run=dry_run)

    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Validation failed",
        "errors": ["The file has no rows below its header"],
        "total_rows": 0,
        "valid_rows": 0,
        "invalid_rows": 0,
    }
    assert BulkUpload.objects.get().outcome == "refused"
    assert Location.objects.count() == 0


def test_a_dry_run_tells_line_by_line_and_writes_nothing(api: Any) -> None:
    route = NetworkRouteFactory(circuit_id="AAABBB000001", location_a="AAA", cost="1")
    rows = "AAABBB000001,AAA,PAR1,Aurora Fibre,8.5,2\nAAABBB000002,AAA,BBB,C,5,1\n"

    answer = send(
        api("administrator"),
        "network_routes",
        (HEADER + rows).replace("cost", "cost,colour").replace("2\n", "2,red\n"),
        dry_run="true",
        upsert="1",
    ).json()

    assert (answer["rows_to_insert"], answer["rows_to_update"]) == (1, 1)
    assert answer["ignored_columns"] == ["colour"]
    assert answer["rows"][0] == {
        "row": 2,
        "action": "update",
        "key": "AAABBB000001",
        "changes": {
            "expected_latency": {"old": 7.5, "new": 8.5},
            "cost": {"old": 1, "new": 2},
        },
    }
    assert answer["rows"][1] == {"row": 3, "action": "insert", "key": "AAABBB000002"}
    route.refresh_from_db()
    assert route.cost == 1
    assert NetworkRoute.objects.count() == 1


def test_upsert_changes_only_the_columns_of_the_file(api: Any) -> None:
    route = NetworkRouteFactory(circuit_id="AAABBB000001", mtu=9000)
    rows = "AAABBB000001,AAA,BBB,C,9,\nAAABBB000002,AAA,BBB,C,5,1\n"

    answer = send(api("administrator"), "network_routes", HEADER + rows, upsert="true").json()

    route.refresh_from_db()
    assert (answer["rows_imported"], answer["rows_updated"]) == (2, 1)
    assert (route.location_a, route.expected_latency_ms, route.mtu) == ("AAA", 9, 9000)
    assert (route.version, route.cost) == (2, None)


def test_references_are_looked_up(api: Any) -> None:
    CarrierFactory(carrier_name="Aurora Fibre", region="EMEA")
    place = LocationFactory(location_code="LON1")
    client = api("administrator")

    good = send(
        client,
        "carrier_contacts",
        "carrier_name,region,contact_name\n aurora  FIBRE,emea,NOC\n",
    )
    bad = send(client, "carrier_contacts", "carrier_name,region,contact_name\nNobody,APAC,X\n")
    able = send(client, "pop_capabilities", "location_code,cnx_voice\nLON1,yes\n")

    assert good.json()["rows_imported"] == 1
    assert CarrierContact.objects.get().carrier.carrier_name == "Aurora Fibre"
    assert bad.json()["errors"] == ["Row 2: carrier Nobody, APAC does not exist"]
    assert able.status_code == 200
    found = LocationCapabilities.objects.get(location=place)
    assert (found.cnx_voice, found.cnx_sdwan) == (True, False)


@pytest.mark.parametrize("slug", list(MODULES))
def test_the_template_of_each_module_can_be_uploaded(api: Any, slug: str) -> None:
    CarrierFactory(carrier_name="Aurora Fibre", region="EMEA")
    LocationFactory(location_code="LON1")
    client = api("administrator")

    template = client.get(f"/bulk-upload/template/{slug}")
    text = b"".join(template.streaming_content).decode()
    answer = send(client, slug, text, dry_run="1", upsert="1")

    assert template["Content-Disposition"] == f'attachment; filename="{slug}_template.csv"'
    assert answer.status_code == 200, answer.content
    assert answer.json()["total_rows"] == 1


def test_an_export_is_defused_and_can_be_uploaded_again(api: Any) -> None:
    NetworkRouteFactory(circuit_id="AAABBB000001", more_details="=1+1", cost="5")
    NetworkRouteFactory()
    client = api("administrator")

    response = client.get("/bulk-upload/database/network_routes?limit=1")
    text = b"".join(response.streaming_content).decode()
    answer = send(client, "network_routes", text, dry_run="1", upsert="1").json()

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["more_details"] for row in rows] == ["'=1+1"]
    assert answer["rows"] == [
        {"row": 2, "action": "unchanged", "key": "AAABBB000001", "changes": {}}
    ]


@pytest.mark.parametrize(
    ("module", "text", "error"),
    [
        ("nothing", "a\n1\n", "Invalid module"),
        ("carriers", "", "Validation failed"),
        ("carriers", "carrier_name,carrier_name\nx,y\n", "Validation failed"),
        ("carriers", 'carrier_name,region,status\n"x,EMEA,active\n', "Validation failed"),
        ("exchange_rates", "currency_code,exchange_rate\nUSD,2\n", "Validation failed"),
    ],
)
def test_files_that_are_no_table_are_refused(api: Any, module: str, text: str, error: str) -> None:
    answer = send(api("administrator"), module, text, upsert="1")

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert not Carrier.objects.exists()
    assert ExchangeRate.objects.get(currency_code="USD").exchange_rate == 1


def test_only_administrators_upload(api: Any) -> None:
    for role in ("provisioner", "read_only"):
        assert send(api(role), "carriers", "x").status_code == 403
        assert api(role).get("/bulk-upload/template/carriers").status_code == 403
    assert not BulkUpload.objects.exists()


def big_file(rows: int) -> io.BytesIO:
    """A file of many circuits."""
    made = io.BytesIO()
    made.write(HEADER.encode())
    for number in range(rows):
        made.write(f"BULKXX{number:06d},AAA,BBB,C,{number % 200},12.5\n".encode())
    made.seek(0)
    return made


def peak_kib(rows: int) -> int:
    """The most memory that checking a file takes."""
    source = big_file(rows)
    tracemalloc.start()
    bulk.upload(
        actor=open_actor("full"),
        slug="network_routes",
        filename="x",
        source=source,
        dry_run=True,
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak // 1024


@pytest.mark.soak
def test_a_hundred_thousand_rows_are_checked_and_go_in() -> None:
    outcome = bulk.upload(
        actor=open_actor("full"), slug="network_routes", filename="x", source=big_file(100_000)
    )

    assert (outcome.inserted, NetworkRoute.objects.count()) == (100_000, 100_000)


@pytest.mark.parametrize("rows", [10_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_memory_of_a_dry_run_does_not_grow_with_the_file(rows: int) -> None:
    small, large = peak_kib(2_000), peak_kib(rows)

    assert large - small < 512, f"{small} KiB for 2,000 rows, {large} KiB for {rows}"


@pytest.mark.soak
def test_a_dry_run_of_a_hundred_thousand_rows_names_the_wrong_ones() -> None:
    made = big_file(100_000)
    made.seek(0, io.SEEK_END)
    made.write(b"BULKXX000007,AAA,BBB,C,5,1\nbad,AAA,BBB,C,5,1\n")

    with pytest.raises(BulkRefused) as refused:
        bulk.upload(
            actor=open_actor("full"), slug="network_routes", filename="x", source=made, dry_run=True
        )

    assert refused.value.details["errors"] == [
        "Row 100002: circuit_id is the same as in row 9",
        "Row 100003: circuit_id must be six capital letters and six digits",
    ]
    assert not NetworkRoute.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_the_same_rows_give_one() -> None:
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def send_rows() -> None:
        gate.wait()
        try:
            bulk.upload(
                actor=open_actor("full"), slug="network_routes", filename="x", source=big_file(300)
            )
            outcomes.append("done")
        except BulkRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=send_rows) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done", "refused"]
    assert NetworkRoute.objects.count() == 300
    assert Location.objects.count() == 0


def test_a_name_in_any_alphabet_is_known_again(api: Any) -> None:
    client = api("administrator")
    header = "carrier_name,region,status\n"
    assert send(client, "carriers", header + "ZÜR-Ä1,EMEA,active\n").status_code == 200

    again = send(client, "carriers", header + "zür-ä1,EMEA,active\n")
    changed = send(client, "carriers", header + "zür-Ä1,EMEA,active\n", upsert="1")
    contact = send(client, "carrier_contacts", "carrier_name,region,contact_name\nZür-ä1,EMEA,X\n")

    assert again.json()["errors"] == ["Row 2: carrier_name, region zür-ä1, EMEA already exists"]
    assert (changed.json()["rows_imported"], changed.json()["rows_updated"]) == (1, 1)
    assert contact.json()["rows_imported"] == 1
    assert Carrier.objects.get().carrier_name == "zür-Ä1"


def test_texts_longer_than_an_index_takes_are_refused_by_their_line(api: Any) -> None:
    long = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))
    rows = f"AAABBB000001,{long},BBB,C,,\nAAABBB000002,AAA,BBB,{long},,\n"

    answer = send(api("administrator"), "network_routes", HEADER + rows)

    assert answer.json()["errors"] == [
        "Row 2: location_a must be at most 255 characters",
        "Row 3: underlying_carrier must be at most 255 characters",
    ]
    assert not NetworkRoute.objects.exists()


def test_columns_that_an_upload_left_out_are_named(api: Any) -> None:
    text = "currency_code,exchange_rate,bank\nCHF,0.9,x\n"

    answer = send(api("administrator"), "exchange_rates", text)

    assert answer.json()["ignored_columns"] == ["bank"]


def test_a_latency_that_light_cannot_keep_is_refused_by_its_line(api: Any) -> None:
    client = api("administrator")
    KmzFileFactory(filename="a.kmz", line_km=1000.0, is_measured=True)
    route = NetworkRouteFactory(expected_latency_ms=9, kmz_file_path="a.kmz")
    text = f"{HEADER}{route.circuit_id},AAA,BBB,C,{{}},\n"

    refused = send(client, "network_routes", text.format(1), upsert="1")

    assert refused.status_code == 400
    assert refused.json()["errors"] == [
        "Row 2: Expected latency 1 ms is impossible: the line on the map is 1000.0 km long, and "
        "light in fibre needs 1000.0 km x 1.468 / 299.792458 km per ms = 4.897 ms one way."
    ]
    route.refresh_from_db()
    assert route.expected_latency_ms == 9
    assert send(client, "network_routes", text.format(4.9), upsert="1").status_code == 200


def test_a_map_that_nobody_measured_is_measured_for_a_bulk_upload(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Maps that were taken over from the replaced system have not been read yet."""
    monkeypatch.setattr(maps, "_length", lambda row: 1000.0)
    KmzFileFactory(filename="a.kmz", line_km=None, is_measured=False)
    route = NetworkRouteFactory(expected_latency_ms=9, kmz_file_path="a.kmz")
    text = f"{HEADER}{route.circuit_id},AAA,BBB,C,1,\n"

    refused = send(api("administrator"), "network_routes", text, upsert="1")

    assert refused.status_code == 400
    assert "light in fibre needs 1000.0 km" in refused.json()["errors"][0]
