"""Refusals of identity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inventory_site.core.errors import ConflictError, DomainError, NotAllowed


class InvalidCredentials(DomainError):
    """User name and password do not match an account that may sign in."""

    code, status_code = "AUTH_FAILED", 401


class WrongPassword(DomainError):
    """The password that a signed-in person gave to confirm a change is not theirs."""

    code, status_code = "AUTH_FAILED", 400


class InvalidToken(DomainError):
    """A refresh token is unknown, used, revoked or expired."""

    code, status_code = "INVALID_TOKEN", 401


class TooManyGuesses(DomainError):
    """Too many wrong keys or passwords lately; `retry_after` is in seconds."""

    code, status_code = "RATE_LIMITED", 429

    def __init__(self, message: str = "", *, retry_after: float = 0.0) -> None:
        said = round(retry_after, 2)
        super().__init__(
            message or f"Please wait {said:.1f} seconds before checking authentication again",
            retry_after=said,
        )
        self.retry_after = retry_after


class LabRefused(DomainError):
    """A rule of the lab's accounts said no."""

    code = "LAB_REFUSED"


class SecondFactorFailed(DomainError):
    """The second step has no live first step, or its code is wrong, used or too old."""

    code, status_code = "2FA_FAILED", 401

    def __init__(self, message: str = "Invalid verification code", **details: Any) -> None:
        super().__init__(message, **details)


class InvalidCode(DomainError):
    """The code that should prove the new second factor is wrong."""

    code = "INVALID_CODE"

    def __init__(self, message: str = "Invalid verification code", **details: Any) -> None:
        super().__init__(message, **details)


class SecondFactorOn(ConflictError):
    """The second factor is on already; it has to be disabled before a new one is set up."""

    code = "TWO_FACTOR_ENABLED"


class SecondFactorOff(ConflictError):
    """What was asked for needs a second factor that is on."""

    code = "TWO_FACTOR_DISABLED"


class TooSoon(DomainError):
    """A code was sent less than a minute ago."""

    code, status_code = "THROTTLED", 429


class PasswordRejected(DomainError):
    """A new password breaks the policy; `details` lists every rule it breaks."""

    code = "VALIDATION_ERROR"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(problems[0])
        self.details = list(problems)  # type: ignore[assignment]  # the contract has a list here


class PasswordExpired(NotAllowed):
    """The password has expired; the session may change it and do nothing else."""

    code = "PASSWORD_EXPIRED"

    def __init__(
        self, message: str = "Your password has expired; change it to go on.", **details: Any
    ) -> None:
        super().__init__(message, **details)


class Duplicate(ConflictError):
    """Somebody holds the role already."""

    code = "DUPLICATE"


class CannotDeleteSystem(DomainError):
    """A seeded role stays."""

    code = "CANNOT_DELETE_SYSTEM"


class RoleHasUsers(DomainError):
    """A role that somebody holds stays."""

    code = "ROLE_HAS_USERS"


class DirectoryUnavailable(DomainError):
    """A directory cannot be asked; the text says which and what to do."""

    code, status_code = "DIRECTORY_UNAVAILABLE", 503
