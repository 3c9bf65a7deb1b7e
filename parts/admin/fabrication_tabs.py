"""Tabs of a part's page: model, files, history."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from inventory_site.core.admin import ShortTable, badge, number, when
from parts import policy
from parts.admin.fabrication_words import picture_url
from parts.choices.fabrication import ModelState
from parts.models import FabricationPart
from parts.selectors import fabrication_board as board
from parts.services import fabrication_files as files

LATEST = 50
OPEN = {ModelState.PENDING, ModelState.RUNNING}
WORDS = {
    "created": "submitted",
    "updated": "edited",
    "assigned": "claimed",
    "unclaimed": "put back",
    "reverted": "taken back",
    "file_uploaded": "new file",
    "revision": "new revision",
    "progress": "pieces reported",
    "drawing_fetched": "drawing fetched",
}


def model_tab(request: HttpRequest, part: FabricationPart) -> dict[str, Any]:
    """Show the model that turns, or why there is none."""
    model = board.models_of([part]).get(part.pk)
    on_paper = request.GET.get("r", "")
    api = f"/api/fabrication/parts/{part.pk}"
    return {
        "model": model,
        "is_open": model is not None and model.state in OPEN,
        "is_done": model is not None and model.state == ModelState.DONE,
        "model_url": f"{api}/model",
        "picture": picture_url(part, model),
        "sides": _sides(model),
        "triangles": number(model.triangles) if model and model.triangles else "",
        "volume": f"{model.volume_mm3 / 1000:,.2f}" if model and model.volume_mm3 else "",
        "area": f"{model.area_mm2 / 100:,.1f}" if model and model.area_mm2 else "",
        "download": f"{api}/download" if part.file and part.files.exists() else "",
        "traveller": f"{api}/traveller.pdf",
        "old_revision": on_paper if on_paper and on_paper != part.revision else "",
        "file_url": _file_url(request, part),
        "cad": part.onshape_url if part.onshape_url and part.onshape_url != "#" else "",
    }


def _file_url(request: HttpRequest, part: FabricationPart) -> str:
    """Return the address of the dialog that takes a file, blank where the person may not."""
    if not request.user.has_perm(policy.SUBMIT_FABRICATION):
        return ""
    query = urlencode({"ids": part.pk})
    return f"{reverse('admin:parts_fabricationpart_verb', args=['file'])}?{query}"


def files_tab(request: HttpRequest, part: FabricationPart) -> dict[str, Any]:
    """List the revisions with their files."""
    rows = []
    for row in files.revisions_of(part):
        address = f"/api/fabrication/parts/{part.pk}/revisions/{row.revision}/download"
        is_current = row.revision == part.revision
        rows.append(
            (
                badge(row.revision, "ok" if is_current else "idle"),
                format_html('<a href="{}">{}</a>', address, row.stored_name),
                number(row.blob.size),
                row.uploaded_by,
                when(row.uploaded_at),
                row.reason,
            )
        )
    header = ("Revision", "File", "Bytes", "By", "When", "Why")
    address = _file_url(request, part)
    button = ("New file", address) if address else None
    return {"tables": [ShortTable("Files", header, rows, empty="No file yet.", button=button)]}


def history_tab(request: HttpRequest, part: FabricationPart) -> dict[str, Any]:
    """List what happened, newest first, and who had the part in hand."""
    rows = [
        (
            when(event.at),
            event.actor_name,
            WORDS.get(event.action, event.action.replace("_", " ")),
            _moved(event.from_status, event.to_status),
            _told(event.payload),
        )
        for event in board.events_of(part)[:LATEST]
    ]
    return {"tables": [ShortTable("History", ("When", "Who", "What", "Status", "More"), rows)]}


def _sides(model: Any) -> list[tuple[str, str]]:
    if model is None or not model.bounds:
        return []
    low, high = model.bounds[:3], model.bounds[3:]
    pairs = zip("XYZ", low, high, strict=True)
    return [(axis, f"{most - least:,.1f}") for axis, least, most in pairs]


def _moved(before: str, after: str) -> str:
    return after if before in {"", after} else f"{before} → {after}"


def _told(payload: dict[str, Any]) -> str:
    keys = ("assigned", "good", "scrap", "reason", "file", "revision")
    return ", ".join(f"{key} {payload[key]}" for key in keys if payload.get(key))
