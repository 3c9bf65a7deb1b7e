"""Documents of parts in S3 over HTTP, and a process that dies between the bytes and their row."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from parts.models import StockDocument, StoredBlob
from parts.services import blob_store, thumbnails
from tests.factories.parts import make_part
from tests.live.test_s3_storage import storages_at
from tests.parts.test_stock_documents import PDF, png
from tests.peers.site import ROOT, home

API = "/api/stock"
DIES = """
import io, os, signal, sys
import django
django.setup()
from parts.services import blob_store, documents
keep = blob_store.keep

def kept_then_killed(*args, **kwargs):
    keep(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

blob_store.keep = kept_then_killed
from parts.models import StockPart
part = StockPart.objects.get(id4="SPQD")
content = sys.stdin.buffer.read()
upload = documents.Upload("sheet.pdf", len(content), io.BytesIO(content))
documents.upload_document(actor=None, parent=part, upload=upload)
"""


@pytest.fixture
def on_s3(s3: Any, settings: Any, db: None) -> Any:
    settings.STORAGES = {**settings.STORAGES, **storages_at(s3.url)}
    s3.empty()
    return s3


@pytest.fixture
def stock(api: Any) -> Any:
    return api("admin")


def send(stock: Any, name: str, content: bytes) -> Any:
    file = SimpleUploadedFile(name, content)
    address = f"{API}/parts/SPQD/documents"
    return stock.post(address, {"file": file}, format="multipart").json()["data"]


def test_documents_live_in_their_buckets_under_their_content(on_s3: Any, stock: Any) -> None:
    make_part("SPQD")

    sheet, photo = send(stock, "sheet.pdf", PDF), send(stock, "photo.png", png())
    send(stock, "again.pdf", PDF)

    assert on_s3.keys("inventory-docs") == [sheet["s3_key"]]
    assert photo["s3_key"] in on_s3.keys("inventory-images")
    assert b"".join(stock.get(sheet["public_url"])) == PDF
    ranged = stock.get(sheet["public_url"], HTTP_RANGE="bytes=0-4")
    assert (ranged.status_code, b"".join(ranged)) == (206, b"%PDF-")
    tag = f'"{sheet["sha256"]}"'
    assert stock.get(sheet["public_url"], HTTP_IF_NONE_MATCH=tag).status_code == 304


def test_small_pictures_are_made_and_kept_in_s3(on_s3: Any, stock: Any) -> None:
    make_part("SPQD")
    photo = send(stock, "photo.png", png())

    assert thumbnails.make_usual_thumbnail(photo["id"]) is True

    assert f"thumbs/{photo['sha256']}-256" in on_s3.keys("inventory-images")
    assert b"".join(stock.get(photo["thumbnail_url"]))[:3] == b"\xff\xd8\xff"


def test_bytes_leave_s3_a_day_after_their_last_document(on_s3: Any, stock: Any) -> None:
    make_part("SPQD")
    sheet = send(stock, "sheet.pdf", PDF)

    stock.delete(f"{API}/documents/{sheet['id']}")
    assert blob_store.sweep_unused() == 0
    StoredBlob.objects.update(used_at=timezone.now() - timedelta(days=2))

    assert blob_store.sweep_unused() == 1
    assert on_s3.keys("inventory-docs") == []


def test_a_store_that_is_down_keeps_nothing_and_says_busy(
    on_s3: Any, stock: Any, settings: Any
) -> None:
    make_part("SPQD")
    settings.STORAGES = {**settings.STORAGES, **storages_at("http://127.0.0.1:9")}

    file = SimpleUploadedFile("sheet.pdf", PDF)
    refused = stock.post(f"{API}/parts/SPQD/documents", {"file": file}, format="multipart")

    assert refused.status_code == 503
    assert StockDocument.objects.count() == 0


@pytest.mark.live
@pytest.mark.parametrize("where", ["disk", "s3"])
def test_a_kill_between_bytes_and_row_shows_nothing_and_the_sweep_cleans(
    where: str, request: pytest.FixtureRequest
) -> None:
    more = request.getfixturevalue("s3").env if where == "s3" else {}
    with home({**more, "ORPHAN_AGE_HOURS": "0"}) as place:
        act = _actor(place.environment)
        act("from tests.factories.parts import make_part; make_part('SPQD')")

        died = subprocess.run(
            [sys.executable, "-c", DIES],
            input=PDF,
            env=place.environment,
            cwd=ROOT,
            check=False,
            capture_output=True,
        )

        left = (
            "from parts.models import *; from inventory_site.core.files import blobs; "
            "b = StoredBlob.objects.first(); "
            "print(StockDocument.objects.count(), StoredBlob.objects.count(), "
            "blobs.exists('docs', b.key) if b else '-')"
        )
        assert died.returncode == -signal.SIGKILL
        assert act(left) == "0 1 True"
        act("from parts.services import blob_store; print(blob_store.sweep_unused())")
        assert act(left) == "0 0 -"


def _actor(environment: dict[str, str]) -> Any:
    def act(code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup(); {code}"],
            env=environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    return act
