"""Files of circuits: maps (KMZ) and test results (contract section 7)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.utils import timezone

from accounts.services import audit
from inventory_site.core.files import blobs
from inventory_site.core.files.headers import base_name
from inventory_site.core.locks import guarded, lock
from networkroutes import policy
from networkroutes.errors import FileTooLarge, RouteFileNotFound, RouteNotFound, UploadRefused
from networkroutes.importers.kmz import NotKmz, as_kmz
from networkroutes.models import KmzFile, NetworkRoute, TestResultsFile
from networkroutes.services import maps

STORAGE = "docs"
KMZ_PREFIX = "networkroutes/kmz/"
TEST_PREFIX = "networkroutes/test-results/"
MAX_FILES = 10
NOT_IN_SUFFIX = re.compile(r"[^a-z0-9.]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived: `name` is the user's, `stream` can seek."""

    name: str
    size: int
    stream: IO[bytes]


def upload_kmz(*, actor: Any, circuit_id: str, upload: Upload | None) -> KmzFile:
    """Store a circuit's map; the old one goes after the commit unless another circuit uses it.

    KML text is stored zipped. Raises `UploadRefused`, `RouteNotFound`, `FileTooLarge`; then nothing
    is kept.
    """
    policy.require(actor, "change_networkroute")
    if upload is None:
        raise UploadRefused("No file uploaded")
    _known_route(circuit_id, "Not found")
    _check_size(upload)
    if not upload.name.lower().endswith(".kmz"):
        raise UploadRefused("Only KMZ files are allowed")
    try:
        stream = as_kmz(upload.stream)
    except NotKmz as err:
        raise UploadRefused("Only KMZ files are allowed", reason=str(err)) from err
    length = maps.length_of(stream)
    name = stored_name("kmz_file", upload.name)
    with blobs.Fresh() as fresh:
        stored = _store(fresh, stream, KMZ_PREFIX + name)
        with guarded():
            route = _locked_route(circuit_id, "Not found")
            made = KmzFile.objects.create(
                route=route,
                filename=name,
                original_name=base_name(upload.name),
                file_size=stored.size,
                sha256=stored.sha256,
                line_km=length,
                is_measured=True,
            )
            _set_kmz(actor, route, made)
    return made


def delete_kmz(*, actor: Any, circuit_id: str) -> None:
    """Take the map off a circuit; the file goes after the commit unless another circuit uses it.

    Raises `RouteNotFound`, and `UploadRefused` when there is none.
    """
    policy.require(actor, "change_networkroute")
    with guarded():
        route = _locked_route(circuit_id, "Route not found")
        old, route.kmz_file_path = route.kmz_file_path, None
        if not old:
            raise UploadRefused("No KMZ file to delete")
        _touch(route)
        forget_kmz(old, but_for=route)
        audit.record(actor, "route.kmz_deleted", route, before={"kmz_file_path": old})


def upload_test_results(
    *, actor: Any, circuit_id: str, uploads: Sequence[Upload]
) -> list[TestResultsFile]:
    """Store 1 to 10 test-result files of a circuit, all or none, in upload order.

    Raises `UploadRefused`, `RouteNotFound`, `FileTooLarge`; then nothing is kept.
    """
    policy.require(actor, "change_networkroute")
    if not uploads:
        raise UploadRefused("No files uploaded")
    if len(uploads) > MAX_FILES:
        raise UploadRefused(f"Too many files (maximum {MAX_FILES})")
    _known_route(circuit_id, "Circuit ID not found")
    for upload in uploads:
        _check_size(upload)
        if _is_denied(upload.name):
            raise UploadRefused("This file type is not allowed", name=upload.name)
    named = [(stored_name("test_results_files", upload.name), upload) for upload in uploads]
    with blobs.Fresh() as fresh:
        stored = [_store(fresh, upload.stream, TEST_PREFIX + name) for name, upload in named]
        with guarded():
            route = _locked_route(circuit_id, "Circuit ID not found")
            made = [
                TestResultsFile.objects.create(
                    route=route,
                    filename=name,
                    original_name=base_name(upload.name),
                    file_size=blob.size,
                    sha256=blob.sha256,
                )
                for (name, upload), blob in zip(named, stored, strict=True)
            ]
            _list_test_results(route)
            names = [row.original_name for row in made]
            audit.record(actor, "route.test_results_uploaded", route, after={"files": names})
    return made


def delete_test_results(*, actor: Any, file_id: int) -> None:
    """Remove one test-result file; its blob goes after the commit. `RouteFileNotFound` for none."""
    policy.require(actor, "delete_testresultsfile")
    refusal = RouteFileNotFound("File not found", file=file_id)
    with guarded():
        row = TestResultsFile.objects.select_related("route").filter(pk=file_id).first()
        if row is None:
            raise refusal
        route = lock(NetworkRoute.objects.filter(pk=row.route_id)).get()
        deleted, _ = TestResultsFile.objects.filter(pk=file_id).delete()
        if not deleted:
            raise refusal
        blobs.remove_after_commit(STORAGE, TEST_PREFIX + row.filename)
        _list_test_results(route)
        audit.record(actor, "route.test_results_deleted", route, before={"file": row.original_name})


def forget_kmz(filename: str | None, *, but_for: NetworkRoute) -> None:
    """Remove a map that no other circuit names; inside the caller's transaction."""
    if (
        not filename
        or NetworkRoute.objects.filter(kmz_file_path=filename).exclude(pk=but_for.pk).exists()
    ):
        return
    KmzFile.objects.filter(filename=filename).delete()
    blobs.remove_after_commit(STORAGE, KMZ_PREFIX + filename)


def remove_all_of(route: NetworkRoute) -> None:
    """Remove the files of a circuit that is about to go; inside the caller's transaction."""
    for name in route.test_results.values_list("filename", flat=True):
        blobs.remove_after_commit(STORAGE, TEST_PREFIX + name)
    forget_kmz(route.kmz_file_path, but_for=route)


def known_kmz(keys: list[str]) -> set[str]:
    """Return those stored keys of maps that a row names; the sweep asks."""
    return _known(keys, KMZ_PREFIX, KmzFile)


def known_test_results(keys: list[str]) -> set[str]:
    """Return those stored keys of test results that a row names; the sweep asks."""
    return _known(keys, TEST_PREFIX, TestResultsFile)


def stored_name(field: str, original: str) -> str:
    """Return `<field>-<epoch ms>-<random 0..1e9><ending>`, the ending in small letters and
    digits."""
    suffix = NOT_IN_SUFFIX.sub("", PurePosixPath(original.lower()).suffix)[:16]
    moment_ms = int(timezone.now().timestamp() * 1000)
    return f"{field}-{moment_ms}-{secrets.randbelow(10**9 + 1)}{suffix}"


def _known(keys: list[str], prefix: str, model: type[KmzFile] | type[TestResultsFile]) -> set[str]:
    names = [key.removeprefix(prefix) for key in keys]
    found = model.objects.filter(filename__in=names).values_list("filename", flat=True)
    return {prefix + name for name in found}


def _store(fresh: blobs.Fresh, stream: IO[bytes], key: str) -> blobs.StoredFile:
    stream.seek(0)
    limit = settings.NETWORKROUTES_MAX_FILE_BYTES
    return fresh.store(stream, storage=STORAGE, key=key, max_bytes=limit)


def _set_kmz(actor: Any, route: NetworkRoute, made: KmzFile) -> None:
    old, route.kmz_file_path = route.kmz_file_path, made.filename
    _touch(route)
    forget_kmz(old, but_for=route)
    audit.record(
        actor,
        "route.kmz_uploaded",
        route,
        before={"kmz_file_path": old},
        after={"kmz_file_path": made.filename, "original_name": made.original_name},
    )


def _is_denied(name: str) -> bool:
    seen = "".join(char for char in name.lower() if char.isprintable()).rstrip(" .")
    return seen.endswith(tuple(settings.NETWORKROUTES_DENIED_SUFFIXES))


def _check_size(upload: Upload) -> None:
    if upload.size > settings.NETWORKROUTES_MAX_FILE_BYTES:
        raise FileTooLarge("File too large", limit=settings.NETWORKROUTES_MAX_FILE_BYTES)


def _known_route(circuit_id: str, sentence: str) -> None:
    if not NetworkRoute.objects.filter(circuit_id=circuit_id).exists():
        raise RouteNotFound(sentence)


def _locked_route(circuit_id: str, sentence: str) -> NetworkRoute:
    route = lock(NetworkRoute.objects.filter(circuit_id=circuit_id)).first()
    if route is None:
        raise RouteNotFound(sentence)
    return route


def _list_test_results(route: NetworkRoute) -> None:
    oldest_first = route.test_results.order_by("uploaded_at", "pk")
    names = oldest_first.values_list("original_name", flat=True)
    route.test_results_file = ", ".join(names) or None
    _touch(route)


def _touch(route: NetworkRoute) -> None:
    route.version += 1
    route.save(update_fields=["kmz_file_path", "test_results_file", "version", "updated_at"])
