"""Onshape's drawing export (contract 4.8): ask for a PDF, wait for it, fetch it.

Credentials are only ever sent to `ONSHAPE_BASE_URL`; answers that point elsewhere are refused.
"""

from __future__ import annotations

import base64
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson
from django.conf import settings

from inventory_site.core.outbound import OutboundFailed, OutboundRefused, fetch

LINK = re.compile(r"/documents/([A-Za-z0-9]+)/w/([A-Za-z0-9]+)/e/([A-Za-z0-9]+)")
WORD = re.compile(r"[A-Za-z0-9_-]+")
ASK_S, FETCH_S, POLL_S, MOST_POLLS = 30.0, 60.0, 2.0, 30
MOST_BYTES, MOST_ANSWER_BYTES = 50 * 1024 * 1024, 4 * 1024 * 1024
DONE, ENDED_BADLY = "DONE", {"FAILED", "CANCELED"}
PDF_MARK = b"%PDF-"


class OnshapeFailed(Exception):
    """Onshape said no, nothing, or something else than a PDF; the text may be shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """A drawing in a workspace of a document."""

    document: str
    workspace: str
    element: str


def place_of(url: str) -> Place | None:
    """Read a CAD link; None when it leads to no workspace element."""
    found = LINK.search(urlsplit(url).path)
    return Place(*found.groups()) if found else None


def has_credentials() -> bool:
    """Whether the site may ask Onshape at all."""
    return bool(settings.ONSHAPE_ACCESS_KEY and settings.ONSHAPE_SECRET_KEY)


def drawing_pdf(place: Place, name: str) -> bytes:
    """Return the drawing as a PDF; raises `OnshapeFailed`. Takes up to about a minute and a half.

    Never to be called while a transaction is open.
    """
    job = _asked_for(place, name)
    for _ in range(MOST_POLLS):
        state = job.get("requestState")
        if state == DONE:
            return _result(place, job)
        if state in ENDED_BADLY:
            raise OnshapeFailed("Onshape could not translate the drawing")
        time.sleep(POLL_S)
        job = _json(_href(job))
    raise OnshapeFailed("Onshape did not finish in time")


def _asked_for(place: Place, name: str) -> dict[str, Any]:
    path = f"/api/v6/drawings/d/{place.document}/w/{place.workspace}/e/{place.element}/translations"
    body = {
        "formatName": "PDF",
        "destinationName": name,
        "currentSheetOnly": False,
        "selectablePdfText": True,
    }
    job = _json(_url(path), method="POST", body=orjson.dumps(body))
    return _json(_href(job))


def _result(place: Place, job: dict[str, Any]) -> bytes:
    external = _first(job.get("resultExternalDataIds"))
    element = _first(job.get("resultElementIds"))
    if external:
        content = _called(_url(f"/api/externaldata/{external}"), accept="application/pdf")
    elif element:
        path = f"/api/v6/blobelements/d/{place.document}/w/{place.workspace}/e/{element}"
        content = _called(_url(path), accept="application/octet-stream")
    else:
        raise OnshapeFailed("Onshape gave no result")
    if PDF_MARK not in content[:1024]:
        raise OnshapeFailed("Onshape's result is no PDF")
    return content


def _first(found: Any) -> str:
    word = found[0] if isinstance(found, list) and found else ""
    return word if isinstance(word, str) and WORD.fullmatch(word) else ""


def _href(job: dict[str, Any]) -> str:
    """Return where the job stands, if that is Onshape itself."""
    href = job.get("href")
    if not isinstance(href, str) or not href:
        raise OnshapeFailed("Onshape's answer has no href")
    url = urljoin(_url("/"), href)
    if _origin(url) != _origin(settings.ONSHAPE_BASE_URL):
        raise OnshapeFailed("Onshape's answer leads to another host")
    return url


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _url(path: str) -> str:
    return f"{settings.ONSHAPE_BASE_URL.rstrip('/')}{path}"


def _json(url: str, *, method: str = "GET", body: bytes | None = None) -> dict[str, Any]:
    content = _called(url, accept="application/json", method=method, body=body)
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as err:
        raise OnshapeFailed("Onshape's answer is no JSON") from err
    if not isinstance(found, dict):
        raise OnshapeFailed("Onshape's answer is no object")
    return found


def _called(url: str, *, accept: str, method: str = "GET", body: bytes | None = None) -> bytes:
    pair = f"{settings.ONSHAPE_ACCESS_KEY}:{settings.ONSHAPE_SECRET_KEY}".encode()
    headers = {
        "Authorization": f"Basic {base64.b64encode(pair).decode()}",
        "Accept": accept,
        **({"Content-Type": "application/json"} if body is not None else {}),
    }
    is_json = accept == "application/json"
    try:
        answer = fetch(
            url,
            method=method,
            headers=headers,
            body=body,
            max_bytes=MOST_ANSWER_BYTES if is_json else MOST_BYTES,
            timeout_s=ASK_S if is_json else FETCH_S,
        )
    except (OutboundFailed, OutboundRefused) as err:
        raise OnshapeFailed(f"Onshape could not be reached: {err.message}") from err
    if _origin(answer.url) != _origin(url):
        raise OnshapeFailed("Onshape's answer leads to another host")
    if not 200 <= answer.status < 300:
        raise OnshapeFailed(f"Onshape answered {answer.status}")
    return answer.body
