"""The sweep of stored files without a row, and the limits of bodies."""

import io
import os
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from inventory_site.core import registry
from inventory_site.core.errors import TooLarge
from inventory_site.core.files import blobs, limits, sweep
from inventory_site.core.files.storages import storage_of
from inventory_site.core.registry import FileOwner

DAYS_AGO = time.time() - 3 * 24 * 3600


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "tmp"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def owners(monkeypatch):
    found = registry.Registry("file owner")
    monkeypatch.setattr(registry, "file_owners", found)
    return found


def own(owners, prefix, *known, storage="docs", slug=None):
    owners.register(FileOwner(slug or prefix, storage, prefix, lambda keys: set(keys) & set(known)))


def keep(key, storage="docs", *, old=True):
    blobs.store([b"x"], storage=storage, key=key, max_bytes=9)
    if old:
        age(Path(storage_of(storage).path(key)))


def age(path):
    os.utime(path, (DAYS_AGO, DAYS_AGO))


def test_only_old_files_without_a_row_below_an_owned_prefix_go(owners):
    own(owners, "kmz/", "kmz/known")
    own(owners, "cas/", storage="images")
    for key in ("kmz/known", "kmz/orphan", "other/orphan"):
        keep(key)
    keep("kmz/young", old=False)
    keep("cas/orphan", "images")

    report = sweep.sweep()

    assert report.orphans == ["docs:kmz/orphan", "images:cas/orphan"]
    assert (report.checked, report.leftovers, report.failed) == (3, [], [])
    kept = ("kmz/known", "other/orphan", "kmz/young")
    assert [blobs.exists("docs", key) for key in kept] == [True] * 3
    assert not blobs.exists("docs", "kmz/orphan")
    assert not blobs.exists("images", "cas/orphan")
    assert sweep.sweep().orphans == []


def test_a_dry_run_names_them_and_removes_nothing(owners):
    own(owners, "kmz/")
    keep("kmz/orphan")

    assert sweep.sweep(dry_run=True).orphans == ["docs:kmz/orphan"]

    assert blobs.exists("docs", "kmz/orphan")


def test_two_owners_of_one_prefix_keep_each_others_files(owners):
    own(owners, "cas/", "cas/a", slug="first")
    own(owners, "cas/", "cas/b", slug="second")
    for key in ("cas/a", "cas/b", "cas/c"):
        keep(key)

    assert sweep.sweep().orphans == ["docs:cas/c"]


def test_an_owner_that_fails_keeps_its_files(owners):
    def fail(keys):
        raise RuntimeError("database is gone")

    owners.register(FileOwner("broken", "docs", "kmz/", fail))
    keep("kmz/a")

    report = sweep.sweep()

    assert (report.orphans, report.failed) == ([], ["broken"])
    assert blobs.exists("docs", "kmz/a")


def test_a_file_published_again_during_the_sweep_stays(owners):
    def publish_meanwhile(keys):
        blobs.store([b"new"], key="cas/a", max_bytes=9)
        return set()

    owners.register(FileOwner("racing", "docs", "cas/", publish_meanwhile))
    keep("cas/a")

    assert sweep.sweep().orphans == []

    assert b"".join(blobs.open_stream("docs", "cas/a")) == b"new"


def test_files_go_in_batches(owners, monkeypatch):
    asked = []

    def known(keys):
        asked.append(len(keys))
        return set()

    monkeypatch.setattr(sweep, "BATCH", 2)
    owners.register(FileOwner("a", "docs", "", known))
    for number in range(5):
        keep(f"k{number}")

    assert len(sweep.sweep().orphans) == 5
    assert asked == [2, 2, 1]


def test_what_interrupted_writes_left_goes_when_it_is_old(media, settings):
    keep("a/b")
    parts = [media / "docs/a/.part-01", media / "docs/a/.part-02"]
    spooled = settings.FILE_UPLOAD_TEMP_DIR / "tmpx.upload"
    for path in (*parts, spooled):
        path.write_bytes(b"half")
    age(parts[0])
    age(spooled)

    assert [key for key, _ in storage_of("docs").walk("")] == ["a/b"]
    assert sweep.sweep().leftovers == ["docs:a/.part-01", "upload:tmpx.upload"]

    assert [path.exists() for path in (*parts, spooled)] == [False, True, False]


def test_the_command_tells_what_it_did(owners):
    own(owners, "kmz/")
    keep("kmz/orphan", old=False)
    out = io.StringIO()

    call_command("sweep_files", "--dry-run", "--older-than-hours", "0", stdout=out)
    call_command("sweep_files", "--older-than-hours", "0", stdout=out)

    assert out.getvalue() == (
        "docs:kmz/orphan\n"
        "1 old files checked; 1 without a row and 0 interrupted writes would be removed.\n"
        "docs:kmz/orphan\n"
        "1 old files checked; 1 without a row and 0 interrupted writes removed.\n"
    )


def test_the_command_fails_when_an_owner_does(owners):
    owners.register(FileOwner("broken", "docs", "", lambda keys: 1 / 0))
    keep("k")

    with pytest.raises(CommandError, match="broken"):
        call_command("sweep_files", stdout=io.StringIO())


@pytest.mark.parametrize(
    ("path", "kind", "length", "shape"),
    [
        ("/api/routes", "application/json", 101, {"success": False}),
        ("/network_routes/A/upload_kmz", "multipart/form-data; boundary=x", 201, {"error": str}),
        ("/lab/devices/1/attachments", "multipart/form-data; boundary=x", 201, {"detail": str}),
        ("/admin/x/", "multipart/form-data; boundary=x", 201, None),
    ],
)
def test_a_body_over_its_limit_is_413_in_the_shape_of_its_surface(
    client, settings, path, kind, length, shape
):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.UPLOAD_MAX_REQUEST_BYTES = 100, 200

    response = client.generic("POST", path, b"x" * length, content_type=kind)

    assert response.status_code == 413
    if shape is None:
        assert response.content.startswith(b"Request too large: the limit is 200 bytes.")
    else:
        assert set(response.json()) >= set(shape)
        assert "too large: the limit is" in response.content.decode()


def test_a_view_may_have_a_limit_of_its_own():
    request = RequestFactory().post("/", b"x" * 11, content_type="application/octet-stream")

    limits.require_body_within(request, 11)
    with pytest.raises(TooLarge):
        limits.require_body_within(request, 10)


@pytest.mark.parametrize("text", ["", "-1", "x", "9" * 30, "\uff11"])
def test_a_length_that_is_no_number_counts_as_none(text):
    request = RequestFactory().get("/", CONTENT_LENGTH=text)

    assert limits.body_length(request) == 0
