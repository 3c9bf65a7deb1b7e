"""Sending one stored file, and many as a ZIP."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.test import RequestFactory

from inventory_site.core.errors import BusyError, NotFound
from inventory_site.core.files import blobs, headers, streams
from inventory_site.core.files.serve import file_response
from inventory_site.core.files.zipping import unique_names, zip_response

pytestmark = pytest.mark.django_db  # closing an answer looks after the connection

CONTENT = bytes(range(256)) * 2000
SIZE = len(CONTENT)


@pytest.fixture(autouse=True)
def stored(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    blobs.store([CONTENT], key="k", max_bytes=SIZE)
    yield
    assert streams.places.taken == 0


def answer(method="get", name="plan.pdf", kind="application/pdf", options=None, **sent):
    request = getattr(RequestFactory(), method)("/", headers=sent)
    response = file_response(
        request, storage="docs", key="k", name=name, content_type=kind, **(options or {})
    )
    response.body = b"".join(response) if response.streaming else response.content
    response.close()
    return response


def test_a_whole_file_is_sent_with_all_its_headers():
    response = answer(options={"etag": "abc", "last_modified": datetime(2026, 1, 2, tzinfo=UTC)})

    assert response.status_code == 200
    assert response.body == CONTENT
    assert dict(response.items()) == {
        "Content-Length": str(SIZE),
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="plan.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        "ETag": '"abc"',
        "Last-Modified": "Fri, 02 Jan 2026 00:00:00 GMT",
        "Cache-Control": "private, no-cache",
    }


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=511990-", 511990, SIZE - 1),
        ("bytes=-10", SIZE - 10, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"bytes=5-{SIZE * 2}", 5, SIZE - 1),
        ("Bytes = 1 - 2", 1, 2),
    ],
)
def test_a_range_is_sent_as_206(asked, first, last):
    response = answer(Range=asked)

    assert response.status_code == 206
    assert response.body == CONTENT[first : last + 1]
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=0-1,4-5",
        "lines=1-2",
        "bytes=x-1",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_a_range_that_is_unclear_or_many_gets_the_whole_file(asked):
    response = answer(Range=asked)

    assert (response.status_code, len(response.body)) == (200, SIZE)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0"])
def test_a_range_behind_the_end_is_416(asked):
    response = answer(Range=asked)

    assert (response.status_code, response.body) == (416, b"")
    assert response["Content-Range"] == f"bytes */{SIZE}"


def test_if_range_decides_between_the_part_and_the_whole():
    tag = {"options": {"etag": "abc"}}

    assert answer(**tag, **{"Range": "bytes=0-9", "If-Range": '"abc"'}).status_code == 206
    assert answer(**tag, **{"Range": "bytes=0-9", "If-Range": '"old"'}).status_code == 200


def test_if_range_also_takes_the_time():
    modified = answer()["Last-Modified"]

    assert answer(**{"Range": "bytes=0-9", "If-Range": modified}).status_code == 206
    stale = "Thu, 01 Jan 2015 00:00:00 GMT"
    assert answer(**{"Range": "bytes=0-9", "If-Range": stale}).status_code == 200


def test_a_known_tag_gets_304_without_a_body():
    tag = answer()["ETag"]

    response = answer(**{"If-None-Match": tag})

    assert (response.status_code, response.body) == (304, b"")
    assert response["ETag"] == tag
    assert answer(**{"If-None-Match": '"other"'}).status_code == 200


def test_head_sends_the_headers_and_takes_no_place(settings):
    settings.STREAMS_PER_PROCESS = 0

    response = answer("head")

    assert (response.status_code, response.body) == (200, b"")
    assert response["Content-Length"] == str(SIZE)


def test_an_empty_file_is_sent_empty():
    blobs.store([], key="k", max_bytes=0)

    response = answer()

    assert (response.status_code, response.body, response["Content-Length"]) == (200, b"", "0")


def test_a_missing_blob_is_not_found():
    blobs.remove("docs", "k")

    with pytest.raises(NotFound):
        answer()


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("image/png", "inline"),
        ("application/pdf", "inline"),
        ("text/html", "attachment"),
        ("image/svg+xml", "attachment"),
    ],
)
def test_only_pictures_and_pdf_are_shown_inline(kind, shown):
    response = answer(kind=kind, options={"inline": True})

    assert response["Content-Disposition"] == f'{shown}; filename="plan.pdf"'


def test_behind_nginx_the_file_leaves_by_a_redirect(settings):
    settings.X_ACCEL_PREFIX = "/_files/"
    blobs.store([b"x"], key="a/b.pdf", max_bytes=9)
    request = RequestFactory().get("/", headers={"Range": "bytes=0-0"})

    response = file_response(
        request, storage="docs", key="a/b.pdf", name="x", content_type="text/plain"
    )

    assert (response.status_code, response.content) == (200, b"")
    assert response["X-Accel-Redirect"] == "/_files/docs/a/b.pdf"
    assert response["Content-Type"] == "text/plain"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a b.pdf", 'attachment; filename="a b.pdf"'),
        ('a"b.pdf', "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a%22b.pdf"),
        ("a\r\nX: y.pdf", 'attachment; filename="aX: y.pdf"'),
        (
            "C:\\x\\../résumé.pdf",
            "attachment; filename=\"resume.pdf\"; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf",
        ),
        ("光.kmz", "attachment; filename=\"file.kmz\"; filename*=UTF-8''%E5%85%89.kmz"),
        ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
        ("", 'attachment; filename="file"'),
    ],
)
def test_names_are_safe_in_the_header(name, value):
    assert headers.content_disposition(name) == value
    assert answer(name=name)["Content-Disposition"] == value


def test_beyond_the_limit_a_stream_is_refused_until_one_is_closed(settings):
    settings.STREAMS_PER_PROCESS = 2
    request = RequestFactory().get("/")
    ask = {"storage": "docs", "key": "k", "name": "n", "content_type": "text/plain"}
    held = [file_response(request, **ask) for _ in range(2)]

    with pytest.raises(BusyError):
        file_response(request, **ask)
    with pytest.raises(BusyError):
        zip_response([("a", "docs", "k", SIZE)], "a.zip")
    held.pop().close()
    file_response(request, **ask).close()
    held.pop().close()


def test_a_stream_that_nobody_closes_gives_its_place_back():
    response = file_response(
        RequestFactory().get("/"), storage="docs", key="k", name="n", content_type="text/plain"
    )
    assert streams.places.taken == 1

    del response

    assert streams.places.taken == 0


def test_closing_twice_gives_one_place_back():
    response = zip_response([("a", "docs", "k", SIZE)], "a.zip")

    response.close()
    response.close()

    assert streams.places.taken == 0


def unzipped(response) -> tuple[zipfile.ZipFile, bytes]:
    body = b"".join(response)
    response.close()
    return zipfile.ZipFile(io.BytesIO(body)), body


def test_a_zip_has_its_exact_length_and_every_file():
    blobs.store([b"two"], storage="images", key="two", max_bytes=9)

    response = zip_response(
        [
            ("otdr.csv", "docs", "k", SIZE),
            ("../otdr.csv", "images", "two", 3),
            ("été.txt", "images", "two", 3),
        ],
        "LON_test_results.zip",
    )
    archive, body = unzipped(response)

    assert response["Content-Length"] == str(len(body))
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="LON_test_results.zip"'
    assert archive.namelist() == ["otdr.csv", "otdr (2).csv", "été.txt"]
    assert archive.read("otdr.csv") == CONTENT
    assert archive.read("otdr (2).csv") == archive.read("été.txt") == b"two"
    assert archive.testzip() is None


def test_a_deflated_zip_packs_every_entry():
    archive, body = unzipped(
        zip_response(
            [("a.txt", "docs", "k", SIZE), ("a.kmz", "docs", "k", SIZE)], "a.zip", deflate=True
        )
    )

    assert [info.compress_type for info in archive.infolist()] == [
        zipfile.ZIP_DEFLATED,
        zipfile.ZIP_DEFLATED,
    ]
    assert archive.read("a.txt") == archive.read("a.kmz") == CONTENT
    assert len(body) < SIZE * 1.2


def test_missing_blobs_are_left_out_and_none_at_all_is_not_found():
    archive, _ = unzipped(
        zip_response([("a", "docs", "gone", 1), ("b", "docs", "k", SIZE)], "a.zip")
    )
    assert archive.namelist() == ["b"]

    with pytest.raises(NotFound):
        zip_response([("a", "docs", "gone", 1)], "a.zip")


def test_equal_names_are_numbered_past_those_that_are_taken():
    assert unique_names(["a.txt", "a (2).txt", "a.txt", "a.txt", "x/a.txt"]) == [
        "a.txt",
        "a (2).txt",
        "a (3).txt",
        "a (4).txt",
        "a (5).txt",
    ]


def test_small_chunks_are_gathered():
    assert list(streams.gathered([b"a"] * 5, 2)) == [b"aa", b"aa", b"a"]
