"""Board by stage, queues of machines, figures: the workshop's pages that are no list."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from inventory_site.core.errors import DomainError
from parts import policy
from parts.admin.fabrication_words import cards_of, workshop_page
from parts.choices.fabrication import Stage
from parts.models import FabricationPart, Machine
from parts.selectors import fabrication_board as board
from parts.selectors import fabrication_stats as stats
from parts.services import fabrication_lanes as lanes

ON_BOARD, DONE_ON_BOARD, BEST = 60, 20, 20


def board_view(admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Show what is where, as cards that can be dragged."""
    _require(request, policy.VIEW_FABRICATION)
    columns = []
    for stage in Stage:
        limit = DONE_ON_BOARD if stage == Stage.COMPLETED else ON_BOARD
        parts, total = board.stage_of(stage, limit=limit)
        if stage == Stage.MISC and not total:
            continue
        columns.append(
            {
                "stage": stage.value,
                "title": stage.label,
                "cards": cards_of(parts, request.user),
                "total": total,
                "more": total - len(parts),
            }
        )
    may_move = policy.may(request.user, policy.WORK_FABRICATION)
    return workshop_page(
        admin, request, "parts/admin/fab_board.html", "Workshop", columns=columns, may_move=may_move
    )


def queues_view(admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Show the queue of each machine as a lane."""
    _require(request, policy.VIEW_FABRICATION)
    shown = [
        {
            "id": machine.pk,
            "title": machine.name,
            "note": _note_of(machine),
            "cards": cards_of(parts, request.user),
        }
        for machine, parts in board.machines_with_queues()
    ]
    free = {
        "id": "",
        "title": "No machine",
        "note": "in production",
        "cards": cards_of(board.without_machine(), request.user),
    }
    may_move = policy.may(request.user, policy.WORK_FABRICATION)
    return workshop_page(
        admin,
        request,
        "parts/admin/fab_queues.html",
        "Machine queues",
        lanes=[*shown, free],
        may_move=may_move,
    )


def _note_of(machine: Machine) -> str:
    """Say what a machine is, unless its name does."""
    if not machine.is_active:
        return "takes no new parts"
    kind = machine.get_type_display()
    return "" if kind.casefold() in machine.name.casefold() else kind


def figures_view(admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Show counts, times, people and what is open."""
    _require(request, policy.VIEW_FABRICATION)
    found, people, yields = stats.detailed(), stats.leaderboard()[:BEST], stats.yields()
    by_stage = [(stage.label, found["by_category"][stage.value]) for stage in Stage]
    times = list(found["completion_time_distribution"].items())
    scores = [(row["name"], row["score"]) for row in people]
    open_pieces = board.capacity()
    charts = [
        {"title": "Pieces by stage", "unit": "pieces", "bars": bars(by_stage)},
        {"title": "Pieces by hours from claim to done", "unit": "pieces", "bars": bars(times)},
        {"title": "Leaderboard", "unit": "points", "bars": bars(scores)},
        {
            "title": "Open pieces by subsystem",
            "unit": "pieces",
            "bars": bars(_open_by(open_pieces["by_subsystem"])),
        },
        {
            "title": "Open pieces by machine",
            "unit": "pieces",
            "bars": bars(_open_by(open_pieces["by_machine"])),
        },
    ]
    return workshop_page(
        admin,
        request,
        "parts/admin/fab_figures.html",
        "Workshop figures",
        found=found,
        yields=yields,
        share=f"{yields['yield'] * 100:.4g}" if yields["yield"] is not None else "",
        charts=charts,
    )


def _open_by(rows: list[dict[str, Any]]) -> list[tuple[str, float]]:
    return [(row["name"] or "None", row["amount"]) for row in rows]


def bars(pairs: list[tuple[str, float]]) -> list[dict[str, Any]]:
    """Return label, value and share of the largest in percent; nothing when all are 0."""
    most = max((abs(value) for _, value in pairs), default=0)
    if not most:
        return []
    return [
        {
            "label": label,
            "value": f"{value:g}",
            "share": round(abs(value) / most * 100),
            "is_negative": value < 0,
        }
        for label, value in pairs
    ]


def move_view(admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Take a drag on the board: `{"part", "stage"}`."""
    return _dragged(
        request,
        lambda body: lanes.move_to_stage(
            actor=request.user, part_id=int(body["part"]), stage=str(body["stage"])
        ),
    )


def place_view(admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Take a drag between queues: `{"part", "machine", "ids"}`."""

    def place(body: dict[str, Any]) -> None:
        machine = body.get("machine")
        lanes.place_in_queue(
            actor=request.user,
            part_id=int(body["part"]),
            machine_id=int(machine) if machine else None,
            ids=[int(pk) for pk in body.get("ids", [])],
        )

    return _dragged(request, place)


def _dragged(request: HttpRequest, work: Any) -> JsonResponse:
    if request.method != "POST":
        return JsonResponse({"error": "Method not allowed"}, status=405)
    try:
        part = work(orjson.loads(request.body))
    except DomainError as refusal:
        reason = refusal.details.get("reason") or refusal.message
        return JsonResponse({"error": reason}, status=refusal.status_code)
    except (ValueError, KeyError, TypeError, OverflowError):
        return JsonResponse({"error": "This cannot be read."}, status=400)
    stage = part.category if isinstance(part, FabricationPart) else ""
    return JsonResponse({"stage": stage})


def _require(request: HttpRequest, permission: str) -> None:
    if not policy.may(request.user, permission):
        raise PermissionDenied
