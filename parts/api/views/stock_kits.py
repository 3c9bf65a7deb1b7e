"""Kits, their requirements and pick lists (contract 4.9)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.idempotency import idempotent
from parts.api.serializers.shopping import (
    BuildInput,
    KitInput,
    KitsQuery,
    PickListInput,
    PickQuantityInput,
    PushInput,
    RequirementChange,
    RequirementInput,
    UndoInput,
    UnitsInput,
)
from parts.api.stock_base import (
    StockView,
    flagged,
    listed,
    listed_whole,
    number_in_path,
    page,
    present,
    says,
    sent,
)
from parts.api.views.stock_parts import amounts
from parts.api.wire import kits as wire
from parts.api.wire.shopping import full_list, link_json
from parts.choices.stock import KitStatus, ListStatus, PickStatus
from parts.errors.stock import RecordNotFound, StockInvalid
from parts.models import Kit, KitListLink, PickList
from parts.selectors.allocation import supplies_of
from parts.services import kit_shopping, kits, pick_pdf, picking
from parts.services.movements import Taking


def require_kit(pk: str) -> Kit:
    """Return the kit of a path, or raise `RecordNotFound`."""
    row = Kit.objects.filter(pk=number_in_path(pk, "Project")).first()
    if row is None:
        raise RecordNotFound("Project", pk)
    return row


class KitView(StockView):
    """Kits; projects on the wire."""

    reading = frozenset({"query"})

    @says()
    def list(self, request: Request) -> Response:
        """List kits, newest change first; active ones unless `status` says otherwise."""
        rows = wire.read_kits(Kit.objects.all())
        status = request.query_params.get("status", "").strip() or KitStatus.ACTIVE
        if status not in {*KitStatus.values, "all"}:
            raise StockInvalid(status="status must be active, archived or all.")
        if status != "all":
            rows = rows.filter(status=status)
        if text := request.query_params.get("q", "").strip():
            rows = rows.filter(Q(name__icontains=text) | Q(notes__icontains=text))
        found, meta = page(request, rows.order_by("-updated_at", "-pk"))
        return listed([wire.kit_json(row) for row in found], meta)

    @says(KitInput, 201)
    def create(self, request: Request) -> Response:
        """Begin a kit."""
        kit = kits.create_kit(actor=request.user, values=sent(KitInput, request))
        return Response(wire.full_kit(kit.pk), status=201)

    @says()
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a kit with coverage, links and pick lists."""
        return Response(wire.full_kit(require_kit(pk).pk))

    @says(KitInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change name, notes or target."""
        number = number_in_path(pk, "Project")
        kits.update_kit(actor=request.user, kit_id=number, values=present(KitInput, request))
        return Response(wire.full_kit(number))

    @says(status=204)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a kit."""
        kits.delete_kit(actor=request.user, kit_id=number_in_path(pk, "Project"))
        return Response(status=204)

    @says()
    def archive(self, request: Request, pk: str) -> Response:
        """Make a kit read-only."""
        kit = kits.archive_kit(actor=request.user, kit_id=number_in_path(pk, "Project"))
        return Response(wire.full_kit(kit.pk))

    @says()
    def unarchive(self, request: Request, pk: str) -> Response:
        """Make a kit active again."""
        kit = kits.unarchive_kit(actor=request.user, kit_id=number_in_path(pk, "Project"))
        return Response(wire.full_kit(kit.pk))

    @says(PushInput, 201)
    @idempotent
    def shopping_list(self, request: Request, pk: str) -> Response:
        """Put what is missing on a list."""
        number, values = number_in_path(pk, "Project"), sent(PushInput, request)
        push = kit_shopping.push_kit(
            actor=request.user,
            kit_id=number,
            units=values.get("units"),
            honor_reserved=values["honor_reserved"],
            target=kit_shopping.Target(
                values.get("shopping_list_id"),
                values.get("new_list_name"),
                values.get("new_list_description"),
            ),
            note_prefix=values.get("note_prefix"),
        )
        return Response(_push_json(push), status=201 if push.created_new_list else 200)

    @says(BuildInput)
    @idempotent
    def build(self, request: Request, pk: str) -> Response:
        """Take the parts of some units."""
        number, values = number_in_path(pk, "Project"), sent(BuildInput, request)
        kit, lines = picking.build_kit(
            actor=request.user,
            kit_id=number,
            units=values["units"],
            allocations=_takings(values.get("allocations")),
            decrease_build_target=values["decrease_build_target"],
        )
        deductions = [
            {
                "part_id4": line.part.id4,
                "box_no": line.box_no,
                "loc_no": line.loc_no,
                "qty": -line.delta_qty,
                "history_id": line.pk,
            }
            for line in lines
        ]
        return Response(
            {
                "units": values["units"],
                "deductions": deductions,
                "build_target": kit.build_target,
            }
        )

    @says(KitsQuery)
    def query(self, request: Request) -> Response:
        """Return links and pick lists of kits, in the order asked for."""
        values = sent(KitsQuery, request)
        ids = values["project_ids"]
        known = {kit.pk: kit for kit in Kit.objects.filter(pk__in=ids)}
        for number in ids:
            if number not in known:
                raise RecordNotFound("Project", number)
        links = KitListLink.objects.filter(kit__in=ids).select_related("kit", "list")
        picks = wire.read_pick_lists(PickList.objects.filter(kit__in=ids))
        if not values["include_done"]:
            links = links.exclude(list__status=ListStatus.DONE)
            picks = picks.exclude(status=PickStatus.COMPLETED)
        found_links, found_picks = list(links), list(picks)
        return Response(
            {"results": [_queried(known[number], found_links, found_picks) for number in ids]}
        )


class RequirementView(StockView):
    """What a kit needs."""

    @says()
    def list(self, request: Request, pk: str) -> Response:
        """List what a kit needs, with coverage."""
        return listed_whole(request, wire.full_kit(require_kit(pk).pk)["requirements"])

    @says(RequirementInput, 201)
    def create(self, request: Request, pk: str) -> Response:
        """Add a line."""
        kit, values = require_kit(pk), sent(RequirementInput, request)
        row = kits.add_requirement(actor=request.user, kit_id=kit.pk, values=values)
        return Response(wire.one_requirement(kit, row.pk), status=201)

    @says(RequirementChange)
    def partial_update(self, request: Request, pk: str, rid: str) -> Response:
        """Change a line that is still at the version sent."""
        kit, number = require_kit(pk), number_in_path(rid, "Requirement")
        values = sent(RequirementChange, request)
        kits.update_requirement(
            actor=request.user,
            kit_id=kit.pk,
            requirement_id=number,
            version=values.pop("version"),
            values=values,
        )
        return Response(wire.one_requirement(kit, number))

    @says(status=204)
    def destroy(self, request: Request, pk: str, rid: str) -> Response:
        """Remove a line."""
        kits.delete_requirement(
            actor=request.user,
            kit_id=require_kit(pk).pk,
            requirement_id=number_in_path(rid, "Requirement"),
        )
        return Response(status=204)


class ListLinkView(StockView):
    """That a list was made from a kit."""

    @says(status=204)
    def destroy(self, request: Request, pk: str) -> Response:
        """Forget it; the list keeps its items."""
        kits.delete_list_link(actor=request.user, link_id=number_in_path(pk, "Project list link"))
        return Response(status=204)


class PickListView(StockView):
    """Pick lists."""

    reading = frozenset({"preview"})

    @says(UnitsInput)
    def preview(self, request: Request, pk: str) -> Response:
        """Say which parts are short for some units."""
        kit, units = require_kit(pk), sent(UnitsInput, request)["requested_units"]
        rows = list(kit.requirements.filter(part__isnull=False).select_related("part"))
        supplies = supplies_of([row.part for row in rows if row.part], kit=kit)
        short = []
        for row in sorted(rows, key=lambda row: row.part.id4):
            need, usable = row.required_qty * units, supplies[row.part.pk].usable
            if usable < need:
                short.append(
                    {
                        "part_id4": row.part.id4,
                        "required_quantity": need,
                        "usable_quantity": usable,
                        "shortfall_amount": need - usable,
                    }
                )
        return Response({"parts_with_shortfall": short})

    @says()
    def list(self, request: Request, pk: str) -> Response:
        """List the pick lists of a kit, newest first."""
        found, meta = page(request, wire.read_pick_lists(require_kit(pk).pick_lists.all()))
        return listed([wire.full_pick_list(row) for row in found], meta)

    @says(PickListInput, 201)
    @idempotent
    def create(self, request: Request, pk: str) -> Response:
        """Plan the picking of some units."""
        kit, values = require_kit(pk), sent(PickListInput, request)
        handling = {
            id4.upper(): item["action"]
            for id4, item in values.get("shortfall_handling", {}).items()
        }
        row = picking.create_pick_list(
            actor=request.user,
            kit_id=kit.pk,
            units=values["requested_units"],
            handling=handling,
        )
        return Response(wire.one_pick_list(row.pk), status=201)

    @says()
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a pick list."""
        return Response(wire.one_pick_list(_require_pick_list(pk).pk))

    @says(status=204)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a pick list; `keep_stock=true` leaves picked stock taken."""
        picking.delete_pick_list(
            actor=request.user,
            pick_list_id=number_in_path(pk, "Pick list"),
            keep_stock=bool(flagged(request, "keep_stock")),
        )
        return Response(status=204)

    @says(PickQuantityInput)
    def line(self, request: Request, pk: str, lid: str) -> Response:
        """Change how many to take."""
        values = sent(PickQuantityInput, request)
        row = picking.set_line_quantity(
            actor=request.user, quantity=values["quantity_to_pick"], **_line(pk, lid)
        )
        return Response(wire.one_pick_list(row.pk))

    @says()
    @idempotent
    def pick(self, request: Request, pk: str, lid: str) -> Response:
        """Take what a line says."""
        row = picking.pick_line(actor=request.user, **_line(pk, lid))
        return Response(wire.one_pick_list(row.pk))

    @says(UndoInput)
    @idempotent
    def undo(self, request: Request, pk: str, lid: str) -> Response:
        """Put back what a line took."""
        values = sent(UndoInput, request)
        place = (values["box_no"], values["loc_no"]) if len(values) == 2 else None
        row = picking.undo_line(actor=request.user, place=place, **_line(pk, lid))
        return Response(wire.one_pick_list(row.pk))

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def pdf(self, request: Request, pk: str) -> HttpResponse:
        """Return the pick list as a PDF."""
        row = _require_pick_list(pk)
        return HttpResponse(
            pick_pdf.pick_list_pdf(row),
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="pick_list_{row.pk}.pdf"',
                "Cache-Control": "no-cache",
                "X-Content-Type-Options": "nosniff",
            },
        )


def _require_pick_list(pk: str) -> PickList:
    row = PickList.objects.filter(pk=number_in_path(pk, "Pick list")).select_related("kit").first()
    if row is None:
        raise RecordNotFound("Pick list", pk)
    return row


def _line(pk: str, lid: str) -> dict[str, int]:
    return {
        "pick_list_id": number_in_path(pk, "Pick list"),
        "line_id": number_in_path(lid, "Pick list line"),
    }


def _takings(sent_items: list[dict[str, Any]] | None) -> list[Taking] | None:
    if sent_items is None:
        return None
    pairs = zip(sent_items, amounts(sent_items), strict=True)
    return [Taking(item["part_id4"], amount) for item, amount in pairs]


def _push_json(push: kit_shopping.Push) -> dict[str, Any]:
    row = push.shopping_list
    return {
        "noop": row is None,
        "link": link_json(push.link) if push.link else None,
        "shopping_list": full_list(row.pk) if row else None,
        "created_new_list": push.created_new_list,
        "items_modified": push.items_modified,
        "total_needed_quantity": push.total_needed_quantity,
    }


def _queried(kit: Kit, links: list[KitListLink], picks: list[PickList]) -> dict[str, Any]:
    return {
        "project_id": kit.pk,
        "shopping_list_links": [link_json(row) for row in links if row.kit_id == kit.pk],
        "pick_lists": [wire.pick_list_summary(row) for row in picks if row.kit_id == kit.pk],
    }
