"""Sending one stored file: whole or a range, never from memory, never as a page of ours."""

from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe, quote_etag

from inventory_site.core.errors import NotFound
from inventory_site.core.files import blobs
from inventory_site.core.files.headers import (
    ByteRange,
    UnsatisfiableRange,
    content_disposition,
    parse_range,
)
from inventory_site.core.files.storages import BlobStat, DiskStorage, storage_of
from inventory_site.core.files.streams import CountedStream

MAY_BE_INLINE = frozenset(
    {
        *("image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf"),
        *("model/gltf-binary", "application/step"),
    }
)


def file_response(
    request: HttpRequest,
    *,
    storage: str,
    key: str,
    name: str,
    content_type: str,
    inline: bool = False,
    last_modified: datetime | None = None,
    etag: str | None = None,
) -> HttpResponseBase:
    """Answer GET or HEAD with a stored file.

    Knows `Range` (one range), `If-Range`, `If-None-Match`, `If-Modified-Since`; the time and the
    tag are the blob's own unless given (`etag` without quotes). Shown inline only if asked for and
    if the type is a picture, PDF or model. Raises `NotFound` for a missing blob and `BusyError`
    when too many streams are open.
    """
    found = blobs.stat(storage, key)
    if found is None:
        raise NotFound("The file is not there any more.")
    modified = int((last_modified or found.modified).timestamp())
    tag = quote_etag(etag or f"{found.size:x}-{found.modified.timestamp():.6f}")
    response = get_conditional_response(request, tag, modified) or _answer(
        request, storage, key, found, tag, modified
    )
    shown = inline and content_type in MAY_BE_INLINE
    return _with_headers(response, name, content_type, shown, tag, modified)


def _answer(
    request: HttpRequest, storage: str, key: str, found: BlobStat, tag: str, modified: int
) -> HttpResponseBase:
    if settings.X_ACCEL_PREFIX and isinstance(place := storage_of(storage), DiskStorage):
        path = quote(f"{place.folder}/{key}")
        return HttpResponse(headers={"X-Accel-Redirect": f"{settings.X_ACCEL_PREFIX}{path}"})
    try:
        wanted = _range_of(request, found.size, tag, modified)
    except UnsatisfiableRange:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{found.size}"})
    part = wanted or ByteRange(0, found.size - 1)
    headers = {"Content-Length": str(part.length)}
    if wanted is not None:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{found.size}"
    status = 200 if wanted is None else 206
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    chunks = blobs.open_stream(storage, key, part.first, part.length)
    return CountedStream(chunks, status=status, headers=headers)


def _range_of(request: HttpRequest, size: int, tag: str, modified: int) -> ByteRange | None:
    """The range asked for, if its `If-Range` still holds; a HEAD has none (RFC 9110, 14.2)."""
    header = request.headers.get("Range", "")
    if not header or request.method != "GET":
        return None
    condition = request.headers.get("If-Range", "").strip()
    if condition and condition != tag and parse_http_date_safe(condition) != modified:
        return None
    return parse_range(header, size)


def _with_headers(
    response: HttpResponseBase, name: str, content_type: str, shown: bool, tag: str, modified: int
) -> HttpResponseBase:
    if response.status_code != 416:
        response["Content-Type"] = content_type
    response["Content-Disposition"] = content_disposition(name, inline=shown)
    response["X-Content-Type-Options"] = "nosniff"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    response["Last-Modified"] = http_date(modified)
    response["Cache-Control"] = "private, no-cache"
    return response
