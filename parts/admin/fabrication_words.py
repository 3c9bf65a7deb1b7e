"""How the workshop's pages say things: states, cards, addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from inventory_site.core.admin import badge, when
from parts.choices.fabrication import PartStatus
from parts.models import ConvertedModel, FabricationPart
from parts.selectors import fabrication_board as board

STATES = {
    PartStatus.PENDING: "wait",
    PartStatus.REVIEWED: "ok",
    PartStatus.APPROVED: "ok",
    PartStatus.IN_PROGRESS: "taken",
    PartStatus.STARTED: "warn",
    PartStatus.COMPLETED: "ok",
    PartStatus.CANCELLED: "idle",
}
PAGE = "admin:parts_fabricationpart"


class FabricationLooks:
    """Templates and styles of the workshop's pages; mixed into their admins."""

    change_form_template = "parts/admin/fab_object.html"

    class Media:
        css = {"all": ["parts/fabrication.css"]}


@dataclass(frozen=True, slots=True)
class Card:
    """A part as the board and the queues show it."""

    part: FabricationPart
    url: str
    picture: str
    state: SafeString
    due: SafeString | str
    verb: str = ""
    verb_url: str = ""


def cards_of(parts: list[FabricationPart], user: Any) -> list[Card]:
    """Return cards with the one verb that people need next."""
    models = board.models_of(parts)
    return [_card(part, models.get(part.pk), user) for part in parts]


def picture_url(part: FabricationPart, model: ConvertedModel | None) -> str:
    """Return where the rendered picture is, blank for none."""
    has_picture = model is not None and model.has_picture
    return address_of_picture(part) if has_picture else ""


def address_of_picture(part: FabricationPart) -> str:
    """Return where the picture of a part is that has one."""
    return f"/api/fabrication/parts/{part.pk}/picture"


def state_of(part: FabricationPart) -> SafeString:
    """Draw a part's status."""
    return badge(part.get_status_display(), STATES[PartStatus(part.status)])


def due_of(part: FabricationPart) -> SafeString | str:
    """Draw when a part is due; red once it is late."""
    return when(part.due_date, acts=not part.is_completed) if part.due_date else ""


def workshop_page(
    admin: Any, request: HttpRequest, template: str, title: str, **context: Any
) -> TemplateResponse:
    """Draw a page of the workshop that is no list and no object."""
    shared = admin.admin_site.each_context(request)
    return TemplateResponse(
        request, template, {**shared, "opts": admin.opts, "title": title, **context}
    )


def verb_url(slug: str, pk: int) -> str:
    """Return the address of a verb's dialog."""
    return f"{reverse(f'{PAGE}_verb', args=[slug])}?ids={pk}"


def _card(part: FabricationPart, model: ConvertedModel | None, user: Any) -> Card:
    slug, word, permission = _next(part)
    may = bool(slug) and user.has_perm(permission)
    return Card(
        part=part,
        url=reverse(f"{PAGE}_change", args=[part.pk]),
        picture=picture_url(part, model),
        state=state_of(part),
        due=due_of(part),
        verb=word if may else "",
        verb_url=verb_url(slug, part.pk) if may else "",
    )


def _next(part: FabricationPart) -> tuple[str, str, str]:
    if part.is_completed:
        return "", "", ""
    if not part.in_production:
        return "approve", "Approve", "parts.review_fabricationpart"
    if part.assigned or part.status == PartStatus.IN_PROGRESS:
        return "complete", "Done", "parts.work_fabricationpart"
    return "claim", "Claim", "parts.work_fabricationpart"
