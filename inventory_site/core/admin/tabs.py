"""Tabs of an object page, and the short tables in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from inventory_site.core.admin.components import EMPTY

TAB_PARAM = "tab"
DETAILS = "details"


def _nothing(request: HttpRequest, obj: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of an object page; only the open one is loaded.

    `template` is a fragment; it gets `original`, `opts` and what `context(request, obj)` returns.
    `count` gives the number beside the title; without `permission` everyone who sees the page sees
    the tab.
    """

    slug: str
    title: str
    template: str = "core/admin/short_tables.html"
    context: Callable[[HttpRequest, Any], dict[str, Any]] = _nothing
    count: Callable[[HttpRequest, Any], int | None] | None = None
    permission: str = ""


@dataclass(frozen=True, slots=True)
class ShortTable:
    """A few related rows, read-only; `url` leads to all of them.

    `rows` holds cells that are plain text (escaped) or built by the components; columns of numbers
    stand right-aligned. `button` is label and address of the dialog that fills an empty table.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]] = field(default_factory=list)
    total: int = 0
    url: str = ""
    empty: str = "Nothing here."
    button: tuple[str, str] | None = None

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """The titles, and whether a column holds numbers only."""
        cells = zip(*self.rows, strict=False) if self.rows else ([] for _ in self.header)
        return [
            (title, _are_numbers(column)) for title, column in zip(self.header, cells, strict=False)
        ]

    @property
    def labelled(self) -> list[list[tuple[str, bool, Any]]]:
        """The rows with each cell's title, which a narrow screen shows beside it."""
        columns = self.columns
        return [
            [(*column, cell) for column, cell in zip(columns, row, strict=False)]
            for row in self.rows
        ]


def _are_numbers(cells: Sequence[Any]) -> bool:
    """Whether some cells are numbers and the others are empty."""
    told = [cell for cell in cells if cell not in ("", None, EMPTY)]
    return bool(told) and all(
        (isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool))
        or str(cell).startswith('<span class="pb-num">')
        for cell in told
    )


@dataclass(frozen=True, slots=True)
class ShownTab:
    """A tab as the page draws it."""

    slug: str
    title: str
    url: str
    is_open: bool
    count: int | None


def shown_tabs(
    tabs: Sequence[Tab],
    request: HttpRequest,
    obj: Any,
    *,
    details: str,
    details_first: bool = False,
    opens_on: str = "",
) -> tuple[list[ShownTab], Tab | None]:
    """Return the tabs that the person may see and the open one (None is the details tab)."""
    allowed = [tab for tab in tabs if not tab.permission or request.user.has_perm(tab.permission)]
    known = {tab.slug for tab in allowed} | ({DETAILS} if details else set())
    first = DETAILS if details else (allowed[0].slug if allowed else DETAILS)
    asked = (request.GET.get(TAB_PARAM, ""), opens_on)
    current = next((slug for slug in asked if slug in known), first)
    shown = [_shown(tab, request, obj, current) for tab in allowed]
    if details:
        form = ShownTab(DETAILS, details, f"?{TAB_PARAM}={DETAILS}", current == DETAILS, None)
        shown.insert(0 if details_first else len(shown), form)
    return shown, next((tab for tab in allowed if tab.slug == current), None)


def _shown(tab: Tab, request: HttpRequest, obj: Any, current: str) -> ShownTab:
    count = tab.count(request, obj) if tab.count else None
    return ShownTab(tab.slug, tab.title, f"?{TAB_PARAM}={tab.slug}", tab.slug == current, count)
