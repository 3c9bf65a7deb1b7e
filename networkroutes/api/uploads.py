"""What the native and the client surface share about files."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponseBase
from rest_framework.request import Request

from inventory_site.core.errors import NotFound
from inventory_site.core.files import blobs
from inventory_site.core.files.serve import file_response
from inventory_site.core.files.zipping import zip_response
from networkroutes.errors import RouteFileNotFound
from networkroutes.models import KmzFile, TestResultsFile
from networkroutes.services import files

KMZ_TYPE = "application/vnd.google-earth.kmz"


def as_upload(item: UploadedFile) -> files.Upload:
    """Return an arrived file as the service takes it."""
    return files.Upload(name=item.name or "file", size=item.size or 0, stream=item.file)


def kmz_download(request: Request, row: KmzFile | None) -> HttpResponseBase:
    """Stream a map that the system stored, or raise `RouteFileNotFound`."""
    key = files.KMZ_PREFIX + row.filename if row else ""
    if row is None or not blobs.exists(files.STORAGE, key):
        raise RouteFileNotFound("KMZ file not found")
    return file_response(
        request._request,
        storage=files.STORAGE,
        key=key,
        name=row.filename,
        content_type=KMZ_TYPE,
    )


def archive_of(circuit_id: str, *, deflate: bool = False) -> HttpResponseBase:
    """Stream all test results of a circuit as a ZIP, oldest first; missing blobs are left out.

    Raises `RouteFileNotFound` when there is nothing to send.
    """
    rows = TestResultsFile.objects.filter(route__circuit_id=circuit_id)
    entries = [
        (row.original_name, files.STORAGE, files.TEST_PREFIX + row.filename, row.file_size)
        for row in rows.order_by("uploaded_at", "pk")
    ]
    try:
        return zip_response(entries, f"{circuit_id}_test_results.zip", deflate=deflate)
    except NotFound as err:
        raise RouteFileNotFound("No test results files found") from err
