"""Files in S3, over HTTP."""

import io
import subprocess
import sys
import zipfile
from datetime import UTC, datetime

import pytest
from django.core.files.storage import storages
from django.test import RequestFactory

from inventory_site.core import registry
from inventory_site.core.errors import BusyError, NotFound, TooLarge
from inventory_site.core.files import blobs, sweep
from inventory_site.core.files.buckets import ChunkReader
from inventory_site.core.files.serve import file_response
from inventory_site.core.files.zipping import zip_response
from inventory_site.core.registry import FileOwner
from tests.live.file_site import MIB
from tests.peers.process import free_port
from tests.peers.s3 import KEY_ID, SECRET
from tests.peers.site import ROOT

DOCS = "inventory-docs"
pytestmark = pytest.mark.django_db  # closing an answer looks after the connection


def storages_at(url, bucket="inventory-docs"):
    options = {
        "endpoint_url": url,
        "access_key": KEY_ID,
        "secret_key": SECRET,
        "region_name": "us-east-1",
        "addressing_style": "path",
    }
    backend = "inventory_site.core.files.buckets.BucketStorage"
    return {
        "docs": {"BACKEND": backend, "OPTIONS": {**options, "bucket_name": bucket}},
        "images": {"BACKEND": backend, "OPTIONS": {**options, "bucket_name": "inventory-images"}},
    }


@pytest.fixture(autouse=True)
def on_s3(s3, settings):
    settings.STORAGES = {**settings.STORAGES, **storages_at(s3.url)}
    s3.empty()


def open_uploads(s3):
    return s3.client().list_multipart_uploads(Bucket="inventory-docs").get("Uploads", [])


@pytest.mark.parametrize("size", [0, 1, 5 * MIB, 12 * MIB + 7])
def test_a_file_of_any_size_is_stored_and_read_back(s3, size):
    content = (bytes(range(256)) * (size // 256 + 1))[:size]

    stored = blobs.store(io.BytesIO(content), key="a/b", max_bytes=size)

    assert (stored.size, s3.keys(DOCS)) == (size, ["a/b"])
    assert b"".join(blobs.open_stream("docs", "a/b")) == content
    assert b"".join(blobs.open_stream("docs", "a/b", 3, 5)) == content[3:8] or size < 8
    assert blobs.size("docs", "a/b") == size
    assert [key for key, _ in storages["docs"].walk("a/")] == ["a/b"]
    assert blobs.remove("docs", "a/b") is True
    assert blobs.remove("docs", "a/b") is False
    assert s3.keys(DOCS) == []


def test_what_is_missing_is_not_found():
    assert not blobs.exists("docs", "never")
    with pytest.raises(NotFound):
        blobs.open_stream("docs", "never")


@pytest.mark.parametrize("size", [MIB, 14 * MIB])
def test_a_file_over_its_limit_leaves_nothing(s3, size):
    with pytest.raises(TooLarge):
        blobs.store((bytes(MIB) for _ in range(size // MIB)), key="a", max_bytes=size - 1)

    assert (s3.keys(DOCS), open_uploads(s3)) == ([], [])


def test_a_source_that_breaks_off_leaves_nothing(s3):
    def broken():
        for _ in range(12):
            yield bytes(MIB)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        blobs.store(broken(), key="a", max_bytes=99 * MIB)

    assert (s3.keys(DOCS), open_uploads(s3)) == ([], [])


def test_a_bucket_that_is_absent_is_made_on_the_first_write(s3, settings):
    settings.STORAGES = {**settings.STORAGES, **storages_at(s3.url, "made-when-needed")}

    assert not blobs.exists("docs", "a")
    assert list(storages["docs"].walk("")) == []
    assert list(storages["docs"].leftovers(datetime.now(UTC))) == []
    blobs.store([b"x"], key="a", max_bytes=9)

    assert s3.keys("made-when-needed") == ["a"]


def test_a_store_that_is_down_is_an_answer(settings):
    settings.STORAGES = {**settings.STORAGES, **storages_at(f"http://127.0.0.1:{free_port()}")}

    for ask in (
        lambda: blobs.store([b"x"], key="a", max_bytes=9),
        lambda: blobs.exists("docs", "a"),
        lambda: blobs.open_stream("docs", "a"),
    ):
        with pytest.raises(BusyError, match="does not answer"):
            ask()


def test_ranges_and_zips_are_served_from_s3():
    content = bytes(range(256)) * 4096
    blobs.store([content], key="a", max_bytes=MIB)
    request = RequestFactory().get("/", headers={"Range": "bytes=1000-1999"})

    part = file_response(request, storage="docs", key="a", name="a", content_type="text/plain")
    archive = zip_response([("a", "docs", "a", MIB), ("b", "docs", "gone", 1)], "a.zip")

    assert (part.status_code, b"".join(part)) == (206, content[1000:2000])
    assert sum(map(len, archive)) == int(archive["Content-Length"])
    part.close()
    archive.close()


def test_a_map_is_known_by_what_is_inside_although_it_lies_in_s3():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("photo.bin", bytes(2 * MIB))
        archive.writestr("doc.kml", "<kml/>")

    stored = blobs.store([out.getvalue()], key="a", max_bytes=9 * MIB)

    assert stored.content_type == "application/vnd.google-earth.kmz"


def test_the_same_content_is_kept_once(s3):
    first = blobs.store_by_content([b"same"], max_bytes=9)

    assert blobs.store_by_content([b"same"], max_bytes=9).is_new is False
    assert s3.keys(DOCS) == [first.key]


KILLED = """
import os, signal, sys
import django
django.setup()
from inventory_site.core.files import blobs
def content():
    for number in range(14):
        yield bytes(1024 * 1024)
    print("sent", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
blobs.store(content(), key="killed/a", max_bytes=10**9)
"""


@pytest.mark.parametrize("where", ["disk", "s3"])
def test_a_process_killed_while_it_stores_lists_nothing_and_the_sweep_cleans(
    where, s3, settings, monkeypatch, tmp_path
):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "tmp"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    env = {"PATCHBAY_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "inventory_site.settings.dev"}
    if where == "disk":
        settings.MEDIA_ROOT = str(tmp_path / "media")  # where the child stores, too
        disk = "inventory_site.core.files.storages.DiskStorage"
        aliases = {
            name: {"BACKEND": disk, "OPTIONS": {"folder": name}} for name in ("docs", "images")
        }
        settings.STORAGES = {**settings.STORAGES, **aliases}
    else:
        env |= s3.env
    monkeypatch.setattr(registry, "file_owners", registry.Registry("file owner"))
    registry.file_owners.register(FileOwner("all", "docs", "", lambda names: set()))

    child = subprocess.run(
        [sys.executable, "-c", KILLED], env=env, cwd=ROOT, capture_output=True, timeout=60
    )

    assert (child.returncode, child.stdout) == (-9, b"sent\n")
    assert list(storages["docs"].walk("")) == []
    if where == "disk":  # the test server dates every upload in parts 2010
        assert sweep.sweep().leftovers == []
    report = sweep.sweep(older_than_hours=0)
    assert (report.orphans, len(report.leftovers)) == ([], 1)
    assert sweep.sweep(older_than_hours=0).leftovers == []


def test_the_sweep_removes_old_objects_without_a_row_only(s3, monkeypatch):
    monkeypatch.setattr(registry, "file_owners", registry.Registry("file owner"))
    registry.file_owners.register(FileOwner("a", "docs", "a/", lambda names: {"a/known"}))
    for key in ("a/known", "a/orphan", "b/orphan"):
        blobs.store([b"x"], key=key, max_bytes=9)

    assert sweep.sweep().orphans == []
    assert sweep.sweep(older_than_hours=0).orphans == ["docs:a/orphan"]

    assert s3.keys(DOCS) == ["a/known", "b/orphan"]


def test_chunks_are_read_in_the_sizes_that_are_asked_for():
    reader = ChunkReader([b"abc", b"", b"defgh", b"i"])

    assert [reader.read(size) for size in (2, 0, 3, 1, -1, 5)] == [
        b"ab",
        b"",
        b"cde",
        b"f",
        b"ghi",
        b"",
    ]
