"""The base path of the fabrication front end: its files, its API, its health (contract 3.9, 3.10).

A middleware and not URL patterns, because everything below the base path belongs to the front end,
whatever else the site knows by that name.

`POLICY` names two other hosts: the original built front end takes its icons from cdnjs and its pie
chart from jsdelivr (contract 9), and works without them. Only what is served below the base path
has that policy; no page of ours loads anything from another host.
"""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag

INDEX, STATISTICS, ASSETS = "index.html", "stats.html", "assets"
API, ROOT = "/api", "/api/parts"
TRAVELLER = re.compile(r"/p/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/?")
FOREVER = "public, max-age=31536000, immutable"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".wasm": "application/wasm",
}
POLICY = (  # the two other hosts: contract section 9, for the original front end alone
    "default-src 'self'; base-uri 'self'; object-src 'none'; "
    "script-src 'self' 'unsafe-inline' https://cdnjs.cloudflare.com https://cdn.jsdelivr.net; "
    "style-src 'self' 'unsafe-inline' https://cdnjs.cloudflare.com; "
    "font-src 'self' data: https://cdnjs.cloudflare.com; "
    "img-src 'self' data: blob:; frame-src 'self' blob:; connect-src 'self' blob:; "
    "worker-src 'self' blob:"
)
Next = Callable[[HttpRequest], HttpResponseBase]


class FabricationFrontEndMiddleware:
    """Serves what lies below `FABRICATION_BASE_PATH`; other paths pass."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        base, path = settings.FABRICATION_BASE_PATH, request.path_info
        if base and (path == base or path.startswith(f"{base}/")):
            answer = below_base(request, path.removeprefix(base))
            if answer is not None:
                return answer
        response = self.get_response(request)
        if request.path_info.startswith(ROOT):
            response.headers.pop("Access-Control-Allow-Credentials", None)
        return response


def below_base(request: HttpRequest, rest: str) -> HttpResponseBase | None:
    """Answer a path below the base path; None hands it, perhaps shortened, to the site."""
    is_read = request.method in {"GET", "HEAD"}
    if rest == "/health":
        return health() if is_read else _not_allowed()
    if rest == ROOT or rest.startswith(f"{ROOT}/") or TRAVELLER.fullmatch(rest):
        request.path_info = request.path = rest
        return None
    if rest == API or rest.startswith(f"{API}/"):
        return _not_found()
    if not settings.FABRICATION_FRONTEND_DIR:
        return None
    return static_file(request, rest.strip("/")) if is_read else _not_allowed()


def health() -> JsonResponse:
    """Say whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "unhealthy", "database": "unreachable"}, status=503)
    return JsonResponse({"status": "healthy"})


def static_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer a file of the build, else its start page; below `assets` there is nothing else."""
    folder = Path(settings.FABRICATION_FRONTEND_DIR).resolve()
    segments = name.split("/")
    if (
        ".." in segments
        or segments[-1].startswith(STATISTICS)
        or any(s.startswith(".") for s in segments if s)
    ):
        return _not_found()
    target = (folder / name).resolve() if name else folder / INDEX
    if not target.is_relative_to(folder):
        return _not_found()
    if os.path.isfile(target):  # False, not an error, for a name that no disk can hold
        return _sent(request, target, is_asset=segments[0] == ASSETS)
    if os.path.isdir(target) or segments[0] == ASSETS:
        return _not_found()
    index = folder / INDEX
    return _sent(request, index, is_asset=False) if index.is_file() else _not_found()


def _sent(request: HttpRequest, path: Path, *, is_asset: bool) -> HttpResponseBase:
    encoding, chosen = _encoded(request, path)
    found = chosen.stat()
    tag = quote_etag(f"{found.st_mtime_ns:x}-{found.st_size:x}{encoding and '-' + encoding}")
    modified = int(found.st_mtime)
    response: HttpResponseBase | None = get_conditional_response(request, tag, modified)
    if response is None:
        response = HttpResponse() if request.method == "HEAD" else FileResponse(chosen.open("rb"))
        response["Content-Length"] = str(found.st_size)
    response["Content-Type"] = content_type_of(path)
    response.headers.pop("Content-Disposition", None)
    response["ETag"], response["Last-Modified"] = tag, http_date(modified)
    response["Cache-Control"] = FOREVER if is_asset else "no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    if encoding:
        response["Content-Encoding"] = encoding
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def content_type_of(path: Path) -> str:
    """Return the media type of a file of the build."""
    kind = TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0]
    if kind == "text/html":
        return "text/html; charset=utf-8"
    return kind or "application/octet-stream"


def _encoded(request: HttpRequest, path: Path) -> tuple[str, Path]:
    accepted = _accepted(request.headers.get("Accept-Encoding", ""))
    for name, ending in ENCODINGS:
        sibling = path.with_name(path.name + ending)
        if name in accepted and sibling.is_file():
            return name, sibling
    return "", path


def _accepted(header: str) -> set[str]:
    found = set()
    for item in header.split(","):
        name, _, weight = item.partition(";")
        if weight.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            found.add(name.strip().lower())
    return found


def _not_allowed() -> JsonResponse:
    body = {"error": "Method not allowed"}
    return JsonResponse(body, status=405, headers={"Allow": "GET, HEAD"})


def _not_found() -> JsonResponse:
    return JsonResponse({"error": "Not found"}, status=404)
