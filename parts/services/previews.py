"""What a web page calls itself and looks like (contract 5.8.10)."""

from __future__ import annotations

import html
import io
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from inventory_site.core.errors import DomainError
from parts.errors.stock import PreviewFailed, UrlNotAllowed
from parts.services.fetching import FetchFailed, Page, get_page
from parts.services.pictures import RASTER, NotAPicture, as_png, measure

LONGEST_TITLE = 200
LONGEST_TEXT = 4000  # of a page, before its entities are read; endless digits are no number
MOST_ICONS = 5
PATIENCE_S = 30.0
# No pattern looks twice at the same letters: a page may be made to keep the process busy.
TITLE = re.compile(r"<title[^<>]*>(.*?)(?:</title|\Z)", re.I | re.S)
TAG = re.compile(r"<(meta|link)\b([^<>]*)>", re.I)
ATTRIBUTE = re.compile(r"(?<![\w:-])([\w:-]++)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
PICTURE_NAMES = ("og:image", "twitter:image", "twitter:image:src")
ICON_NAMES = {"icon", "shortcut icon"}
CONVERTED = {"image/gif", "image/x-icon", "image/vnd.microsoft.icon", "image/bmp"}
SVG = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Preview:
    """`kind` is webpage, image, pdf or other."""

    title: str
    kind: str
    original_url: str
    has_image: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an allowed type."""

    body: bytes
    content_type: str


def preview_of(url: str) -> Preview:
    """Fetch an address and say what it is; raises `PreviewFailed`, `UrlNotAllowed`."""
    page = page_or_refusal(url)
    kind = kind_of(page)
    has_image = kind in {"image", "webpage"} and picture_of(page) is not None
    return Preview(title_of(page), kind, url, has_image)


def wire_of(found: Preview) -> dict[str, Any]:
    """Return a preview as callers get it, its picture by the address that reads it."""
    address = f"/api/stock/url-preview/image?url={quote(found.original_url, safe='')}"
    return {
        "title": found.title,
        "image_url": address if found.has_image else None,
        "original_url": found.original_url,
        "content_type": found.kind,
    }


def page_or_refusal(url: str) -> Page:
    """Fetch an address; a failure is the refusal `PreviewFailed`."""
    try:
        return get_page(url)
    except UrlNotAllowed as err:
        if not is_web_address(url):
            raise PreviewFailed("not an address of the web") from err
        raise
    except FetchFailed as err:
        raise PreviewFailed(str(err)) from err


def is_web_address(url: str) -> bool:
    """Whether an address is one of http or https."""
    try:
        return urlsplit(url).scheme.lower() in {"http", "https"}
    except ValueError:
        return False


def kind_of(page: Page) -> str:
    """Return webpage, image, pdf or other."""
    if page.is_html:
        return "webpage"
    if page.content_type == "application/pdf":
        return "pdf"
    return "image" if page.content_type.startswith("image/") else "other"


def title_of(page: Page) -> str:
    """Return the page's title, else the last part of its path; at most 200 characters."""
    found = ""
    if page.is_html and (match := TITLE.search(page.body.decode("utf-8", "replace"))):
        text = _plain(match[1]).strip().partition("<")[0]
        found = text.splitlines()[0].strip() if text.strip() else ""
    found = found or unquote(urlsplit(page.url).path.rstrip("/").rpartition("/")[2]) or "upload"
    return found if len(found) <= LONGEST_TITLE else f"{found[: LONGEST_TITLE - 1]}…"


def _plain(text: str) -> str:
    """Return the beginning of a text with its entities read."""
    return html.unescape(text.strip()[:LONGEST_TEXT])


def picture_of(page: Page) -> Picture | None:
    """Return the first picture of a page that works; of a picture itself.

    No new one is tried after `PATIENCE_S`, however many a page names.
    """
    if kind_of(page) == "image":
        return usable(page)
    until = time.monotonic() + PATIENCE_S
    for address in _candidates(page):
        if time.monotonic() > until:
            break
        try:
            found = usable(get_page(address))
        except (FetchFailed, DomainError):
            continue
        if found is not None:
            return found
    return None


def usable(page: Page) -> Picture | None:
    """Return a picture of an allowed type, larger than a dot; others are turned into PNG."""
    if page.content_type == SVG:
        return None
    if page.content_type not in RASTER and page.content_type not in CONVERTED:
        return None
    try:
        size = measure(page.body)
        if size["width"] <= 1 and size["height"] <= 1:
            return None
        if page.content_type in RASTER:
            return Picture(page.body, page.content_type)
        return Picture(as_png(io.BytesIO(page.body)), "image/png")
    except NotAPicture:
        return None


def _candidates(page: Page) -> Iterator[str]:
    text = page.body.decode("utf-8", "replace")
    metas: dict[str, str] = {}
    icons: list[str] = []
    for tag, inside in TAG.findall(text):
        found = {
            name.lower(): _plain(double or single or bare)
            for name, double, single, bare in ATTRIBUTE.findall(inside)
        }
        name = (found.get("property") or found.get("name") or "").lower()
        if tag.lower() == "meta" and name in PICTURE_NAMES and found.get("content"):
            metas.setdefault(name, found["content"])
        elif tag.lower() == "link" and found.get("rel", "").lower() in ICON_NAMES:
            icons.append(found.get("href", ""))
    icons = [icon for icon in icons if icon][:MOST_ICONS]
    wanted = [metas[name] for name in PICTURE_NAMES if name in metas]
    for address in (*wanted, *icons, "/favicon.ico"):
        try:
            place = urljoin(page.url, address.strip())
        except ValueError:
            continue
        yield place
