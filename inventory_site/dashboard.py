"""The overview: cards that apps registered, in the order of an operator's questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from inventory_site.core.errors import DomainError
from inventory_site.core.registry import CardContent, DashboardCard, cards

logger = structlog.get_logger(__name__)

REFRESH_S = 30
COLUMNS = {
    "needs_you": ("Needs you", "inbox", "Nothing waits for you."),
    "broken": ("Broken now", "triangle-alert", "Nothing is broken."),
    "running": ("Running", "activity", "Nothing is running."),
    "next": ("Next", "calendar-clock", "Nothing is due."),
}
FIGURES = "figures"
FAULTS = (
    DatabaseError,
    DomainError,
    NoReverseMatch,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
)


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card with what it shows now; `content` is None where it could not be read."""

    card: DashboardCard
    content: CardContent | None

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell."""
        return self.content is not None and not self.content.lines and not self.content.bars


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """One question and the cards that answer it."""

    slug: str
    title: str
    icon: str
    empty: str
    cards: list[ShownCard]

    @property
    def loud(self) -> list[ShownCard]:
        """The cards that have something to tell."""
        return [card for card in self.cards if not card.is_quiet]

    @property
    def quiet(self) -> list[ShownCard]:
        """The cards that have nothing to tell; they stand below in one line each."""
        return [card for card in self.cards if card.is_quiet]


def load_columns(user: Any) -> tuple[list[ShownColumn], list[ShownCard]]:
    """Return the four columns and the figures; one bounded query per card that the person may
    see.
    """
    shown: dict[str, list[ShownCard]] = {}
    for card in sorted(cards, key=lambda card: (card.order, card.title)):
        if user.has_perm(card.permission):
            shown.setdefault(card.column, []).append(ShownCard(card, _load(card, user)))
    columns = [
        ShownColumn(slug, title, icon, empty, shown.get(slug, []))
        for slug, (title, icon, empty) in COLUMNS.items()
    ]
    return columns, shown.get(FIGURES, [])


def _load(card: DashboardCard, user: Any) -> CardContent | None:
    """Read one card; one that fails says so and leaves the others standing."""
    try:
        return card.load(user)
    except FAULTS:
        logger.exception("card could not be read", card=card.slug)
        return None


def overview(request: HttpRequest) -> HttpResponse:
    """Draw the first page of the admin."""
    return admin.site.index(request, {"title": "Overview", **_context(request)})


@never_cache
@require_GET
@staff_member_required
def overview_cards(request: HttpRequest) -> HttpResponse:
    """Draw only the cards, for the page's own refresh."""
    return render(request, "core/admin/overview_cards.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    if not request.user.is_authenticated or not request.user.is_staff:
        return {}
    columns, figures = load_columns(request.user)
    return {"columns": columns, "figures": figures, "refresh_s": REFRESH_S}


urlpatterns = [
    path("", admin.site.admin_view(overview)),
    path("overview/", overview_cards, name="admin-overview"),
]
