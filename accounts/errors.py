"""Refusals of identity."""

from inventory_site.core.errors import DomainError


class InvalidCredentials(DomainError):
    """User name and password do not match an account that may sign in."""

    code, status_code = "AUTH_FAILED", 401


class InvalidToken(DomainError):
    """A refresh token is unknown, used, revoked or expired."""

    code, status_code = "INVALID_TOKEN", 401
