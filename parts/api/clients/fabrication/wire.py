"""Parts as the fabrication front ends read them (contract 2.1, 10)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from parts.choices.fabrication import ModelQuality, ModelState
from parts.fabrication.filenames import stem_of
from parts.models import ConvertedModel, FabricationFile, FabricationPart, PartEvent, PartView
from parts.selectors.fabrication_lists import today


def part_json(part: FabricationPart) -> dict[str, Any]:
    """Return a part with the front ends' names; the last ten are additions."""
    return {
        "id": part.pk,
        "uuid": str(part.uuid),
        "partId": part.part_id,
        "type": part.type,
        "name": part.name,
        "material": part.material,
        "materialThickness": part.material_thickness,
        "subsystem": part.subsystem,
        "assigned": part.assigned,
        "status": part.status,
        "miscInfo": part.misc_info,
        "notes": part.notes,
        "file": part.file,
        "onshapeUrl": part.onshape_url,
        "claimedDate": time_json(part.claimed_date),
        "createdAt": time_json(part.created_at),
        "updatedAt": time_json(part.updated_at),
        "category": part.category,
        "amount": part.amount,
        "version": part.version,
        "revision": part.revision,
        "dueDate": part.due_date.isoformat() if part.due_date else None,
        "priority": part.priority,
        "overdue": is_overdue(part),
        "machineId": part.machine_id,
        "queuePosition": part.queue_position,
        "good": part.good,
        "scrap": part.scrap,
        "rework": part.rework,
    }


def is_overdue(part: FabricationPart) -> bool:
    """Whether a part is late and not completed."""
    return part.due_date is not None and part.due_date < today() and not part.is_completed


def time_json(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC with its offset."""
    return moment.astimezone(UTC).isoformat() if moment else None


def upload_json(row: FabricationFile, model: ConvertedModel | None) -> dict[str, Any]:
    """Answer an upload; of a STEP file with what became of its conversion."""
    path = f"uploads/{row.part_id}/{row.stored_name}"
    found: dict[str, Any] = {
        "message": "File uploaded successfully",
        "filename": row.stored_name,
        "file_path": path,
    }
    if model is not None:
        found["conversion"] = conversion_json(row, model)
    return found


def conversion_json(row: FabricationFile, model: ConvertedModel) -> dict[str, Any]:
    """Say how far a conversion is."""
    is_done, is_failed = model.state == ModelState.DONE, model.state == ModelState.FAILED
    glb = f"uploads/{row.part_id}/{stem_of(row.stored_name)}.glb"
    waiting = None if is_done else "Conversion in progress"
    found: dict[str, Any] = {
        "success": is_done,
        "error": model.error if is_failed else waiting,
        "gltf_path": glb if is_done else None,
        "status": model.state if is_done or is_failed else ModelState.PENDING.value,
    }
    if is_done and model.quality == ModelQuality.COARSE:
        found["quality"] = model.quality
    return found


def manifest_json(part: FabricationPart, views: list[PartView]) -> dict[str, Any]:
    """Return the list of rendered pictures."""
    return {
        "files": {
            str(view.index): {"filename": str(view), "timestamp": time_json(view.created_at)}
            for view in views
        },
        "updated_at": time_json(part.views_updated_at),
    }


def event_json(event: PartEvent) -> dict[str, Any]:
    """Return one step of a part's life."""
    return {
        "id": event.pk,
        "at": time_json(event.at),
        "actor": event.actor_name,
        "action": event.action,
        "fromCategory": event.from_category or None,
        "toCategory": event.to_category or None,
        "fromStatus": event.from_status or None,
        "toStatus": event.to_status or None,
        "payload": event.payload,
    }


def revision_json(row: FabricationFile, current: str) -> dict[str, Any]:
    """Return one revision's file."""
    return {
        "revision": row.revision,
        "current": row.revision == current,
        "file": row.stored_name,
        "sha256": row.blob.sha256,
        "size": row.blob.size,
        "uploadedAt": time_json(row.uploaded_at),
        "uploadedBy": row.uploaded_by,
        "reason": row.reason,
    }
