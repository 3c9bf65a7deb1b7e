"""What the contract adds: travellers, machines, bulk, history, export, drawings, wipe."""

from __future__ import annotations

import uuid as uuids
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.whole import whole_number
from parts import policy
from parts.api.clients.fabrication import wire
from parts.api.clients.fabrication.base import FabricationView, plain_cache, sent
from parts.api.clients.fabrication.views.files import delivered
from parts.api.fabrication_export import exported
from parts.errors.fabrication import BackupFailed, FieldRefused, NotThere
from parts.models import FabricationPart, Machine
from parts.selectors import fabrication_board as board
from parts.selectors import fabrication_lists as lists
from parts.services import (
    fabrication_bulk,
    fabrication_drawings,
    fabrication_queues,
    fabrication_travellers,
    fabrication_wipe,
)

MOST_EVENTS = 200


class HistoryView(FabricationView):
    """`/api/parts/{id}/history`."""

    failures = {"GET": "Failed to retrieve history"}

    def get(self, request: Request, part_id: int) -> Response:
        """List a part's events, newest first."""
        rows = board.events_of(lists.part_of(part_id))
        limit = lists.whole(request.query_params.get("limit"))
        limit = min(limit, MOST_EVENTS) if limit is not None and limit > 0 else MOST_EVENTS
        offset = min(max(lists.whole(request.query_params.get("offset")) or 0, 0), lists.LARGEST)
        found = [wire.event_json(event) for event in rows[offset : offset + limit]]
        return Response({"events": found, "total": rows.count(), "limit": limit, "offset": offset})


class TravellerView(FabricationView):
    """`/api/parts/{id}/traveller.pdf`."""

    failures = {"GET": "Failed to make traveller"}

    def get(self, request: Request, part_id: int) -> HttpResponse:
        """Print one part."""
        return pdf(request, [lists.part_of(part_id)], f"traveller-{part_id}.pdf")


class TravellersView(FabricationView):
    """`/api/parts/travellers.pdf?ids=1,2,3`."""

    failures = {"GET": "Failed to make travellers"}

    def get(self, request: Request) -> HttpResponse:
        """Print up to a hundred parts."""
        ids = ids_of(request.query_params.get("ids", ""))
        return pdf(request, fabrication_travellers.parts_of(ids), "travellers.pdf")


class BulkView(FabricationView):
    """`/api/parts/bulk`."""

    failures = {"POST": "Failed to change parts"}

    def post(self, request: Request) -> Response:
        """Do one verb on many parts."""
        return Response({"results": bulk_results(request.user, sent(request))})


class MachinesView(FabricationView):
    """`/api/parts/machines`."""

    failures = {"GET": "Failed to retrieve machines", "POST": "Failed to create machine"}

    def get(self, request: Request) -> Response:
        """List the machines by name."""
        return Response({"machines": [machine_json(row) for row in Machine.objects.all()]})

    def post(self, request: Request) -> Response:
        """Add a machine."""
        values = machine_values(sent(request))
        row = fabrication_queues.create_machine(actor=request.user, values=values)
        return Response(machine_json(row), status=201)


class MachineQueueView(FabricationView):
    """`/api/parts/machines/{m}/queue`."""

    failures = {"GET": "Failed to retrieve queue", "POST": "Failed to order queue"}

    def get(self, request: Request, machine_id: int) -> Response:
        """List a machine's parts in their order."""
        return Response({"parts": [wire.part_json(part) for part in queue_parts(machine_id)]})

    def post(self, request: Request, machine_id: int) -> Response:
        """Put a machine's parts into the order that is sent."""
        rows = fabrication_queues.order_queue(
            actor=request.user, machine_id=machine_id, ids=sent_ids(sent(request))
        )
        return Response({"parts": [wire.part_json(part) for part in rows]})


class CapacityView(FabricationView):
    """`/api/parts/capacity`."""

    failures = {"GET": "Failed to retrieve capacity"}

    def get(self, request: Request) -> Response:
        """Sum what is open."""
        return Response(board.capacity())


class ExportView(FabricationView):
    """`/api/parts/export?format=csv|xlsx`."""

    failures = {"GET": "Failed to export parts"}

    def get(self, request: Request) -> HttpResponseBase:
        """Return the filtered list as a file."""
        rows = lists.found(lists.asked_for(request.query_params))
        found = exported(rows, request.query_params.get("format", "csv"))
        if found is None:
            raise FieldRefused("format", "format must be csv or xlsx")
        return found


class DrawingView(FabricationView):
    """`/api/parts/{id}/drawing`."""

    failures = {"GET": "Failed to retrieve drawing"}

    def get(self, request: Request, part_id: int) -> HttpResponseBase:
        """Deliver the drawing of a hand part, fetched when needed."""
        refresh = request.query_params.get("refresh", "").strip().lower() == "true"
        row = fabrication_drawings.drawing_of(actor=request.user, part_id=part_id, refresh=refresh)
        try:
            return delivered(request, row)
        except NotThere as err:
            raise NotThere("Drawing file not found") from err


class WipeView(FabricationView):
    """`/api/parts/wipe`."""

    failures = {"POST": "Failed to wipe parts"}

    def post(self, request: Request) -> Response:
        """Delete everything after a backup; confirmed with the key of the call."""
        body = sent(request, leniently=True)
        try:
            count = fabrication_wipe.wipe(
                actor=request.user,
                password=body.get("password"),
                key=getattr(request._request, "fabrication_key", ""),
            )
        except BackupFailed:
            return Response({"error": self.failure_text()}, status=500)
        return Response({"message": "All parts and files wiped successfully", "count": count})


@require_safe
def traveller_page(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    """Lead from the code on paper to the part; says there when the paper is of an old revision."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not policy.may(request.user, policy.VIEW_FABRICATION):
        raise PermissionDenied
    part = get_object_or_404(FabricationPart, uuid=uuid)
    address = reverse("admin:parts_fabricationpart_change", args=[part.pk])
    revision = request.GET.get("r", "")
    return redirect(f"{address}?{urlencode({'r': revision})}" if revision else address)


def pdf(request: Request, parts: list[FabricationPart], name: str) -> HttpResponse:
    """Return travellers as a PDF to be shown."""
    site = f"{request._request.scheme}://{request._request.get_host()}"
    response = HttpResponse(
        fabrication_travellers.traveller_pdf(parts, site),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
    plain_cache(response)
    return response


def bulk_results(actor: Any, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Do what the body of a bulk call says."""
    partial = body.get("atomic") is False or body.get("allOrNothing") is False
    return fabrication_bulk.apply_to_many(
        actor=actor,
        ids=body.get("ids"),
        action=body.get("action"),
        args=body.get("args"),
        all_or_nothing=not partial,
    )


def machine_json(row: Machine) -> dict[str, Any]:
    """Return a machine."""
    return {"id": row.pk, "name": row.name, "type": row.type, "active": row.is_active}


def machine_values(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a machine; raises `FieldRefused` for another kind of value."""
    for name in ("name", "type"):
        if not isinstance(body.get(name) or "", str):
            raise FieldRefused(name, f"{name} must be a string")
    is_active = body.get("active", True)
    if not isinstance(is_active, bool):
        raise FieldRefused("active", "active must be true or false")
    return {
        "name": (body.get("name") or "").strip(),
        "type": body.get("type") or "",
        "is_active": is_active,
    }


def queue_parts(machine_id: int) -> list[FabricationPart]:
    """Return a machine's parts in order; raises `MachineNotFound`."""
    machine = Machine.objects.filter(pk=machine_id).first() if machine_id < 2**63 else None
    if machine is None:
        raise fabrication_queues.MachineNotFound
    return fabrication_queues.queue_of(machine)


def sent_ids(body: dict[str, Any]) -> list[int]:
    """Return the ids of a body; raises `FieldRefused`."""
    ids = body.get("ids")
    if not isinstance(ids, list) or not all(type(pk) is int for pk in ids):
        raise FieldRefused("ids", "ids must be a list of part ids")
    return ids


def ids_of(text: str) -> list[int]:
    """Read ids by comma; raises `FieldRefused`."""
    ids = []
    for word in filter(None, (word.strip() for word in text.split(","))):
        number = whole_number(word)
        if number is None:
            raise FieldRefused("ids", "ids must be part ids by comma")
        ids.append(number)
    return ids
