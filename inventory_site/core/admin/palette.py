"""The Ctrl-K palette: objects and verbs that match what was typed."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, JsonResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from inventory_site.core.admin.context import sections_for
from inventory_site.core.registry import verbs
from inventory_site.core.search.everywhere import find_everywhere

HITS_PER_KIND = 6
HITS = 20
SHORTEST = 2


@staff_member_required
@require_GET
def palette(request: HttpRequest) -> JsonResponse:
    """Answer `{"groups": [{"title", "items": [{"label", "note", "url"}]}]}` for `?q=`."""
    text = request.GET.get("q", "").strip()[:200]
    groups = [("Do", _verbs(request.user, text)), ("Go to", _pages(request, text))]
    if len(text) >= SHORTEST:
        groups = [("Found", _objects(request.user, text)), *groups]
    shown = [{"title": title, "items": items} for title, items in groups if items]
    return JsonResponse({"groups": shown})


def _objects(user: Any, text: str) -> list[dict[str, str]]:
    return [
        {"label": hit.label, "note": " · ".join(filter(None, (hit.kind, hit.note))), "url": hit.url}
        for hit in find_everywhere(user, text, HITS_PER_KIND)[:HITS]
    ]


def _verbs(user: Any, text: str) -> list[dict[str, str]]:
    found = []
    for verb in verbs:
        if not user.has_perm(verb.permission) or not _matches(text, verb.title):
            continue
        try:
            found.append({"label": verb.title, "note": "", "url": reverse(verb.url_name)})
        except NoReverseMatch:
            continue
    return found[:HITS]


def _pages(request: HttpRequest, text: str) -> list[dict[str, str]]:
    return [
        {"label": entry.title, "note": section.title, "url": entry.url}
        for section in sections_for(request.user, "")
        for entry in section.entries
        if _matches(text, f"{section.title} {entry.title}")
    ][:HITS]


def _matches(text: str, label: str) -> bool:
    return all(word in label.lower() for word in text.lower().split())
