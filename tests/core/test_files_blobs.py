"""Storing and removing blobs on disk."""

import hashlib
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from inventory_site.core.errors import NotFound, TooLarge
from inventory_site.core.files import blobs

MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    return settings.MEDIA_ROOT


def on_disk(media: Path) -> list[str]:
    return sorted(p.relative_to(media).as_posix() for p in media.rglob("*") if p.is_file())


def test_a_stored_file_has_its_size_hash_and_type_and_reads_back(media):
    content = b"%PDF-1.7\n" + b"x" * (2 * MIB)

    stored = blobs.store(io.BytesIO(content), key="routes/a.pdf", max_bytes=3 * MIB)

    assert stored == blobs.StoredFile(
        "routes/a.pdf", len(content), hashlib.sha256(content).hexdigest(), "application/pdf"
    )
    assert b"".join(blobs.open_stream("docs", "routes/a.pdf")) == content
    assert b"".join(blobs.open_stream("docs", "routes/a.pdf", 5, 4)) == content[5:9]
    assert blobs.size("docs", "routes/a.pdf") == len(content)
    assert on_disk(media) == ["docs/routes/a.pdf"]


@pytest.mark.parametrize(
    "source",
    [b"abc" * 4, io.BytesIO(b"abc" * 4), SimpleUploadedFile("a", b"abc" * 4)],
    ids=["chunks", "file", "upload"],
)
def test_each_kind_of_source_is_taken(source):
    source = [source[:5], source[5:]] if isinstance(source, bytes) else source

    assert blobs.store(source, key="k", max_bytes=12).size == 12


def test_a_file_over_its_limit_is_refused_and_nothing_is_left(media):
    with pytest.raises(TooLarge) as caught:
        blobs.store(io.BytesIO(b"x" * (MIB + 1)), key="k", max_bytes=MIB)

    assert caught.value.message == "File too large: the limit is 1 MiB."
    assert caught.value.details == {"limit_bytes": MIB}
    assert on_disk(media) == []


def test_a_file_at_its_limit_is_taken():
    assert blobs.store([b"x" * MIB], key="k", max_bytes=MIB).size == MIB


def test_a_source_that_breaks_off_leaves_the_old_file(media):
    def broken():
        yield b"new"
        raise ConnectionResetError

    blobs.store([b"old"], key="k", max_bytes=9)

    with pytest.raises(ConnectionResetError):
        blobs.store(broken(), key="k", max_bytes=9)

    assert b"".join(blobs.open_stream("docs", "k")) == b"old"
    assert on_disk(media) == ["docs/k"]


@pytest.mark.parametrize(
    "key", ["", "../a", "/etc/passwd", "a/../b", "a//b", ".hidden", "a\nb", "a\\b"]
)
def test_a_name_that_cannot_be_a_key_is_never_stored_nor_found(key, media):
    with pytest.raises(ValueError, match="cannot be a key"):
        blobs.store([b"x"], key=key, max_bytes=9)

    assert not blobs.exists("docs", key)
    assert blobs.remove("docs", key) is False
    with pytest.raises(NotFound):
        blobs.open_stream("docs", key)
    assert on_disk(media) == []


def test_a_folder_is_not_a_file():
    blobs.store([b"x"], key="a/b", max_bytes=9)

    assert not blobs.exists("docs", "a")
    assert not blobs.exists("docs", "a/b/c")


def test_the_same_content_is_kept_once(media):
    first = blobs.store_by_content([b"same"], storage="images", max_bytes=9)
    second = blobs.store_by_content([b"sa", b"me"], storage="images", max_bytes=9)

    assert first.key == second.key == f"cas/{hashlib.sha256(b'same').hexdigest()}"
    assert (first.is_new, second.is_new) == (True, False)
    assert on_disk(media) == [f"images/{first.key}"]


def test_content_over_its_limit_is_refused_and_nothing_is_left(media, tmp_path):
    with pytest.raises(TooLarge):
        blobs.store_by_content([b"x" * 10], max_bytes=9)

    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.django_db(transaction=True)
def test_removal_waits_for_the_commit():
    blobs.store([b"x"], key="k", max_bytes=9)

    with transaction.atomic():
        blobs.remove_after_commit("docs", "k")
        assert blobs.exists("docs", "k")

    assert not blobs.exists("docs", "k")


@pytest.mark.django_db(transaction=True)
def test_a_rollback_keeps_the_blob():
    blobs.store([b"x"], key="k", max_bytes=9)

    with pytest.raises(RuntimeError), transaction.atomic():
        blobs.remove_after_commit("docs", "k")
        raise RuntimeError

    assert blobs.exists("docs", "k")


@pytest.mark.django_db(transaction=True)
def test_a_blob_that_another_row_uses_is_kept():
    blobs.store([b"x"], key="k", max_bytes=9)

    blobs.remove_after_commit("docs", "k", unless=lambda: True)

    assert blobs.exists("docs", "k")


@pytest.mark.django_db(transaction=True)
def test_a_missing_blob_is_no_error_on_removal():
    blobs.remove_after_commit("docs", "never-there")

    assert blobs.remove("docs", "never-there") is False


def test_a_refusal_after_the_upload_removes_the_fresh_blobs_only(media):
    old = blobs.store_by_content([b"old"], max_bytes=9)

    with pytest.raises(RuntimeError), blobs.Fresh() as fresh:
        fresh.store([b"new"], key="new", max_bytes=9)
        fresh.store_by_content([b"old"], max_bytes=9)
        raise RuntimeError

    assert on_disk(media) == [f"docs/{old.key}"]


def test_a_block_that_ends_well_keeps_its_blobs():
    with blobs.Fresh() as fresh:
        fresh.store([b"new"], key="new", max_bytes=9)

    assert blobs.exists("docs", "new")


def test_a_seekable_blob_reads_like_a_file():
    content = bytes(range(256)) * 4096
    blobs.store([content], key="k", max_bytes=2 * MIB)

    with blobs.open_seekable("docs", "k") as blob:
        blob.seek(-10, io.SEEK_END)
        tail = blob.read()
        blob.seek(300_000)
        middle = blob.read(1000)

    assert tail == content[-10:]
    assert middle == content[300_000:301_000]


def test_a_missing_blob_is_not_found():
    for ask in (blobs.size, blobs.open_stream, blobs.open_seekable):
        with pytest.raises(NotFound):
            ask("docs", "missing")
