"""Maps and test results through the client surface (contract sections 4.4 and 7)."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from inventory_site.core.files import blobs
from networkroutes.models import KmzFile, NetworkRoute, TestResultsFile
from networkroutes.selectors.network_map import map_lines
from networkroutes.services.files import KMZ_PREFIX, TEST_PREFIX
from tests.factories.networkroutes import NetworkRouteFactory

pytestmark = pytest.mark.django_db
UCN = "LONPAR000001"
KML = b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>'


@pytest.fixture
def route() -> NetworkRoute:
    """A circuit without files."""
    return NetworkRouteFactory(circuit_id=UCN)


@pytest.fixture
def client(api: Any, route: NetworkRoute) -> APIClient:
    """A network administrator."""
    return api("administrator")


def kmz() -> bytes:
    """A real KMZ, the same bytes at any second."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("doc.kml"), KML)
    return packed.getvalue()


def sent(name: str, content: bytes = b"x") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def upload(client: APIClient, kind: str, *files: Any, ucn: str = UCN, field: str = "") -> Any:
    """Send files the way the front end does."""
    fields = {"kmz": "kmz_file", "test_results": "test_results_files"}
    return client.post(
        f"/network_routes/{ucn}/upload_{kind}",
        {field or fields[kind]: list(files)},
        format="multipart",
    )


def body_of(response: Any) -> bytes:
    """The whole streamed answer."""
    return b"".join(response.streaming_content)


def test_a_kmz_is_stored_named_and_served(client: APIClient, route: NetworkRoute):
    before = route.updated_at

    response = upload(client, "kmz", sent("Résumé.KMZ", kmz()))

    name = response.json()["kmz_file_path"]
    assert response.json() == {"message": "KMZ file uploaded", "kmz_file_path": name}
    assert re.fullmatch(r"kmz_file-\d{13}-\d{1,10}\.kmz", name)
    route.refresh_from_db()
    assert route.kmz_file_path == name
    assert route.updated_at > before
    for path in (
        "/download_kmz/",
        "/api/download_kmz/",
        "/api/api/download_kmz/",
        "/backend/kmz_files/",
    ):
        served = client.get(path + name)
        assert served["Content-Type"] == "application/vnd.google-earth.kmz"
        assert served["Content-Disposition"] == f'attachment; filename="{name}"'
        assert body_of(served) == kmz()


def test_kml_text_is_stored_zipped(client: APIClient):
    name = upload(client, "kmz", sent("map.kmz", KML)).json()["kmz_file_path"]

    stored = body_of(client.get(f"/download_kmz/{name}"))

    with zipfile.ZipFile(io.BytesIO(stored)) as archive:
        assert archive.read("doc.kml") == KML


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("map.html", b"<html></html>"),
        ("map", KML),
        ("map.kmz", b"<html></html>"),
        ("map.kmz", b"PK\x03\x04 no archive"),
        ("map.kmz", b""),
        ("map.kmz", b'<!DOCTYPE k [<!ENTITY a "b">]><html>&a;</html>'),
    ],
)
def test_what_is_no_kmz_is_refused_and_not_kept(
    client: APIClient, route: NetworkRoute, name: str, content: bytes
):
    response = upload(client, "kmz", sent(name, content))

    assert (response.status_code, response.json()) == (400, {"error": "Only KMZ files are allowed"})
    route.refresh_from_db()
    assert route.kmz_file_path is None
    assert not KmzFile.objects.exists()


def archive_of(kml: bytes, method: int = zipfile.ZIP_DEFLATED, break_at: int = 0) -> bytes:
    """A ZIP with a KML entry, with some of its bytes turned from a place on."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("doc.kml", kml)
    whole = bytearray(packed.getvalue())
    for place in range(break_at, break_at + 9 if break_at else 0):
        whole[place] ^= 0xFF
    return bytes(whole)


@pytest.mark.parametrize(
    "content",
    [
        archive_of(b""),
        archive_of(b"\0" * 5000),
        archive_of(b"no XML"),
        archive_of(KML * 9, break_at=40),
        archive_of(KML * 9, zipfile.ZIP_BZIP2, break_at=45),
        archive_of(KML * 9, zipfile.ZIP_LZMA, break_at=45),
    ],
)
def test_an_archive_whose_kml_cannot_be_read_is_kept_and_draws_nothing(
    client: APIClient, route: NetworkRoute, content: bytes
):
    response = upload(client, "kmz", sent("map.kmz", content))

    assert response.status_code == 200
    assert KmzFile.objects.get().line_km is None
    route.refresh_from_db()
    assert map_lines(route) == []


def test_a_new_map_replaces_the_old_one_unless_another_circuit_uses_it(
    client: APIClient, route: NetworkRoute, commits: Any
):
    first = upload(client, "kmz", sent("a.kmz", kmz())).json()["kmz_file_path"]
    other = NetworkRouteFactory(kmz_file_path=first)
    with commits():
        second = upload(client, "kmz", sent("b.kmz", kmz())).json()["kmz_file_path"]
    assert blobs.exists("docs", KMZ_PREFIX + first)

    NetworkRoute.objects.filter(pk=other.pk).update(kmz_file_path=None)
    with commits():
        upload(client, "kmz", sent("c.kmz", kmz()))

    assert not blobs.exists("docs", KMZ_PREFIX + second)
    assert client.get(f"/download_kmz/{second}").json() == {"error": "KMZ file not found"}


@pytest.mark.parametrize("kind", ["kmz", "test_results"])
def test_missing_files_wrong_fields_and_unknown_circuits(client: APIClient, kind: str):
    none = "No file uploaded" if kind == "kmz" else "No files uploaded"
    unknown = "Not found" if kind == "kmz" else "Circuit ID not found"

    empty = client.post(f"/network_routes/{UCN}/upload_{kind}", {"a": "1"}, format="multipart")
    wrong = upload(client, kind, sent("a.kmz", kmz()), field="other")
    text = client.post(f"/network_routes/{UCN}/upload_{kind}", {"a": 1}, format="json")
    strange = upload(client, kind, sent("a.kmz", kmz()), ucn="ZZZZZZ999999")

    assert [r.status_code for r in (empty, wrong, text, strange)] == [400, 400, 400, 404]
    assert {json.dumps(r.json()) for r in (empty, wrong, text)} == {json.dumps({"error": none})}
    assert strange.json() == {"error": unknown}


def test_test_results_are_listed_newest_first_and_named_on_the_circuit(
    client: APIClient, route: NetworkRoute
):
    first = upload(client, "test_results", sent("otdr 1.SOR"), sent("résultat.pdf", b"%PDF"))
    upload(client, "test_results", sent("otdr 1.SOR", b"again"), sent("empty.txt", b""))

    made = first.json()["files"]
    assert [row["original_name"] for row in made] == ["otdr 1.SOR", "résultat.pdf"]
    assert re.fullmatch(r"test_results_files-\d{13}-\d{1,10}\.sor", made[0]["filename"])
    rows = client.get(f"/network_routes/{UCN}/test_results_files").json()
    assert [row["file_size"] for row in rows] == [0, 5, 4, 1]
    assert set(rows[0]) == {
        "id",
        "circuit_id",
        "filename",
        "original_name",
        "file_size",
        "uploaded_at",
    }
    route.refresh_from_db()
    assert route.test_results_file == "otdr 1.SOR, résultat.pdf, otdr 1.SOR, empty.txt"


def test_the_zip_holds_every_file_under_its_own_name(client: APIClient):
    upload(
        client, "test_results", sent("a.txt", b"one"), sent("a.txt", b"two"), sent("é.txt", b"3")
    )

    response = client.get(f"/network_routes/{UCN}/download_test_results")

    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == f'attachment; filename="{UCN}_test_results.zip"'
    with zipfile.ZipFile(io.BytesIO(body_of(response))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a.txt": b"one",
            "a (2).txt": b"two",
            "é.txt": b"3",
        }


@pytest.mark.parametrize("name", ["résultat".encode("latin-1"), "résultat".encode()])
def test_a_name_in_latin_1_or_utf_8_is_read_as_it_is_written(client: APIClient, name: bytes):
    head = b'--x\r\nContent-Disposition: form-data; name="test_results_files"; filename="'
    body = head + name + b'.txt"\r\n\r\n\xe9\r\n\r\n\xff\r\n--x--\r\n'

    answer = client.generic(
        "POST",
        f"/network_routes/{UCN}/upload_test_results",
        body,
        content_type="multipart/form-data; boundary=x",
    )

    assert [row["original_name"] for row in answer.json()["files"]] == ["résultat.txt"]
    (row,) = TestResultsFile.objects.all()
    stored = blobs.open_stream("docs", TEST_PREFIX + row.filename)
    assert b"".join(stored) == b"\xe9\r\n\r\n\xff"


def test_the_native_list_of_files_goes_out_as_csv(client: APIClient):
    upload(client, "test_results", sent("=otdr 1.txt", b"abc"))

    answer = client.get("/api/test-results-files", {"format": "csv", "circuit_id": UCN})

    head, line = b"".join(answer.streaming_content).decode().splitlines()
    assert head == "id,circuit_id,filename,original_name,file_size,sha256,uploaded_at"
    assert line.split(",")[1] == UCN
    assert line.split(",")[3:5] == ["'=otdr 1.txt", "3"]


def test_a_zip_of_nothing_is_404(client: APIClient):
    missing = TestResultsFile.objects.create(
        route=NetworkRoute.objects.get(), filename="test_results_files-1-1.txt", original_name="x"
    )

    answers = [
        client.get(f"/network_routes/{ucn}/download_test_results") for ucn in (UCN, "ZZZZZZ999999")
    ]

    assert [r.status_code for r in answers] == [404, 404]
    assert {r.json()["error"] for r in answers} == {"No test results files found"}
    assert TestResultsFile.objects.get() == missing


def test_ten_files_are_taken_and_eleven_refused_whole(client: APIClient):
    ten = upload(client, "test_results", *[sent(f"f{n}.txt") for n in range(10)])
    eleven = upload(client, "test_results", *[sent(f"g{n}.txt") for n in range(11)])

    assert ten.status_code == 200
    assert (eleven.status_code, eleven.json()) == (
        400,
        {"error": "Too many files (maximum 10)"},
    )
    assert TestResultsFile.objects.count() == 10


@pytest.mark.parametrize("kind", ["kmz", "test_results"])
def test_a_file_over_the_limit_is_413_and_nothing_is_kept(
    client: APIClient, settings: Any, kind: str, media_folder: Any
):
    settings.NETWORKROUTES_MAX_FILE_BYTES = 1000

    response = (
        upload(client, kind, sent("small.kmz", kmz()), sent("big.kmz", b"x" * 1001))
        if (kind == "test_results")
        else upload(client, kind, sent("big.kmz", kmz() + b"x" * 1001))
    )

    assert (response.status_code, response.json()) == (413, {"error": "File too large"})
    assert not TestResultsFile.objects.exists()
    assert not KmzFile.objects.exists()
    assert [path for path in media_folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "name", ["x.html", "x.SVG", "x.js", "x.php", "x.sh", ".html", "x.html\u200b", "x.htm. \u3000"]
)
def test_dangerous_kinds_are_refused_as_test_results(client: APIClient, name: str):
    response = upload(client, "test_results", sent("ok.txt"), sent(name))

    assert response.status_code == 400
    assert not TestResultsFile.objects.exists()


def test_deleting_a_file_updates_the_circuit_and_removes_the_blob(
    client: APIClient, route: NetworkRoute, commits: Any
):
    upload(client, "test_results", sent("a.txt"), sent("b.txt"))
    first = TestResultsFile.objects.order_by("pk").first()
    assert first is not None

    with commits():
        response = client.delete(f"/test_results_files/{first.pk}")
    again = client.delete(f"/test_results_files/{first.pk}")

    assert response.json() == {"message": "File deleted"}
    assert (again.status_code, again.json()) == (404, {"error": "File not found"})
    assert not blobs.exists("docs", TEST_PREFIX + first.filename)
    route.refresh_from_db()
    assert route.test_results_file == "b.txt"


def test_removing_a_circuit_removes_its_files_after_the_commit(client: APIClient, commits: Any):
    name = upload(client, "kmz", sent("a.kmz", kmz())).json()["kmz_file_path"]
    stored = upload(client, "test_results", sent("a.txt")).json()["files"][0]["filename"]

    with commits():
        response = client.delete(f"/network_routes/{UCN}")

    assert response.json() == {"message": "Deleted"}
    assert not blobs.exists("docs", KMZ_PREFIX + name)
    assert not blobs.exists("docs", TEST_PREFIX + stored)
    assert not TestResultsFile.objects.exists()


@pytest.mark.parametrize(
    "path",
    ["..%2F..%2Fpatchbay.sqlite3", "../../etc/passwd", "%00", "a%5Cb.kmz", "nothing.kmz"],
)
def test_only_names_that_the_system_stored_are_served(client: APIClient, path: str):
    response = client.get(f"/download_kmz/{path}")

    assert response.status_code == 404
    assert "error" in response.json()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a/b/../c.txt", "c.txt"),
        ("a\\b\\c.txt", "c.txt"),
        ("c\x07\x9f\u202e\u2028.txt", "c.txt"),
        ("Screenshot 3.15\u202fPM.png", "Screenshot 3.15\u202fPM.png"),
        ("نمی\u200cشود\u30001.pdf", "نمی\u200cشود\u30001.pdf"),
        ("👩\u200d🔧.txt", "👩\u200d🔧.txt"),
        ("R&amp;D..", "R&amp;D.."),
    ],
)
def test_a_name_is_cut_to_its_base_and_keeps_all_but_control_characters(
    client: APIClient, name: str, kept: str
):
    boundary = "patchbay"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="test_results_files"; '
        f'filename="{name}"\r\n\r\nx\r\n--{boundary}--\r\n'
    ).encode()

    response = client.post(
        f"/network_routes/{UCN}/upload_test_results",
        body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )

    assert response.json()["files"][0]["original_name"] == kept
    archive = client.get(f"/network_routes/{UCN}/download_test_results")
    with zipfile.ZipFile(io.BytesIO(b"".join(archive.streaming_content))) as packed:
        assert packed.namelist() == [kept]
