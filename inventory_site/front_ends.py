"""A built single-page application on our own origin: its start page for every page address.

Its files (scripts, styles, pictures) are answered by WhiteNoise; this module answers the start
page, so that an address inside the application can be opened and reloaded.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token

from inventory_site.error_shapes import UNION, shape_of

INDEX = "index.html"
INLINE_SCRIPT = re.compile(
    rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE
)
SAFE_METHODS = {"GET", "HEAD"}


def start_page(request: HttpRequest) -> HttpResponse | None:
    """Return the start page of the network-inventory front end; None when none is served.

    It sets the `XSRF-TOKEN` cookie that the application copies into `X-XSRF-TOKEN`. Scripts that
    the build wrote into the page are allowed by their hash, no others.
    """
    folder = settings.NETWORKROUTES_FRONTEND_DIR
    page = Path(folder, INDEX) if folder else None
    if page is None or not page.is_file():
        return None
    body = page.read_bytes()
    response = HttpResponse(body)
    response.headers["Cache-Control"] = "no-cache"
    response._csp_update = {"script-src": _hashes(body)}  # type: ignore[attr-defined]  # read by django-csp
    get_token(request)
    return response


def page_of_application(request: HttpRequest) -> HttpResponse | None:
    """Return the start page for an address that nobody else owns, when a person opens it.

    A call of a script (no `text/html` in `Accept`) and a missing file (a dot in its name) stay 404.
    """
    is_page = (
        request.method in SAFE_METHODS
        and shape_of(request.path) == UNION
        and "text/html" in request.headers.get("Accept", "")
        and "." not in request.path.rpartition("/")[2]
    )
    return start_page(request) if is_page else None


def _hashes(body: bytes) -> list[str]:
    digests = (hashlib.sha256(text).digest() for text in INLINE_SCRIPT.findall(body) if text)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
