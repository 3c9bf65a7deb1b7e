"""The views that P19 measures: our ZIP, the same built in memory, a plain file, a short answer."""

from __future__ import annotations

import io
import zipfile

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path

from inventory_site.core.files import blobs
from inventory_site.core.files.serve import file_response
from inventory_site.core.files.storages import storage_of
from inventory_site.core.files.zipping import zip_response


def streamed(request: HttpRequest) -> HttpResponseBase:
    """Our ZIP."""
    return zip_response([(key, "docs", key, size) for key, size in _parts()], "all.zip")


def in_memory(request: HttpRequest) -> HttpResponseBase:
    """The rival: a ZIP built in memory, then sent."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, _ in _parts():
            archive.writestr(key, b"".join(blobs.open_stream("docs", key)))
    return HttpResponse(out.getvalue(), content_type="application/zip")


def plain(request: HttpRequest) -> HttpResponseBase:
    """The limit: as many bytes in one stored file."""
    return file_response(
        request, storage="docs", key="whole", name="whole", content_type="text/plain"
    )


def short(request: HttpRequest) -> HttpResponse:
    """What must be answered while others read slowly."""
    return HttpResponse("ok")


def _parts() -> list[tuple[str, int]]:
    return sorted((key, found.size) for key, found in storage_of("docs").walk("parts/"))


urlpatterns = [
    path("zip", streamed),
    path("memory", in_memory),
    path("whole", plain),
    path("health", short),
]
