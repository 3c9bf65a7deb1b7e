"""Refusals of the fabrication wing; sentences are those of its contract."""

from __future__ import annotations

from typing import Any

from inventory_site.core.errors import ConflictError, DomainError, InvalidInput, NotFound, TooLarge


class FieldRefused(InvalidInput):
    """A field of a part is wrong; one at a time, with the contract's sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields={field: [sentence]})
        self.field = field


class NothingSent(DomainError):
    """The body holds no data to write."""

    code = "NO_DATA"

    def __init__(self) -> None:
        super().__init__("No data provided")


class NobodyNamed(DomainError):
    """A claim says for whom."""

    code = "ASSIGNEE_REQUIRED"

    def __init__(self) -> None:
        super().__init__("Assigned user required")


class PartNotFound(NotFound):
    """There is no such part."""

    code = "PART_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Part not found")


class NotThere(NotFound):
    """What a part would bring is not there: a file, a picture, a drawing, a revision."""

    code = "FILE_NOT_FOUND"


class MoveRefused(ConflictError):
    """The life of a part does not allow the step."""

    code = "TRANSITION_NOT_ALLOWED"

    def __init__(self, verb: str, reason: str) -> None:
        super().__init__(f"Cannot {verb} part", reason=reason)


class NotCompleted(DomainError):
    """Only a completed part can be taken back."""

    code = "PART_NOT_COMPLETED"

    def __init__(self) -> None:
        super().__init__("Part is not completed")


class AlreadyClaimed(ConflictError):
    """Somebody else has the part."""

    code = "PART_ALREADY_CLAIMED"

    def __init__(self, assigned: str) -> None:
        super().__init__("Part is already claimed", assigned=assigned)


class PartChanged(ConflictError):
    """Somebody else changed the part since the caller read it."""

    code, status_code = "PART_CHANGED", 412

    def __init__(self, version: int) -> None:
        super().__init__("Part was changed", version=version)


class UploadRefused(DomainError):
    """The upload is no file that is kept here."""

    code = "INVALID_FILE"

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message, **({"reason": reason} if reason else {}))


class FabricationFileTooLarge(TooLarge):
    """The file is over the limit."""

    def __init__(self, limit_bytes: int) -> None:
        shown = f"{limit_bytes / 1048576:.4g}"
        super().__init__("File too large", reason=f"Maximum size: {shown} MB")


class ModelPending(DomainError):
    """The conversion is not done yet; ask again in a moment."""

    code, status_code = "MODEL_PENDING", 503

    def __init__(self) -> None:
        super().__init__("Model conversion in progress", status="pending")


class ModelFailed(DomainError):
    """The file cannot be converted; the reason is kept until another file comes."""

    code, status_code = "MODEL_FAILED", 422

    def __init__(self, reason: str) -> None:
        super().__init__("Model conversion failed", reason=reason)


class MachineRefused(ConflictError):
    """The machine cannot take the part now."""

    code = "MACHINE_NOT_AVAILABLE"


class QueueChanged(ConflictError):
    """The order that was sent names other parts than those in the queue."""

    code = "QUEUE_CHANGED"

    def __init__(self, ids: list[int]) -> None:
        super().__init__("The queue was changed", ids=ids)


class DrawingRefused(DomainError):
    """No drawing can be given for this part."""

    code = "DRAWING_NOT_AVAILABLE"

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message, **({"reason": reason} if reason else {}))


class DrawingFailed(DomainError):
    """The drawing service did not deliver."""

    code, status_code = "DRAWING_FAILED", 502

    def __init__(self, reason: str) -> None:
        super().__init__("Failed to retrieve drawing", reason=reason)


class DrawingNotDelivered(DrawingRefused):
    """Onshape said why not; the text is the reason."""

    code, status_code = "DRAWING_NOT_DELIVERED", 502


class DrawingPending(DomainError):
    """The drawing is on its way; ask again in a moment."""

    code, status_code = "DRAWING_PENDING", 503

    def __init__(self, reason: str = "The drawing is being fetched") -> None:
        super().__init__("Failed to retrieve drawing", reason=reason)


class WrongPassword(DomainError):
    """The wipe is confirmed with the key of the call."""

    code, status_code = "WRONG_PASSWORD", 403

    def __init__(self) -> None:
        super().__init__("Incorrect password")


class BulkRefused(ConflictError):
    """One of the parts refused, so none was changed; `results` tells each."""

    code = "BULK_REFUSED"

    def __init__(self, results: list[dict[str, Any]]) -> None:
        super().__init__("Nothing was changed", results=results)


class BackupFailed(DomainError):
    """No backup could be written, so nothing was changed."""

    code, status_code = "BACKUP_FAILED", 500
