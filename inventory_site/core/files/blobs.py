"""Storing and removing blobs: blob first, then row; removal after the commit.

A verb that makes a row for a file does

    with blobs.Fresh() as fresh:
        stored = fresh.store(upload, key=key, max_bytes=limit)
        with transaction.atomic():
            ...  # the row

so that a refusal removes the blob again, and a kill between the two leaves a blob without a row,
which the sweep finds. The upload itself runs outside the transaction.
"""

import contextlib
import errno
import hashlib
import io
import logging
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from django.conf import settings
from django.db import transaction

from inventory_site.core.errors import BusyError, NotFound, TooLarge
from inventory_site.core.files.sniff import HEAD_BYTES, sniff
from inventory_site.core.files.storages import (
    CHUNK_BYTES,
    BlobStat,
    BlobStorage,
    is_key,
    storage_of,
)

logger = logging.getLogger(__name__)

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A published blob: `size` in bytes, `sha256` in hex, `content_type` by its content.

    `is_new` is false when content-addressed bytes were there before.
    """

    key: str
    size: int
    sha256: str
    content_type: str
    storage: str = "docs"
    is_new: bool = True


def random_key(prefix: str = "", suffix: str = "") -> str:
    """Return a key that nobody can guess, `<prefix><32 hex digits><suffix>`."""
    return f"{prefix}{secrets.token_hex(16)}{suffix}"


def store(source: Any, *, storage: str = "docs", key: str, max_bytes: int) -> StoredFile:
    """Publish a blob under `key`, in constant memory.

    `source` is an upload, a binary file object or an iterable of bytes. Raises `TooLarge` beyond
    `max_bytes`, `BusyError` when the store is full or down, whatever `source` raises; each leaves
    nothing behind. The key shows up whole or not at all.
    """
    if not is_key(key):
        raise ValueError(f"{key!r} cannot be a key")
    place, meter = storage_of(storage), Meter(source, max_bytes)
    with _full_is_an_answer():
        place.publish(key, meter)
    kind = sniff(meter.head, lambda: _seekable(place, key))
    return StoredFile(key, meter.size, meter.sha256, kind, storage)


def store_by_content(
    source: Any, *, storage: str = "docs", prefix: str = "cas/", max_bytes: int
) -> StoredFile:
    """Publish a blob under `<prefix><sha256>`; the same bytes are kept once. Raises like `store`.

    The bytes wait in a temporary file until their hash is known. Known bytes are written again, so
    that a sweep under way sees a young file and leaves it.
    """
    with _full_is_an_answer(), tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as spool:
        meter = Meter(source, max_bytes)
        for chunk in meter:
            spool.write(chunk)
        key = f"{prefix}{meter.sha256}"
        was_there = exists(storage, key)
        spool.seek(0)
        stored = store(spool, storage=storage, key=key, max_bytes=max_bytes)
    return replace(stored, is_new=not was_there)


def exists(storage: str, key: str) -> bool:
    """Whether a blob is published under this key; any text may be asked for."""
    return stat(storage, key) is not None


def size(storage: str, key: str) -> int:
    """Return the bytes of a blob; raise `NotFound` when there is none."""
    found = stat(storage, key)
    if found is None:
        raise NotFound("The file is not there any more.")
    return found.size


def stat(storage: str, key: str) -> BlobStat | None:
    """Size and time of a blob, or nothing."""
    return storage_of(storage).stat(key) if is_key(key) else None


def open_stream(
    storage: str, key: str, start: int = 0, length: int | None = None
) -> Iterator[bytes]:
    """Return the bytes of a blob in chunks; raise `NotFound` at once when there is none."""
    if not is_key(key):
        raise NotFound("The file is not there any more.")
    try:
        return storage_of(storage).read(key, start, length)
    except FileNotFoundError as err:
        raise NotFound("The file is not there any more.") from err


def open_seekable(storage: str, key: str) -> BinaryIO:
    """Return a blob as a seekable, buffered file; raise `NotFound` when there is none."""
    if not exists(storage, key):
        raise NotFound("The file is not there any more.")
    return _seekable(storage_of(storage), key)


def remove(storage: str, key: str) -> bool:
    """Delete a blob now; false for none. Where a row goes too, use `remove_after_commit`."""
    return is_key(key) and storage_of(storage).remove(key)


def remove_after_commit(
    storage: str, key: str, *, unless: Callable[[], bool] | None = None
) -> None:
    """Delete a blob once the open transaction commits; a rollback keeps it.

    `unless` is asked after the commit and keeps a blob that another row still uses. A store that
    fails then is logged, and the sweep removes the blob later.
    """
    transaction.on_commit(partial(_remove_quietly, storage, key, unless), robust=True)


class Fresh:
    """Blobs of a verb under way; when the block ends in an error, they are removed again."""

    def __init__(self) -> None:
        self._stored: list[StoredFile] = []

    def __enter__(self) -> Self:
        return self

    def store(self, source: Any, *, storage: str = "docs", key: str, max_bytes: int) -> StoredFile:
        """`store`, remembered."""
        return self._remember(store(source, storage=storage, key=key, max_bytes=max_bytes))

    def store_by_content(
        self, source: Any, *, storage: str = "docs", prefix: str = "cas/", max_bytes: int
    ) -> StoredFile:
        """`store_by_content`, remembered unless the bytes were there before."""
        return self._remember(
            store_by_content(source, storage=storage, prefix=prefix, max_bytes=max_bytes)
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            for stored in self._stored:
                _remove_quietly(stored.storage, stored.key, None)

    def _remember(self, stored: StoredFile) -> StoredFile:
        if stored.is_new:
            self._stored.append(stored)
        return stored


class Meter:
    """Passes chunks on while it counts and hashes them and keeps the first 4 KiB."""

    def __init__(self, source: Any, max_bytes: int) -> None:
        self._chunks = chunks_of(source)
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self.size = 0
        self.head = b""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._max_bytes:
                raise too_large(self._max_bytes)
            self._hash.update(chunk)
            if len(self.head) < HEAD_BYTES:
                self.head += bytes(chunk[: HEAD_BYTES - len(self.head)])
            yield chunk

    @property
    def sha256(self) -> str:
        """Hex digest of what has passed."""
        return self._hash.hexdigest()


def chunks_of(source: Any) -> Iterator[bytes]:
    """Return the bytes of an upload, a file object or an iterable, in chunks."""
    if hasattr(source, "chunks"):
        return iter(source.chunks(CHUNK_BYTES))
    if hasattr(source, "read"):
        return iter(lambda: source.read(CHUNK_BYTES), b"")
    return iter(cast(Iterable[bytes], source))


def too_large(max_bytes: int) -> TooLarge:
    """Return the refusal of a file over its limit, in words."""
    limit = f"{max_bytes / MIB:.4g} MiB" if max_bytes >= MIB else f"{max_bytes:,} bytes"
    return TooLarge(f"File too large: the limit is {limit}.", limit_bytes=max_bytes)


class BlobReader(io.RawIOBase):
    """A seekable view of a blob, which asks the storage for each range it is read in."""

    def __init__(self, storage: BlobStorage, key: str) -> None:
        found = storage.stat(key)
        if found is None:
            raise FileNotFoundError(key)
        self._storage, self._key, self._size, self._at = storage, key, found.size, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; returns the new place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from here on."""
        wanted = min(len(buffer), max(0, self._size - self._at))
        got = b"".join(self._storage.read(self._key, self._at, wanted)) if wanted else b""
        buffer[: len(got)] = got
        self._at += len(got)
        return len(got)


def _seekable(storage: BlobStorage, key: str) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(BlobReader(storage, key), CHUNK_BYTES))


@contextlib.contextmanager
def _full_is_an_answer() -> Iterator[None]:
    try:
        yield
    except OSError as err:
        if err.errno in FULL:
            raise BusyError("The file store is full.") from err
        raise


def _remove_quietly(storage: str, key: str, unless: Callable[[], bool] | None) -> None:
    try:
        if unless is None or not unless():
            remove(storage, key)
    except (BusyError, OSError):
        logger.exception("a blob was not removed; the sweep will", extra={"key": key})
