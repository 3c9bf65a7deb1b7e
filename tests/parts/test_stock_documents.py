"""Documents: what is kept, what is refused, and what is fetched for links."""

from __future__ import annotations

import io
import struct
import threading
import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from inventory_site.core.files import blobs
from parts.conversion import Limits, run_limited
from parts.models import StockDocument, StoredBlob
from parts.services import blob_store, fetching
from tests.factories.parts import make_part
from tests.parts.web import Site, running_site

pytestmark = pytest.mark.django_db
API = "/api/stock"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def png(width: int = 200, height: int = 100, colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def bomb() -> bytes:
    """A PNG that says it is 60,000 pixels wide and high."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    with running_site() as running:
        settings.STOCK_FETCH_ALLOW_HOSTS = [running.host]
        yield running


def send(stock: Any, name: str, content: bytes, **more: Any) -> Any:
    file = SimpleUploadedFile(name, content)
    return stock.post(f"{API}/parts/SPQD/documents", {"file": file, **more}, format="multipart")


def test_a_picture_becomes_the_cover_and_gives_a_small_one(stock: Any) -> None:
    make_part("SPQD")

    made = send(stock, "../../etc/photo.png", png()).json()["data"]

    assert (made["kind"], made["original_filename"], made["is_cover"]) == (
        "image",
        "photo.png",
        True,
    )
    small = stock.get(f"{API}/documents/{made['id']}/thumbnail", {"size": 50})
    assert small["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(b"".join(small.streaming_content))).size == (50, 25)
    for size in ("0", "1001", "x"):
        assert stock.get(f"{API}/documents/{made['id']}/thumbnail?size={size}").status_code == 400
    part = stock.get(f"{API}/parts/SPQD").json()["data"]
    assert part["image_url"] == f"{API}/documents/{made['id']}/thumbnail"
    assert part["document_count"] == 1


def test_content_is_served_with_the_stored_type_and_cannot_act(stock: Any) -> None:
    make_part("SPQD")
    pdf = send(stock, "x.html", PDF).json()["data"]
    svg = send(stock, "x.png", SVG).json()["data"]

    shown = stock.get(pdf["public_url"])
    assert shown["Content-Type"] == "application/pdf"
    assert shown["Content-Disposition"].startswith("inline")
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown["ETag"] == f'"{pdf["sha256"]}"'
    assert b"".join(shown.streaming_content) == PDF
    assert stock.get(pdf["public_url"], HTTP_IF_NONE_MATCH=shown["ETag"]).status_code == 304
    part = stock.get(pdf["public_url"], HTTP_RANGE="bytes=0-4")
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"%PDF-")
    drawn = stock.get(svg["public_url"])
    assert drawn["Content-Disposition"].startswith("attachment")
    assert svg["thumbnail_url"] is None
    assert "attachment" in stock.get(f"{pdf['public_url']}?download=1")["Content-Disposition"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"GIF89a" + b"\0" * 20, "FILE_TYPE_NOT_ALLOWED"),
        (b"just some text", "FILE_TYPE_NOT_ALLOWED"),
        (b"", "VALIDATION_ERROR"),
        (b"\x89PNG\r\n\x1a\n<script>", "VALIDATION_ERROR"),
        (bomb(), "VALIDATION_ERROR"),
        (b"<!doctype html><title>x</title>%PDF-1.4", "FILE_TYPE_NOT_ALLOWED"),
    ],
)
def test_what_is_no_document_is_refused_and_nothing_is_kept(
    stock: Any, content: bytes, code: str
) -> None:
    make_part("SPQD")

    refused = send(stock, "picture.png", content)

    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == code
    assert StockDocument.objects.count() == 0


def test_a_file_over_its_limit_is_refused_with_the_limit_in_words(
    stock: Any, settings: Any
) -> None:
    make_part("SPQD")
    settings.STOCK_MAX_IMAGE_BYTES = 100

    refused = send(stock, "x.png", png()).json()["error"]

    assert refused["code"] == "FILE_TOO_LARGE"
    assert refused["message"].startswith(
        "Cannot validate file size because file too large, maximum size: "
    )


def test_same_bytes_are_kept_once_and_swept_when_nothing_uses_them(stock: Any) -> None:
    make_part("SPQD")
    make_part("ABEF")
    first = send(stock, "a.pdf", PDF).json()["data"]
    body = {"target_part_id4": "abef"}
    copy = stock.post(f"{API}/documents/{first['id']}/copy", body).json()["data"]

    assert (StoredBlob.objects.count(), copy["sha256"]) == (1, first["sha256"])
    assert first["s3_key"] == f"cas/{first['sha256']}"
    stock.delete(f"{API}/documents/{first['id']}")
    old = timezone.now() - timedelta(days=2)
    StoredBlob.objects.update(used_at=old)
    assert blob_store.sweep_unused() == 0
    stock.delete(f"{API}/documents/{copy['id']}")
    assert blob_store.sweep_unused() == 1
    assert not blobs.exists("docs", first["s3_key"])


def test_a_kill_between_blob_and_row_leaves_nothing_visible(stock: Any) -> None:
    make_part("SPQD")
    blob_store.keep(io.BytesIO(PDF), storage="docs", content_type="application/pdf", max_bytes=1000)

    assert stock.get(f"{API}/parts/SPQD/documents").json()["data"] == []
    assert blob_store.sweep_unused() == 0
    StoredBlob.objects.update(used_at=timezone.now() - timedelta(days=2))
    assert blob_store.sweep_unused() == 1


def test_when_the_cover_goes_the_oldest_other_picture_takes_over(stock: Any) -> None:
    make_part("SPQD")
    ids = [
        send(stock, f"{colour}.png", png(colour=colour)).json()["data"]["id"]
        for colour in ("red", "green", "blue")
    ]
    cover = f"{API}/parts/SPQD/cover"
    stock.put(cover, {"document_id": ids[2]})
    stock.delete(f"{API}/documents/{ids[2]}")

    assert stock.get(cover).json()["data"]["cover_document_id"] == ids[0]
    pdf = send(stock, "x.pdf", PDF).json()["data"]["id"]
    assert stock.put(cover, {"document_id": pdf}).status_code == 409


def test_a_part_is_found_by_a_word_in_its_file_name(stock: Any) -> None:
    make_part("SPQD")
    send(stock, "flux-capacitor datasheet.pdf", PDF)

    found = stock.get(f"{API}/search", {"q": "flux-cap"}).json()["data"]

    assert [(row["id4"], row["matched"]) for row in found] == [("SPQD", ["documents"])]


def test_links_keep_what_they_lead_to(stock: Any, site: Site) -> None:
    make_part("SPQD")
    site.page("/pic.png", png(), "image/png")
    page = site.page(
        "/og.html", b"<title>My  Page</title><meta property=og:image content=/pic.png>"
    )
    pdf = site.page("/sheet.pdf", PDF, "application/pdf")

    def link(url: str, **more: Any) -> Any:
        return stock.post(f"{API}/parts/SPQD/documents", {"url": url, **more}).json()["data"]

    shown, kept, gone, unread = (
        link(page),
        link(pdf),
        link(f"{site.url}/nothing"),
        link(page, fetch=False),
    )

    assert (shown["kind"], shown["title"], shown["fetch_status"]) == ("link", "My  Page", "ok")
    assert shown["thumbnail_url"] is not None
    assert stock.get(f"{API}/documents/{shown['id']}/content").status_code == 404
    assert (kept["kind"], kept["url"], kept["file_size"]) == ("pdf", pdf, len(PDF))
    assert (gone["kind"], gone["fetch_status"]) == ("link", "failed")
    assert unread["fetch_status"] == "skipped"
    preview = stock.post(f"{API}/url-preview", {"url": page}).json()["data"]
    assert (preview["title"], preview["content_type"]) == ("My  Page", "webpage")
    assert stock.get(preview["image_url"])["Content-Type"] == "image/png"
    assert stock.get(f"{API}/url-proxy", {"url": page}).status_code == 415
    assert stock.get(f"{API}/url-proxy", {"url": pdf}).content == PDF


def test_only_a_few_pages_are_read_at_once(
    stock: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_part("SPQD")
    body = {"url": site.page("/sheet.pdf", PDF, "application/pdf")}
    monkeypatch.setattr(fetching, "PATIENCE_S", 0.01)
    busy = threading.BoundedSemaphore(1)
    monkeypatch.setattr(fetching, "_few_at_once", busy)

    with busy:
        refused = stock.post(f"{API}/parts/SPQD/documents", body)
        assert (refused.status_code, StockDocument.objects.count()) == (503, 0)

    gone = {"url": f"{site.url}/nothing"}
    for sent in (gone, gone, body):
        assert stock.post(f"{API}/parts/SPQD/documents", sent).status_code == 201


def test_a_preview_promises_no_picture_that_is_not_shown(stock: Any, site: Site) -> None:
    pages = {
        "/drawn.svg": (SVG, "image/svg+xml"),
        "/bomb.png": (bomb(), "image/png"),
        "/photo.png": (png(), "image/png"),
    }
    for path, (content, kind) in pages.items():
        url = site.page(path, content, kind)
        preview = stock.post(f"{API}/url-preview", {"url": url}).json()["data"]
        shown = stock.get(f"{API}/url-preview/image", {"url": url}).status_code
        assert (preview["content_type"], bool(preview["image_url"]), shown) == (
            ("image", True, 200) if path == "/photo.png" else ("image", False, 404)
        )


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b"<meta " + b"a=" * 50_000 + b"<link " * 50_000 + b"<title" * 50_000, "made"),
        (b"<title " * 50_000 + b"<title>Found</title>", "Found"),
        (b"<title>Long name</title><meta " + b"a" * 300_000 + b">", "Long name"),
        (b"<title>&#" + b"9" * 5000 + b";</title>", "\ufffd"),
        (b"<title>Icon</title><link rel=icon href='&#" + b"9" * 5000 + b";'>", "Icon"),
    ],
)
def test_a_page_made_to_keep_the_process_busy_is_read_at_once(
    stock: Any, site: Site, body: bytes, title: str
) -> None:
    make_part("SPQD")
    page = site.page("/made", body)

    kept = stock.post(f"{API}/parts/SPQD/documents", {"url": page}).json()["data"]

    assert (kept["kind"], kept["title"], kept["fetch_status"]) == ("link", title, "ok")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/x",
        "http://[fe80::1%25lo]/x",
        "http://user:secret@example.com/",
        "http://2130706433/",
        "http://nobody.invalid:22/",
    ],
)
def test_the_guard_refuses_inner_addresses_and_nothing_is_kept(stock: Any, url: str) -> None:
    make_part("SPQD")

    refused = stock.post(f"{API}/parts/SPQD/documents", {"url": url})

    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "URL_NOT_ALLOWED"
    assert StockDocument.objects.count() == 0


def test_only_addresses_of_the_web_are_linked_unread(stock: Any) -> None:
    make_part("SPQD")
    for url in ("javascript:alert(1)", "file:///etc/passwd", "//example.net/x"):
        body = {"url": url, "fetch": False}
        refused = stock.post(f"{API}/parts/SPQD/documents", body)
        assert refused.json()["error"]["code"] == "URL_NOT_ALLOWED"
    assert StockDocument.objects.count() == 0


def test_a_redirect_to_the_metadata_address_is_refused(stock: Any, site: Site) -> None:
    make_part("SPQD")
    away = site.redirect("/away", "http://169.254.169.254/latest/meta-data")

    assert stock.post(f"{API}/parts/SPQD/documents", {"url": away}).status_code == 400


def test_a_child_that_eats_everything_ends_as_a_value() -> None:
    loop = run_limited(["python3", "-c", "while True: pass"], limits=Limits(cpu_s=1, wall_s=5))
    flood = run_limited(
        ["python3", "-c", "while True: print('x' * 1000)"], limits=Limits(output_bytes=10_000)
    )

    assert (loop.ok, loop.error_code) == (False, "crashed")
    assert (flood.ok, flood.error_code) == (False, "too_large")
    assert run_limited(["no-such-program"]).error_code == "missing"
