"""Refusals: a rule of the house said no. Their text is safe to show to the person who asked."""

from typing import Any


class DomainError(Exception):
    """Base of every refusal; `code` is for programs, `message` for people.

    `details` is JSON that helps the caller, e.g. `{"field": "mtu"}`.
    """

    code = "INVALID"
    status_code = 400

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InvalidInput(DomainError):
    """One or more fields are wrong; `fields` maps each to its sentences."""

    code = "VALIDATION_ERROR"

    def __init__(self, message: str = "", *, fields: dict[str, list[str]] | None = None) -> None:
        fields = fields or {}
        first = next(iter(fields), None)
        sentence = message or (fields[first][0] if first else "The input is not valid.")
        details: dict[str, Any] = {"fields": fields, "field": first} if first else {}
        super().__init__(sentence, **details)
        self.fields = fields


class AuthenticationRequired(DomainError):
    """Nobody is signed in."""

    code, status_code = "UNAUTHORIZED", 401

    def __init__(self, message: str = "Authentication required", **details: Any) -> None:
        super().__init__(message, **details)


class NotAllowed(DomainError):
    """The person may not do this; `details.required` names the permission."""

    code, status_code = "FORBIDDEN", 403

    def __init__(self, message: str = "Permission denied", **details: Any) -> None:
        super().__init__(message, **details)


class NotFound(DomainError):
    """The thing named does not exist, or the person may not know that it does."""

    code, status_code = "NOT_FOUND", 404

    def __init__(self, message: str = "Resource not found", **details: Any) -> None:
        super().__init__(message, **details)


class ConflictError(DomainError):
    """The state of the thing does not allow it now."""

    code, status_code = "CONFLICT", 409


class VersionConflict(ConflictError):
    """Somebody else changed the thing since the caller read it."""

    code = "VERSION_CONFLICT"


class TooLarge(DomainError):
    """A body, file or answer is over its limit."""

    code, status_code = "TOO_LARGE", 413


class BusyError(DomainError):
    """A lock or a place was not free in time; the same call may work in a moment."""

    code, status_code = "BUSY", 503
