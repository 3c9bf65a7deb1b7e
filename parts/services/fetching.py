"""Pages, PDFs and pictures of other people's servers, through the guard (contract 5.8.9)."""

from __future__ import annotations

import hashlib
import io
import re
import threading
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils import timezone

from inventory_site.core.errors import BusyError, NotFound
from inventory_site.core.files import blobs
from inventory_site.core.files.sniff import sniff
from inventory_site.core.outbound import Fetched, OutboundFailed, OutboundRefused, fetch
from inventory_site.core.outbound.addresses import is_listed
from inventory_site.core.outbound.client import system_resolver
from parts.errors.stock import UrlNotAllowed
from parts.models import FetchedPage
from parts.services.blob_store import DOCS

MIB = 1024 * 1024
LIMITS = {"image": 10 * MIB, "html": 5 * MIB}
LARGEST = 100 * MIB
TIMEOUT_S = 30.0
AT_ONCE, PATIENCE_S = 4, 10.0
KEPT_FOR = timedelta(hours=24)
PREFIX = "fetched/"
USUAL_PORTS = {80, 443}
HTML_KINDS = {"text/html", "application/xhtml+xml", "application/xml"}
LCSC = "www.lcsc.com"
FRAME = re.compile(rb"<iframe[^<>]+src\s*=\s*[\"']?([^\"'>\s]+\.pdf)[\"'\s>]", re.I)

# An answer of up to `LARGEST` is held in memory while it is read.
_few_at_once = threading.BoundedSemaphore(AT_ONCE)


class FetchFailed(Exception):
    """The address did not give what it should; the message says why."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gave: `content_type` by its bytes."""

    url: str
    content_type: str
    body: bytes

    @property
    def is_html(self) -> bool:
        """Whether it is a web page."""
        return self.content_type in HTML_KINDS


def get_page(url: str) -> Page:
    """Return what an address gives, from the cache of a day or by a call.

    Raises `UrlNotAllowed` for what the guard refuses, `BusyError` while this process reads others,
    `FetchFailed` for everything else. Never to be called while a transaction is open.
    """
    known = _cached(url)
    if known is not None:
        return known
    answer = _called(url)
    if not 200 <= answer.status < 300:
        raise FetchFailed(f"the server answered {answer.status}")
    page = Page(answer.url, _kind(answer), answer.body)
    _require_size(page)
    page = _unwrapped(page)
    _remember(url, page)
    return page


def forget_old_pages() -> int:
    """Remove cached answers that are older than a day; returns how many."""
    rows = FetchedPage.objects.filter(fetched_at__lt=timezone.now() - KEPT_FOR)
    removed = 0
    for row in rows[:1000]:
        blobs.remove(DOCS, row.key)
        row.delete()
        removed += 1
    return removed


def known_pages(keys: list[str]) -> set[str]:
    """Say to the file sweep which cached answers have a row."""
    return set(FetchedPage.objects.filter(key__in=keys).values_list("key", flat=True))


def _called(url: str) -> Fetched:
    allow = settings.STOCK_FETCH_ALLOW_HOSTS
    if not _few_at_once.acquire(timeout=PATIENCE_S):
        raise BusyError("Other pages are being read; try again in a moment.")
    try:
        return fetch(
            url, max_bytes=LARGEST, timeout_s=TIMEOUT_S, allow=allow, resolver=_on_usual_ports
        )
    except OutboundRefused as err:
        raise UrlNotAllowed(err.message) from err
    except OutboundFailed as err:
        raise FetchFailed(err.message) from err
    finally:
        _few_at_once.release()


def _on_usual_ports(host: str, port: int) -> list[str]:
    """Resolve a host, known or not; ports beside 80 and 443 only of hosts an operator allowed."""
    try:
        addresses = system_resolver(host, port)
    except (OSError, UnicodeError):
        addresses = []
    allowed = [*settings.STOCK_FETCH_ALLOW_HOSTS, *settings.OUTBOUND_ALLOW]
    if port not in USUAL_PORTS and not is_listed(host, port, addresses, allowed):
        raise OutboundRefused("Only ports 80 and 443 may be called.")
    return addresses


def _kind(answer: Fetched) -> str:
    """By the bytes; a page without a tell-tale beginning is what the server calls HTML."""
    found = sniff(answer.body[:4096])
    said = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return "text/html" if found == "text/plain" and said in HTML_KINDS else found


def _require_size(page: Page) -> None:
    kind = "html" if page.is_html else page.content_type.partition("/")[0]
    if len(page.body) > LIMITS.get(kind, LARGEST):
        raise FetchFailed("the answer is too large")


def _unwrapped(page: Page) -> Page:
    """Follow a distributor's page around a PDF to the PDF (contract 5.8.11)."""
    parts = urlsplit(page.url)
    if not (page.is_html and parts.hostname == LCSC and parts.path.endswith(".pdf")):
        return page
    frame = FRAME.search(page.body)
    if frame is None:
        return page
    try:
        place = urljoin(page.url, frame[1].decode("ascii", "replace"))
    except ValueError:
        return page
    inner = _called(place)
    kind = _kind(inner)
    return Page(inner.url, kind, inner.body) if kind == "application/pdf" else page


def _verdict() -> str:
    allowed = [*settings.OUTBOUND_ALLOW, "|", *settings.STOCK_FETCH_ALLOW_HOSTS]
    return hashlib.sha256("\n".join(allowed).encode()).hexdigest()


def _names(url: str) -> dict[str, str]:
    return {"url_sha256": hashlib.sha256(url.encode()).hexdigest(), "verdict": _verdict()}


def _cached(url: str) -> Page | None:
    fresh = timezone.now() - KEPT_FOR
    row = FetchedPage.objects.filter(**_names(url), fetched_at__gte=fresh).first()
    if row is None:
        return None
    try:
        body = b"".join(blobs.open_stream(DOCS, row.key))
    except (NotFound, BusyError):
        return None
    return Page(row.final_url, row.content_type, body)


def _remember(url: str, page: Page) -> None:
    names = _names(url)
    key = f"{PREFIX}{names['url_sha256']}-{names['verdict'][:8]}"
    blobs.store(io.BytesIO(page.body), storage=DOCS, key=key, max_bytes=LARGEST)
    FetchedPage.objects.update_or_create(
        url_sha256=names["url_sha256"],
        verdict=names["verdict"],
        defaults={
            "url": url,
            "final_url": page.url,
            "content_type": page.content_type,
            "size": len(page.body),
            "key": key,
            "fetched_at": timezone.now(),
        },
    )
