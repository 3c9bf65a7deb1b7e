"""Files of circuits in the admin: upload, download, ZIP, remove; stored blobs for real."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from networkroutes.models import KmzFile, NetworkRoute, TestResultsFile
from tests.factories.accounts import UserFactory
from tests.factories.networkroutes import NetworkRouteFactory, TestResultsFileFactory

LIST = "/admin/networkroutes/networkroute/"
RESULTS = "/admin/networkroutes/testresultsfile/"
DIALOG = {"headers": {"X-Patchbay-Dialog": "1"}}
KML = b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>'
HOSTILE = '"><img src=x onerror=alert(1)>.txt'

pytestmark = pytest.mark.django_db


def kmz() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("doc.kml", KML)
    return target.getvalue()


def upload(client: Client, route: NetworkRoute, slug: str, **items: Any) -> Any:
    sent = {"ids": route.pk, "confirm": "1", **items}
    return client.post(f"{LIST}verbs/{slug}/", sent, **DIALOG)


def results(*named: tuple[str, bytes]) -> dict[str, Any]:
    return {"test_results_files": [SimpleUploadedFile(name, content) for name, content in named]}


def stored(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def files_page(client: Client, route: NetworkRoute) -> str:
    return client.get(f"{LIST}{route.pk}/change/?tab=files").content.decode()


def test_test_results_are_uploaded_listed_downloaded_and_zipped(admin_page: Client) -> None:
    route = NetworkRouteFactory(circuit_id="LONPAR000001")

    done = upload(
        admin_page, route, "upload-results", **results(("a.txt", b"one"), ("a.txt", b"two!"))
    )
    first, second = TestResultsFile.objects.order_by("pk")
    page = files_page(admin_page, route)
    single = admin_page.get(f"{RESULTS}{second.pk}/download/")
    archive = admin_page.get(f"{LIST}{route.pk}/test-results.zip")
    names = zipfile.ZipFile(io.BytesIO(content(archive)))

    assert done.json() == {"location": f"{LIST}{route.pk}/change/"}
    assert [first.original_name, second.file_size] == ["a.txt", 4]
    assert page.count(">a.txt</a>") == 2
    assert content(single) == b"two!"
    assert single["Content-Disposition"].startswith('attachment; filename="a.txt"')
    assert single["X-Content-Type-Options"] == "nosniff"
    assert {name: names.read(name) for name in names.namelist()} == {
        "a.txt": b"one",
        "a (2).txt": b"two!",
    }
    assert "LONPAR000001_test_results.zip" in archive["Content-Disposition"]


def test_a_map_is_uploaded_replaced_downloaded_and_removed(
    admin_page: Client, media_folder: Path, commits: Any
) -> None:
    route = NetworkRouteFactory(circuit_id="LONPAR000001")
    for name in ("first.kmz", "second.kmz"):
        with commits():
            upload(admin_page, route, "upload-map", kmz_file=SimpleUploadedFile(name, kmz()))
    page = files_page(admin_page, route)
    sent = admin_page.get(f"{LIST}{route.pk}/map/")

    assert "second.kmz" in page
    assert zipfile.ZipFile(io.BytesIO(content(sent))).namelist() == ["doc.kml"]
    assert 'filename="second.kmz"' in sent["Content-Disposition"]
    assert len(stored(media_folder)) == 1

    with commits():
        upload(admin_page, route, "remove-map", typed_name="LONPAR000001")
    route.refresh_from_db()
    assert not route.kmz_file_path
    assert not KmzFile.objects.exists()
    assert stored(media_folder) == []
    assert admin_page.get(f"{LIST}{route.pk}/map/").status_code == 404


@pytest.mark.parametrize(
    ("slug", "items", "sentence"),
    [
        ("upload-map", {"kmz_file": ("map.kmz", b"not a zip")}, "Only KMZ files are allowed"),
        ("upload-map", {"kmz_file": ("map.txt", kmz())}, "Only KMZ files are allowed"),
        ("upload-map", {}, "This field is required."),
        ("upload-results", {}, "This field is required."),
        ("upload-results", {"test_results_files": ("empty.txt", b"")}, "empty"),
    ],
)
def test_what_is_no_file_of_its_kind_is_refused_and_nothing_is_kept(
    admin_page: Client,
    media_folder: Path,
    slug: str,
    items: dict[str, tuple[str, bytes]],
    sentence: str,
) -> None:
    route = NetworkRouteFactory()
    sent = {name: SimpleUploadedFile(*item) for name, item in items.items()}

    answer = upload(admin_page, route, slug, **sent)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not KmzFile.objects.exists()
    assert not TestResultsFile.objects.exists()
    assert stored(media_folder) == []


def test_eleven_files_or_one_too_large_are_refused_together(
    admin_page: Client, media_folder: Path, settings: Any
) -> None:
    settings.NETWORKROUTES_MAX_FILE_BYTES = 10
    route = NetworkRouteFactory()

    many = upload(
        admin_page, route, "upload-results", **results(*[(f"{n}.txt", b"x") for n in range(11)])
    )
    large = upload(
        admin_page, route, "upload-results", **results(("ok.txt", b"x"), ("big.txt", b"x" * 11))
    )

    assert "Too many files (maximum 10)" in many.content.decode()
    assert "File too large" in large.content.decode()
    assert not TestResultsFile.objects.exists()
    assert stored(media_folder) == []


def test_a_test_result_is_deleted_after_its_name_was_typed(
    admin_page: Client, media_folder: Path, commits: Any
) -> None:
    route = NetworkRouteFactory()
    upload(admin_page, route, "upload-results", **results(("a.txt", b"one")))
    row = TestResultsFile.objects.get()
    sent = {"ids": row.pk, "confirm": "1"}

    admin_page.post(f"{RESULTS}verbs/delete/", {**sent, "typed_name": "b.txt"}, **DIALOG)
    assert TestResultsFile.objects.exists()

    with commits():
        admin_page.post(f"{RESULTS}verbs/delete/", {**sent, "typed_name": "a.txt"}, **DIALOG)
    assert not TestResultsFile.objects.exists()
    assert stored(media_folder) == []


def test_a_lost_blob_is_a_sentence_on_the_way_back(admin_page: Client) -> None:
    row = TestResultsFileFactory()

    single = admin_page.get(f"{RESULTS}{row.pk}/download/", follow=True)
    archive = admin_page.get(f"{LIST}{row.route_id}/test-results.zip", follow=True)

    assert "The file is not there any more." in single.content.decode()
    assert "None of the files is there any more." in archive.content.decode()


def test_a_viewer_downloads_and_may_not_upload_or_delete() -> None:
    admin, viewer = Client(), Client()
    admin.force_login(UserFactory(roles=["super_admin"]))
    viewer.force_login(UserFactory(roles=["viewer"]))
    route = NetworkRouteFactory()
    upload(admin, route, "upload-results", **results(("a.txt", b"one")))
    row = TestResultsFile.objects.get()

    page = files_page(viewer, route)
    refused = [
        upload(viewer, route, "upload-results", **results(("b.txt", b"two"))),
        upload(viewer, route, "upload-map", kmz_file=SimpleUploadedFile("a.kmz", kmz())),
        viewer.post(f"{RESULTS}verbs/delete/", {"ids": row.pk, "confirm": "1"}, **DIALOG),
    ]

    assert content(viewer.get(f"{RESULTS}{row.pk}/download/")) == b"one"
    assert "verbs/" not in page
    assert [answer.status_code for answer in refused] == [403] * 3
    assert TestResultsFile.objects.count() == 1


def test_hostile_names_stay_text_and_cannot_leave_their_header(admin_page: Client) -> None:
    route = NetworkRouteFactory()
    upload(admin_page, route, "upload-results", **results((HOSTILE, b"x")))
    row = TestResultsFile.objects.get()
    TestResultsFile.objects.filter(pk=row.pk).update(original_name=f'a\r\nSet-Cookie: x"{HOSTILE}')

    pages = [
        files_page(admin_page, route),
        admin_page.get(RESULTS).content.decode(),
        admin_page.get(f"{RESULTS}{row.pk}/change/").content.decode(),
    ]
    sent = admin_page.get(f"{RESULTS}{row.pk}/download/")

    assert all("<img src=x" not in page for page in pages)
    assert "Set-Cookie" not in sent.headers
    assert "\r" not in sent["Content-Disposition"]


def test_files_of_a_circuit_that_is_not_there_are_not_found(admin_page: Client) -> None:
    assert admin_page.get(f"{LIST}999/map/").status_code == 404
    assert admin_page.get(f"{LIST}999/test-results.zip").status_code == 404
    assert admin_page.get(f"{RESULTS}999/download/").status_code == 404
