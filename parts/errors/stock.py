"""Refusals of the stock wing; codes and sentences are those of its contract."""

from __future__ import annotations

from typing import Any

from inventory_site.core.errors import ConflictError, DomainError, InvalidInput, NotFound


class Said(DomainError):
    """A refusal whose `details.message` is always there: `why`, else the sentence itself."""

    def __init__(self, sentence: str, *, why: str = "", **details: Any) -> None:
        super().__init__(sentence, **details)
        self.details["message"] = why or sentence


class StockInvalid(InvalidInput):
    """Fields of a body or query are wrong; the sentence is always the same."""

    def __init__(self, **fields: str) -> None:
        super().__init__(
            "Validation failed", fields={name: [text] for name, text in fields.items()}
        )


class InvalidReference(Said):
    """An id in the body names nothing."""

    code = "INVALID_REFERENCE"

    def __init__(self, field: str) -> None:
        super().__init__("Invalid reference", field=field)


class FileTypeNotAllowed(Said):
    """The bytes are of a kind that is not kept; 415 for the viewer's proxy."""

    code = "FILE_TYPE_NOT_ALLOWED"

    def __init__(self, kind: str, *, status: int = 400) -> None:
        super().__init__(
            f"Cannot create file attachment because file type not allowed: {kind}",
            content_type=kind,
        )
        self.status_code = status


class FileTooLarge(Said):
    """A file is over the limit of its kind."""

    code = "FILE_TOO_LARGE"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            "Cannot validate file size because file too large, "
            f"maximum size: {limit_bytes / 1048576:.1f}MB",
            limit_bytes=limit_bytes,
        )


class UrlNotAllowed(Said):
    """The fetch guard refused an address."""

    code = "URL_NOT_ALLOWED"


class PreviewFailed(Said):
    """The page behind an address could not be read."""

    code, status_code = "PREVIEW_FAILED", 422

    def __init__(self, why: str) -> None:
        super().__init__("Failed to extract URL preview", why=why)


class RecordNotFound(Said, NotFound):
    """The thing named does not exist: `Box 9999 was not found`."""

    code = "RECORD_NOT_FOUND"

    def __init__(self, what: str, key: object) -> None:
        super().__init__(f"{what} {key} was not found")


class ResourceConflict(Said, ConflictError):
    """A unique value is taken, or somebody else was faster."""

    code = "RESOURCE_CONFLICT"


class RowChanged(ResourceConflict):
    """The optimistic lock was lost."""

    def __init__(self, **details: Any) -> None:
        super().__init__("The row was changed by someone else", **details)


class InvalidOperation(Said, ConflictError):
    """A rule forbids it: `Cannot <operation> because <cause>`."""

    code = "INVALID_OPERATION"

    def __init__(self, operation: str, cause: str, **details: Any) -> None:
        super().__init__(f"Cannot {operation} because {cause}", why=cause, **details)


class InsufficientQuantity(Said, ConflictError):
    """A place holds less than was asked for."""

    code = "INSUFFICIENT_QUANTITY"

    def __init__(self, *, location: str, requested: int, available: int) -> None:
        super().__init__(
            f"Not enough parts available at {location} (requested {requested}, have {available})",
            why="Insufficient quantity available",
            requested=requested,
            available=available,
            location=location,
        )


class InUse(Said, ConflictError):
    """Something else needs the thing that was to go."""

    code = "IN_USE"


class CapacityConflict(Said, ConflictError):
    """A box would lose places that hold stock."""

    code = "CAPACITY_CONFLICT"


class PlanStale(Said, ConflictError):
    """The stock behind a step is not what the plan saw."""

    code = "PLAN_STALE"


class PlanExpired(Said, ConflictError):
    """The plan is too old to be applied."""

    code = "PLAN_EXPIRED"


class AiDisabled(Said, ConflictError):
    """No AI service is set up, or the day's money is spent."""

    code = "AI_DISABLED"

    def __init__(self, cause: str = "AI is not configured") -> None:
        super().__init__(f"Cannot perform AI analysis because {cause}")
