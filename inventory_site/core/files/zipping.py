"""Many stored files as one ZIP, made while it is read."""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from django.http import HttpResponseBase
from zipstream import ZipStream

from inventory_site.core.errors import NotFound
from inventory_site.core.files import blobs
from inventory_site.core.files.headers import base_name, content_disposition
from inventory_site.core.files.streams import CountedStream, gathered

ZipEntry = tuple[str, str, str, int | None]
LEAST_CHUNK = 64 * 1024


def zip_response(
    entries: Iterable[ZipEntry], filename: str, *, deflate: bool = False
) -> HttpResponseBase:
    """Answer with a ZIP of `(name, storage, key, size)` entries, in their order; memory stays flat.

    Equal names become `name (2).ext`; entries whose blob is gone are left out, and `NotFound` is
    raised when none is left. Content is stored as it is, so that the length is known and sent;
    `deflate` packs every entry, and sends no length. Raises `BusyError` when too many
    streams are open.
    """
    there = [
        (name, storage, key, found.size)
        for name, storage, key, _ in entries
        if (found := blobs.stat(storage, key)) is not None
    ]
    if not there:
        raise NotFound("None of the files is there any more.")
    archive = ZipStream(sized=not deflate)
    for (_, storage, key, size), name in zip(
        there, unique_names(name for name, *_ in there), strict=True
    ):
        packing = zipfile.ZIP_DEFLATED if deflate else None
        archive.add(_content(storage, key), name, size=size, compress_type=packing)
    response = CountedStream(gathered(archive, LEAST_CHUNK), content_type="application/zip")
    if not deflate:
        response["Content-Length"] = str(len(archive))
    response["Content-Disposition"] = content_disposition(filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    return response


def unique_names(names: Iterable[str]) -> list[str]:
    """Return base names, equal ones told apart as `name (2).ext`, `name (3).ext`, in order."""
    taken: set[str] = set()
    found = []
    for name in map(base_name, names):
        path, number, candidate = PurePosixPath(name), 2, name
        while candidate in taken:
            candidate, number = f"{path.stem} ({number}){path.suffix}", number + 1
        taken.add(candidate)
        found.append(candidate)
    return found


def _content(storage: str, key: str) -> Iterator[bytes]:
    """Open the blob only when its turn comes."""
    yield from blobs.open_stream(storage, key)
