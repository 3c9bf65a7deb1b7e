"""Refusals of identity."""

from inventory_site.core.errors import DomainError


class InvalidCredentials(DomainError):
    """User name and password do not match an account that may sign in."""

    code, status_code = "AUTH_FAILED", 401


class InvalidToken(DomainError):
    """A refresh token is unknown, used, revoked or expired."""

    code, status_code = "INVALID_TOKEN", 401


class TooManyGuesses(DomainError):
    """Too many wrong keys or passwords lately; `retry_after` is in seconds."""

    code, status_code = "RATE_LIMITED", 429

    def __init__(self, message: str = "", *, retry_after: float = 0.0) -> None:
        super().__init__(
            message
            or f"Please wait {retry_after:.1f} seconds before checking authentication again",
            retry_after=round(retry_after, 2),
        )
        self.retry_after = retry_after


class LabRefused(DomainError):
    """A rule of the lab's accounts said no."""

    code = "LAB_REFUSED"
