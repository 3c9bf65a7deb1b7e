"""The import page in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from networkroutes.models import BulkUpload, NetworkRoute
from networkroutes.services import bulk_jobs
from tests.factories.networkroutes import NetworkRouteFactory

pytestmark = pytest.mark.django_db


def send(page: Client, text: str, **fields: str) -> Any:
    file = SimpleUploadedFile("rows.csv", text.encode(), "text/csv")
    body = {"module": "network_routes", "csv_file": file, **fields}
    return page.post("/admin/networkroutes/import/", body)


HEADER = "circuit_id,location_a,location_b,underlying_carrier,mtu\n"


def test_an_import_shows_every_change_and_then_applies_all(
    admin_page: Client,
) -> None:
    NetworkRouteFactory(
        circuit_id="LONBOM000002",
        location_a="LON1",
        location_b="BOM1",
        underlying_carrier="Kestrel",
        mtu=1500,
    )
    rows = "LONBOM000002,LON1,BOM1,Kestrel,9000\nAAABBB000001,AAA,BBB,C,1500\n"

    shown = send(admin_page, HEADER + rows, upsert="on")

    assert [(row["number"], row["key"]) for row in shown.context["rows"]] == [
        (2, "LONBOM000002"),
        (3, "AAABBB000001"),
    ]
    assert shown.context["rows"][0]["changes"] == [("mtu", "1500", "9000")]
    assert not NetworkRoute.objects.filter(circuit_id="AAABBB000001").exists()

    lines = b"".join(admin_page.get(shown.context["lines_url"]).streaming_content).decode()
    assert lines.splitlines()[1].startswith("2,update,LONBOM000002,mtu: 1500 → 9000")

    token = shown.context["token"]
    done = admin_page.post("/admin/networkroutes/import/", {"token": token})
    again = admin_page.post("/admin/networkroutes/import/", {"token": token})

    assert (done.status_code, again.status_code) == (302, 404)
    assert NetworkRoute.objects.get(circuit_id="AAABBB000001").mtu == 1500
    assert NetworkRoute.objects.get(circuit_id="LONBOM000002").mtu == 9000
    assert [row.outcome for row in BulkUpload.objects.order_by("pk")] == ["dry_run", "done"]


def test_wrong_lines_are_named_and_nothing_can_be_applied(admin_page: Client) -> None:
    answer = send(admin_page, HEADER + "bad,A,B,C,1\nAAABBB000001,A,B,C,x\n")

    assert answer.context["errors"] == [
        "Row 2: circuit_id must be six capital letters and six digits",
        "Row 3: mtu must be a number",
    ]
    assert "token" not in answer.context
    assert not NetworkRoute.objects.exists()


@pytest.mark.parametrize(
    ("faults", "is_large"), [(100, False), (100, True), (101, True), (250, False)]
)
def test_of_many_faults_the_first_are_shown_and_a_file_has_all(
    admin_page: Client,
    monkeypatch: Any,
    django_capture_on_commit_callbacks: Any,
    faults: int,
    is_large: bool,
) -> None:
    monkeypatch.setattr(bulk_jobs, "is_large", lambda size: is_large)
    rows = "".join(f"bad{n},A,B,C,{n}\n" for n in range(faults))

    with django_capture_on_commit_callbacks(execute=True):
        answer = send(admin_page, HEADER + rows + "AAABBB000001,A,B,C,1\n")
    if is_large:
        answer = admin_page.get(answer["Location"])

    assert len(answer.context["errors"]) == 100
    assert ("These are the first 100 faults." in answer.content.decode()) == (faults > 100)
    file = admin_page.get(answer.context["lines_url"])
    lines = b"".join(file.streaming_content).decode().splitlines()
    assert len(lines) == faults + 2
    last = (
        f"{faults + 1},error,bad{faults - 1},,circuit_id must be six capital letters and six digits"
    )
    assert lines[faults] == last
    assert not NetworkRoute.objects.exists()


def test_a_fault_is_told_with_the_key_as_the_file_writes_it(admin_page: Client) -> None:
    answer = send(admin_page, HEADER + "bad one,A,B,C,1\nAAABBB000001,A,B,C,x\n")

    lines = b"".join(admin_page.get(answer.context["lines_url"]).streaming_content).decode()

    assert lines.splitlines() == [
        "row,action,key,changes,errors",
        "2,error,bad one,,circuit_id must be six capital letters and six digits",
        "3,error,AAABBB000001,,mtu must be a number",
    ]


def test_a_file_that_is_no_table_has_no_lines_to_show(admin_page: Client) -> None:
    answer = send(admin_page, "circuit_id\n")

    assert answer.context["errors"] == ["The file has no rows below its header"]
    assert "Every line as CSV" not in answer.content.decode()


def test_a_forged_token_is_404(admin_page: Client) -> None:
    assert admin_page.post("/admin/networkroutes/import/", {"token": "x:y:z"}).status_code == 404


def test_a_template_can_be_fetched(admin_page: Client) -> None:
    url = reverse("networkroutes-import-template", args=["network_routes"])

    assert b"".join(admin_page.get(url).streaming_content).startswith(b"circuit_id,location_a")
