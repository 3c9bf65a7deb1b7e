"""Files of devices: kept under random names, never shown inline."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import User
from accounts.services import audit
from devices import policy
from devices.choices import HistoryAction
from devices.errors import Missing
from devices.models import Device, DeviceAttachment
from devices.services import inventory
from inventory_site.core.errors import NotAllowed
from inventory_site.core.files import blobs
from inventory_site.core.locks import guarded

STORAGE = "docs"
PREFIX = "devices/attachments/"


def add_attachment(
    device_id: int, *, actor: Any, name: str, stream: IO[bytes], mime_type: str
) -> Device:
    """Store a file of a device, 25 MB at most; raises `Missing` and `TooLarge`."""
    _require(actor)
    if not Device.objects.current().filter(pk=device_id).exists():
        raise Missing("Device", device_id)
    shown = shown_name(name)
    with blobs.Fresh() as fresh:
        stored = fresh.store(
            stream,
            storage=STORAGE,
            key=blobs.random_key(PREFIX),
            max_bytes=settings.DEVICES_MAX_ATTACHMENT_BYTES,
        )
        with guarded():
            device = inventory.locked_device(device_id)
            kind = "".join(filter(str.isprintable, mime_type)) or stored.content_type
            row = DeviceAttachment.objects.create(
                device=device,
                file_name=shown,
                key=stored.key,
                file_type="image" if "image" in kind else "document",
                mime_type=kind[:255],
                size_bytes=stored.size,
                uploaded_by=actor if isinstance(actor, User) else None,
            )
            inventory.record_history(
                device, actor, HistoryAction.ATTACHMENT_ADDED, notes=f"Added attachment: {shown}"
            )
            audit.record(actor, "device.attachment_added", device, after={"file": row.file_name})
    return device


def delete_attachment(pk: int, *, actor: Any) -> None:
    """Remove a file and its row, or raise `Missing`."""
    _require(actor)
    with guarded():
        row = attachment(pk)
        inventory.record_history(
            row.device,
            actor,
            HistoryAction.ATTACHMENT_DELETED,
            notes=f"Deleted attachment: {row.file_name}",
        )
        audit.record(actor, "device.attachment_deleted", row.device, before={"file": row.file_name})
        forget(row)
        row.delete()


def attachment(pk: int) -> DeviceAttachment:
    """Return an attachment, or raise `Missing`."""
    row = DeviceAttachment.objects.select_related("device").filter(pk=pk).first()
    if row is None:
        missing = Missing("Attachment", pk)
        missing.message = "Attachment not found"
        raise missing
    return row


def forget(row: DeviceAttachment) -> None:
    """Remove the stored file once the open transaction commits."""
    blobs.remove_after_commit(STORAGE, row.key)


def known(names: list[str]) -> set[str]:
    """Return those stored names that have a row."""
    rows: QuerySet[DeviceAttachment] = DeviceAttachment.objects.filter(key__in=names)
    return set(rows.values_list("key", flat=True))


def shown_name(name: str) -> str:
    """Return the last component of a client's file name."""
    last = PurePosixPath(PureWindowsPath(name.replace("\x00", "")).name).name
    return last[:255] or "file"


def _require(actor: Any) -> None:
    if not policy.may_write_inventory(actor):
        raise NotAllowed(required=policy.CHANGE)
