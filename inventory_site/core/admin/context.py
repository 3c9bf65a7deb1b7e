"""What every page's frame needs: theme, sidebar, counts."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject

from inventory_site.core.admin import theme
from inventory_site.core.registry import SidebarEntry, sidebar

OVERVIEW = "Overview"
SECTIONS = {
    OVERVIEW: "layout-dashboard",
    "Routes": "route",
    "Devices": "server",
    "Vault": "key-round",
    "Bookings": "calendar-clock",
    "Automation": "workflow",
    "Parts": "package",
    "Workshop": "wrench",
    "Alerts": "bell",
    "Settings": "settings",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the sidebar as drawn."""

    title: str
    icon: str
    url: str
    count: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the operator's day; its link leads to its first entry."""

    title: str
    icon: str
    entries: list[Entry]

    @property
    def url(self) -> str:
        """Where the section's own line leads."""
        return self.entries[0].url

    @property
    def count(self) -> int:
        """How much in this section needs the person."""
        return sum(entry.count for entry in self.entries)

    @property
    def is_open(self) -> bool:
        """Whether the person is on one of its pages."""
        return any(entry.is_here for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything around a page."""

    theme: str
    sections: list[Section]
    needs: int


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame for signed-in staff; it is worked out only when a page draws it."""
    return {"frame": SimpleLazyObject(lambda: build(request))}


def build(request: HttpRequest) -> Frame:
    """Work out the frame of one call."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_staff:
        return Frame(theme.NAME, [], 0)
    sections = sections_for(user, request.path)
    return Frame(theme.NAME, sections, sum(section.count for section in sections))


def sections_for(user: Any, path: str) -> list[Section]:
    """Return the sections with at least one entry that the person may open."""
    prefix = get_script_prefix()
    allowed = [
        (entry, _url(entry.url_name, prefix)) for entry in _ordered() if _is_for(user, entry)
    ]
    open_url = _nearest([url for _, url in allowed if url], path)
    by_section: dict[str, list[Entry]] = {OVERVIEW: [_overview(path)]}
    for entry, url in allowed:
        if url:
            count = entry.count(user) if entry.count else 0
            line = Entry(entry.title, entry.icon, url, count, url == open_url)
            by_section.setdefault(entry.section, []).append(line)
    titles = [*SECTIONS, *(title for title in by_section if title not in SECTIONS)]
    return [
        Section(title, SECTIONS.get(title, "circle"), by_section[title])
        for title in titles
        if title in by_section
    ]


def _is_for(user: Any, entry: SidebarEntry) -> bool:
    is_shown = getattr(user, "visible_modules", {}).get(entry.module, True)
    return is_shown and user.has_perm(entry.permission)


def _overview(path: str) -> Entry:
    url = reverse("admin:index")
    return Entry(OVERVIEW, SECTIONS[OVERVIEW], url, 0, path == url)


def _ordered() -> list[SidebarEntry]:
    return sorted(sidebar, key=lambda entry: (entry.order, entry.title))


@functools.cache
def _url(name: str, prefix: str) -> str:
    """Return a page's address, worked out once: a frame has sixty of them."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _nearest(urls: Sequence[str], path: str) -> str:
    """Return the address a page lies below, else one among the pages of the same model."""
    plain = {url: url.partition("?")[0] for url in urls}
    above = [url for url in urls if path.startswith(plain[url])]
    beside = [url for url in urls if path.startswith(_of_the_model(plain[url]))]
    return max(above or beside, key=len, default="")


def _of_the_model(url: str) -> str:
    return "/".join([*url.split("/")[:4], ""])
