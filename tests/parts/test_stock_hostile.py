"""Documents and servers that mean harm: refused or contained, and the site works on."""

from __future__ import annotations

import io
import ipaddress
import os
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter

from inventory_site.core.outbound import addresses
from parts.models import FetchedPage, StockDocument, StoredBlob
from parts.services import fetching, previews, thumbnails
from parts.services.pictures import NotAPicture, measure, thumbnail_of
from tests.factories.parts import make_part
from tests.parts.test_stock_documents import bomb, png
from tests.parts.web import running_site

pytestmark = pytest.mark.django_db
API = "/api/stock"
SCRIPT = b"<html><script>alert(1)</script></html>"


@pytest.fixture(autouse=True)
def part(db: None) -> Any:
    return make_part("SPQD")


def send(stock: Any, name: str, content: bytes) -> Any:
    file = SimpleUploadedFile(name, content)
    return stock.post(f"{API}/parts/SPQD/documents", {"file": file}, format="multipart")


def pages(count: int) -> bytes:
    """A PDF of many pages."""
    book, out = PdfWriter(), io.BytesIO()
    for _ in range(count):
        book.add_blank_page(100, 100)
    book.write(out)
    return out.getvalue()


def endless_pdf() -> bytes:
    """A PDF whose one stream unpacks to a hundred megabytes."""
    packed = zlib.compress(b"0 0 m 9 9 l S\n" * 7_500_000, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99999 99999]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
    ]
    body = b"".join(b"%d 0 obj%s endobj\n" % pair for pair in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.png", SCRIPT),
        ("page.pdf", SCRIPT + b"%PDF-1.4"),
        ("tool.pdf", b"MZ\x90\x00" + b"\0" * 100),
        ("archive.pdf", b"PK\x03\x04" + b"%PDF-1.4"),
        ("dot.gif", b"GIF89a\x01\x00\x01\x00\x80\x00\x00;%PDF-1.4"),
        ("cut.png", png()[:40]),
        ("head.jpg", b"\xff\xd8\xff\xe0" + SCRIPT),
        ("bomb.png", bomb()),
    ],
)
def test_what_only_calls_itself_a_document_is_refused(
    stock: Any, name: str, content: bytes
) -> None:
    refused = send(stock, name, content)

    assert refused.status_code == 400
    assert refused.json()["error"]["code"] in {"FILE_TYPE_NOT_ALLOWED", "VALIDATION_ERROR"}
    assert (StockDocument.objects.count(), StoredBlob.objects.count()) == (0, 0)


@pytest.mark.parametrize("tail", [SCRIPT, b"PK\x03\x04", b"%PDF-1.4"])
def test_a_picture_with_a_tail_is_served_as_a_picture_that_cannot_act(
    stock: Any, tail: bytes
) -> None:
    made = send(stock, "../../<b>.html", png() + tail).json()["data"]

    answer = stock.get(made["public_url"])

    assert (made["kind"], made["original_filename"]) == ("image", "<b>.html")
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_drawing_with_script_leaves_only_as_an_attachment_and_is_no_cover_picture(
    stock: Any,
) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
    made = send(stock, "logo.svg", svg).json()["data"]

    answer = stock.get(made["public_url"])

    assert answer["Content-Disposition"].startswith("attachment")
    assert made["thumbnail_url"] is None
    assert stock.get(f"{API}/parts/SPQD").json()["data"]["image_url"] is None
    assert stock.get(f"{API}/documents/{made['id']}/thumbnail").status_code == 404


@pytest.mark.parametrize("content", [pages(10_000), endless_pdf()], ids=["pages", "endless"])
def test_a_monstrous_pdf_is_kept_and_its_small_picture_is_contained(
    stock: Any, content: bytes
) -> None:
    made = send(stock, "big.pdf", content).json()["data"]

    assert thumbnails.make_usual_thumbnail(made["id"]) is True
    drawn = Image.open(io.BytesIO(b"".join(stock.get(made["thumbnail_url"]))))

    assert (made["kind"], max(drawn.size) <= 256) == ("pdf", True)
    part_of = stock.get(made["public_url"], HTTP_RANGE="bytes=0-7")
    assert (part_of.status_code, b"".join(part_of)) == (206, content[:8])


def test_a_child_that_dies_of_a_picture_leaves_the_worker_alive() -> None:
    before = os.getpid()

    with pytest.raises(NotAPicture):
        measure(bomb())

    assert os.getpid() == before
    assert Image.open(io.BytesIO(thumbnail_of(png(), 50))).size == (50, 25)


def test_a_name_that_changes_its_address_is_asked_once_and_checked(
    stock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is public, the next one is this machine: nobody asks a second time."""
    asked: list[str] = []

    def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    connected: list[str] = []
    monkeypatch.setattr(fetching, "system_resolver", changing)
    monkeypatch.setattr("socket.create_connection", _refusing(connected))

    made = stock.post(f"{API}/parts/SPQD/documents", {"url": "http://flips.example/x.pdf"})

    assert (made.status_code, made.json()["data"]["fetch_status"]) == (201, "failed")
    assert asked == ["flips.example"]
    assert set(connected) <= {"93.184.216.34"}
    again = stock.post(f"{API}/parts/SPQD/documents", {"url": "http://flips.example/x.pdf"})
    assert (again.status_code, again.json()["error"]["code"]) == (400, "URL_NOT_ALLOWED")


def test_a_redirect_to_a_name_that_has_become_private_is_refused(
    stock: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_site() as site:
        settings.STOCK_FETCH_ALLOW_HOSTS = [site.host]
        away = site.redirect("/go", "http://flips.example/inner")
        known = fetching.system_resolver
        monkeypatch.setattr(
            fetching,
            "system_resolver",
            lambda host, port: ["10.0.0.7"] if host == "flips.example" else known(host, port),
        )

        refused = stock.post(f"{API}/url-preview", {"url": away})

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "URL_NOT_ALLOWED")
    assert FetchedPage.objects.count() == 0


@pytest.mark.parametrize(
    "inner", ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "100.64.0.1", "224.0.0.1"]
)
def test_addresses_in_disguise_are_not_public(inner: str) -> None:
    assert not addresses.is_public(ipaddress.ip_address(inner))


def test_a_page_that_never_ends_is_cut(stock: Any, settings: Any) -> None:
    with running_site() as site:
        settings.STOCK_FETCH_ALLOW_HOSTS = [site.host]
        long = site.page("/long", b"<html><title>x</title>" + b"x" * (6 * 1024 * 1024))

        made = stock.post(f"{API}/parts/SPQD/documents", {"url": long})

    assert (made.status_code, made.json()["data"]["fetch_status"]) == (201, "failed")


def test_a_page_that_names_what_is_no_address_and_endless_icons_is_kept(
    stock: Any, settings: Any
) -> None:
    icons = b"".join(b'<link rel=icon href="/%d.png">' % number for number in range(500))
    with running_site() as site:
        settings.STOCK_FETCH_ALLOW_HOSTS = [site.host]
        page = site.page("/odd", b'<title>x</title><meta name="og:image" content="//[">' + icons)

        made = stock.post(f"{API}/parts/SPQD/documents", {"url": page})

    assert (made.status_code, made.json()["data"]["fetch_status"]) == (201, "ok")
    assert len(site.asked) == 1 + previews.MOST_ICONS + 1  # the page, its icons, /favicon.ico


@pytest.mark.parametrize("url", ["http://[::1", "ftp://x/", "//x", "javascript:1"])
def test_what_is_no_address_of_the_web_has_no_preview(stock: Any, url: str) -> None:
    refused = stock.post(f"{API}/url-preview", {"url": url})

    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "PREVIEW_FAILED")


def _refusing(connected: list[str]) -> Any:
    def connect(address: tuple[str, int], *args: Any, **kwargs: Any) -> Any:
        connected.append(address[0])
        raise OSError("nobody answers")

    return connect


def test_a_hostile_document_does_not_stop_the_next_one(stock: Any) -> None:
    send(stock, "bomb.png", bomb())

    assert send(stock, "fine.png", png()).status_code == 201
