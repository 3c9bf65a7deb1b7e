"""Where stored files lie: what every storage can do, and the one on disk.

A key is made of plain segments (letters, digits, `.`, `_`, `-`), none of which begins with a dot;
names that begin with a dot are ours, for what is not published yet.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from typing import Protocol, cast

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

CHUNK_BYTES = 256 * 1024
KEY = re.compile(r"(?!\.)[A-Za-z0-9._-]+(?:/(?!\.)[A-Za-z0-9._-]+)*")
PART_PREFIX = ".part-"
SWEEP_PREFIX = ".sweep-"


@dataclass(frozen=True, slots=True)
class BlobStat:
    """Size in bytes and the time of the last write (UTC)."""

    size: int
    modified: datetime


class BlobStorage(Protocol):
    """What the files kit asks of a storage; a missing key is an answer, not an error."""

    def publish(self, key: str, chunks: Iterable[bytes]) -> None:
        """Write all chunks in constant memory; the key shows up whole or not at all."""

    def stat(self, key: str) -> BlobStat | None:
        """Size and time of a published blob."""

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from `start`; raise `FileNotFoundError` before the first one."""

    def remove(self, key: str) -> bool:
        """Delete a blob; false when there was none."""

    def walk(self, prefix: str) -> Iterator[tuple[str, BlobStat]]:
        """Yield every published key that begins with `prefix`."""

    def withdraw(self, key: str, older_than: datetime) -> bool:
        """Delete a blob unless it was written again since; for the sweep."""

    def leftovers(self, older_than: datetime) -> Iterator[str]:
        """Names of what interrupted writes left behind."""

    def discard(self, leftover: str) -> None:
        """Remove one of the `leftovers`."""


def storage_of(alias: str) -> BlobStorage:
    """Return the storage behind an alias of `STORAGES`: `docs` or `images`."""
    return cast(BlobStorage, storages[alias])


def is_key(key: str) -> bool:
    """Whether a text can name a stored file; user input that cannot is simply not found."""
    return len(key) <= 512 and KEY.fullmatch(key) is not None


class DiskStorage(FileSystemStorage):
    """Files in one folder under `MEDIA_ROOT`; written beside their place, then renamed."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder

    @property
    def base_location(self) -> Path:
        """Read anew each time, so that `MEDIA_ROOT` may move."""
        return Path(settings.MEDIA_ROOT) / self.folder

    @property
    def location(self) -> str:
        """The folder as an absolute path."""
        return os.path.abspath(self.base_location)

    def publish(self, key: str, chunks: Iterable[bytes]) -> None:
        """Write to a temporary name in the same folder, flush to disk, rename."""
        target = Path(self.path(key))
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.parent / f"{PART_PREFIX}{secrets.token_hex(8)}"
        try:
            with part.open("xb") as out:
                for chunk in chunks:
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            part.chmod(settings.FILE_UPLOAD_PERMISSIONS)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _flush_folder(target.parent)

    def stat(self, key: str) -> BlobStat | None:
        """Size and time of a published file."""
        if not is_key(key):
            return None
        try:
            found = os.stat(self.path(key))
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not S_ISREG(found.st_mode):
            return None
        return BlobStat(found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Open at once, then yield the bytes asked for."""
        if self.stat(key) is None:
            raise FileNotFoundError(key)
        return _chunks_of(Path(self.path(key)), start, length)

    def remove(self, key: str) -> bool:
        """Delete a file."""
        try:
            os.unlink(self.path(key))
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def walk(self, prefix: str) -> Iterator[tuple[str, BlobStat]]:
        """Yield published files, folder by folder."""
        root = Path(self.location)
        for path in _files_below(root / prefix.rpartition("/")[0]):
            key = path.relative_to(root).as_posix()
            found = self.stat(key) if key.startswith(prefix) else None
            if found is not None:
                yield key, found

    def withdraw(self, key: str, older_than: datetime) -> bool:
        """Take the file aside, look at its time again, and put it back if it is young.

        A writer who publishes the same key before the rename gets its file back; one who publishes
        after it has put a new file in the place.
        """
        target = Path(self.path(key))
        aside = target.parent / f"{SWEEP_PREFIX}{secrets.token_hex(8)}"
        try:
            target.rename(aside)
        except FileNotFoundError:
            return False
        is_old = datetime.fromtimestamp(aside.stat().st_mtime, UTC) < older_than
        if not is_old:
            with contextlib.suppress(FileExistsError):
                os.link(aside, target)
        aside.unlink()
        return is_old

    def leftovers(self, older_than: datetime) -> Iterator[str]:
        """Parts of interrupted writes, as names relative to the folder."""
        root = Path(self.location)
        for path in _files_below(root, hidden=True):
            with contextlib.suppress(FileNotFoundError):
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < older_than:
                    yield path.relative_to(root).as_posix()

    def discard(self, leftover: str) -> None:
        """Remove an interrupted write."""
        (Path(self.location) / leftover).unlink(missing_ok=True)


def _chunks_of(path: Path, start: int, length: int | None) -> Iterator[bytes]:
    source = path.open("rb", buffering=0)
    source.seek(start)

    def chunks() -> Iterator[bytes]:
        left = length
        with source:
            while left is None or left > 0:
                chunk = source.read(CHUNK_BYTES if left is None else min(CHUNK_BYTES, left))
                if not chunk:
                    return
                if left is not None:
                    left -= len(chunk)
                yield chunk

    return chunks()


def _files_below(folder: Path, *, hidden: bool = False) -> Iterator[Path]:
    """Yield plain files, those whose name begins with a dot only on request and then alone."""
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            if name.startswith((PART_PREFIX, SWEEP_PREFIX)) is hidden:
                yield Path(parent) / name


def _flush_folder(folder: Path) -> None:
    """Make a rename last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
