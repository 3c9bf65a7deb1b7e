"""Kits and pick lists as the wire shows them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from parts.api.wire.existing import existing
from parts.api.wire.parts import reservation_json
from parts.api.wire.shopping import link_json
from parts.choices.stock import ListStatus, PickStatus
from parts.models import Box, Kit, PickList, PickListLine
from parts.selectors.coverage import Coverage, coverage_of
from parts.selectors.covers import image_url_of


def read_kits(rows: QuerySet[Kit]) -> QuerySet[Kit]:
    """Count what is open for each kit."""
    return rows.select_related("cover_document").annotate(
        list_badge=Count(
            "list_links", filter=~Q(list_links__list__status=ListStatus.DONE), distinct=True
        ),
        pick_badge=Count(
            "pick_lists", filter=~Q(pick_lists__status=PickStatus.COMPLETED), distinct=True
        ),
    )


def kit_json(row: Any) -> dict[str, Any]:
    """Return a kit of `read_kits`."""
    return {
        "id": row.pk,
        "name": row.name,
        "notes": row.notes,
        "description": row.notes,
        "build_target": row.build_target,
        "status": row.status,
        "archived_at": row.archived_at,
        "image_url": image_url_of(row.cover_document),
        "shopping_list_badge_count": row.list_badge,
        "pick_list_badge_count": row.pick_badge,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def one_kit(kit_id: int) -> dict[str, Any]:
    """Read a kit that exists, without its parts."""
    return kit_json(existing(read_kits(Kit.objects.filter(pk=kit_id)), "Project", kit_id))


def full_kit(kit_id: int) -> dict[str, Any]:
    """Read a kit that exists, with coverage, links and pick lists."""
    row = existing(read_kits(Kit.objects.filter(pk=kit_id)), "Project", kit_id)
    covered = coverage_of(row)
    links = row.list_links.select_related("kit", "list").order_by("-created_at", "-pk")
    return {
        **kit_json(row),
        "coverage": covered.state,
        "buildable_units": covered.buildable_units,
        "requirements": [requirement_json(line) for line in covered.lines],
        "shopping_list_links": [link_json(link) for link in links],
        "pick_lists": [pick_list_summary(item) for item in read_pick_lists(row.pick_lists.all())],
    }


def requirement_json(line: Coverage) -> dict[str, Any]:
    """Return a requirement with its coverage."""
    row = line.requirement
    return {
        "id": row.pk,
        "project_id": row.kit_id,
        "part_id4": row.part.id4 if row.part else None,
        "placeholder": row.placeholder,
        "required_qty": row.required_qty,
        "notes": row.notes,
        "designators": row.designators,
        "version": row.version,
        "total_required": line.total_required,
        "in_stock": line.in_stock,
        "reserved": line.reserved,
        "available": line.available,
        "shortfall": line.shortfall,
        "coverage": line.state,
        "coverage_text": line.text,
        "in_inventory": row.part_id is not None,
        "active_reservations": [reservation_json(item) for item in line.reservations],
        "part": {
            "id4": row.part.id4,
            "description": row.part.description,
            "manufacturer_code": row.part.manufacturer_code,
            "type": row.part.type.name if row.part.type else None,
            "total_quantity": row.part.total_quantity,
        }
        if row.part
        else None,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def one_requirement(kit: Kit, requirement_id: int) -> dict[str, Any]:
    """Return one requirement of a kit with its coverage."""
    lines = coverage_of(kit).lines
    return next(requirement_json(line) for line in lines if line.requirement.pk == requirement_id)


def read_pick_lists(rows: QuerySet[PickList]) -> QuerySet[PickList]:
    """Load the lines of pick lists, newest list first."""
    return (
        rows.select_related("kit")
        .prefetch_related("lines__part__cover_document")
        .order_by("-created_at", "-pk")
    )


def pick_list_summary(row: PickList) -> dict[str, Any]:
    """Return a pick list without its lines."""
    lines = list(row.lines.all())
    done = [line for line in lines if line.status == PickStatus.COMPLETED]
    total = sum(line.quantity_to_pick for line in lines)
    picked = sum(line.quantity_to_pick for line in done)
    return {
        "id": row.pk,
        "project_id": row.kit_id,
        "project_name": row.kit.name,
        "requested_units": row.requested_units,
        "status": row.status,
        "line_count": len(lines),
        "open_line_count": len(lines) - len(done),
        "completed_line_count": len(done),
        "total_quantity_to_pick": total,
        "picked_quantity": picked,
        "remaining_quantity": total - picked,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "completed_at": row.completed_at,
    }


def full_pick_list(row: PickList) -> dict[str, Any]:
    """Return a pick list with its lines by part, box and place."""
    lines = sorted(
        row.lines.all(), key=lambda line: (line.part.id4, line.box_no, line.loc_no, line.pk)
    )
    numbers = {line.box_no for line in lines}
    boxes = dict(Box.objects.filter(box_no__in=numbers).values_list("box_no", "description"))
    return {
        **pick_list_summary(row),
        "lines": [_line_json(line, boxes.get(line.box_no)) for line in lines],
    }


def one_pick_list(pick_list_id: int) -> dict[str, Any]:
    """Read a pick list that exists."""
    rows = read_pick_lists(PickList.objects.filter(pk=pick_list_id))
    return full_pick_list(existing(rows, "Pick list", pick_list_id))


def _line_json(line: PickListLine, box_description: str | None) -> dict[str, Any]:
    return {
        "id": line.pk,
        "part_id4": line.part.id4,
        "part_description": line.part.description,
        "image_url": image_url_of(line.part.cover_document),
        "box_no": line.box_no,
        "loc_no": line.loc_no,
        "box_description": box_description,
        "quantity_to_pick": line.quantity_to_pick,
        "status": line.status,
        "picked_at": line.picked_at,
        "history_id": line.history_id,
    }
