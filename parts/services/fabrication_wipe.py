"""Wiping all parts at the end of a season (contract 3.7)."""

from __future__ import annotations

import hmac
from typing import Any

from accounts.services import audit
from inventory_site.core.errors import NotAllowed
from inventory_site.core.locks import guarded
from parts import policy
from parts.errors.fabrication import WrongPassword
from parts.models import FabricationFile, FabricationPart, PartEvent, PartView
from parts.services.fabrication_backup import write_backup
from parts.services.fabrication_blobs import forget_after_commit


class WipeNotAllowed(NotAllowed):
    """Only who runs the workshop wipes it."""

    def __init__(self) -> None:
        super().__init__("Forbidden")


def wipe(*, actor: Any, password: Any, key: str) -> int:
    """Delete all parts with files and pictures after a backup; returns how many parts.

    `password` must be `key`, what the caller is known by. Raises `WipeNotAllowed`,
    `WrongPassword`, `BackupFailed`; each leaves everything as it was. Numbers go on counting.
    """
    if not policy.may(actor, policy.ADMIN_FABRICATION):
        raise WipeNotAllowed
    if not isinstance(password, str) or not key:
        raise WrongPassword
    if not hmac.compare_digest(password.encode(), key.encode()):
        raise WrongPassword
    backup = write_backup()
    with guarded():
        count = FabricationPart.objects.count()
        files = FabricationFile.objects.values_list("blob_id", "uploaded_at")
        views = PartView.objects.values_list("blob_id", "created_at")
        forget_after_commit([*files, *views])
        FabricationPart.objects.all().delete()
        PartEvent.objects.create(
            part_number=0,
            part_label="All parts",
            actor_name=audit.name_of(actor),
            action="wiped",
            payload={"count": count, "backup": backup.name},
        )
        audit.record(actor, "fabrication.wiped", after={"count": count, "backup": backup.name})
    return count
