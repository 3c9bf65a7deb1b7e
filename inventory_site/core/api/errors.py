"""The one exception handler of the native API, and the table of codes."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from inventory_site.core.api.renderers import EnvelopeRenderer
from inventory_site.core.errors import (
    AuthenticationRequired,
    BusyError,
    DomainError,
    InvalidInput,
)

NON_FIELD = "non_field_errors"
OUT_OF_RANGE = re.compile("too large to convert to SQLite INTEGER|out of range")

FRAMEWORK_CODES: dict[type[exceptions.APIException], str] = {
    exceptions.ParseError: "VALIDATION_ERROR",
    exceptions.NotAuthenticated: "UNAUTHORIZED",
    exceptions.AuthenticationFailed: "UNAUTHORIZED",
    exceptions.PermissionDenied: "FORBIDDEN",
    exceptions.NotFound: "NOT_FOUND",
    exceptions.MethodNotAllowed: "METHOD_NOT_ALLOWED",
    exceptions.NotAcceptable: "NOT_ACCEPTABLE",
    exceptions.UnsupportedMediaType: "UNSUPPORTED_MEDIA_TYPE",
    exceptions.Throttled: "THROTTLED",
}
PLAIN_WORDS: dict[type[exceptions.APIException], str] = {
    exceptions.NotAuthenticated: "Authentication required",
    exceptions.NotFound: "Resource not found",
}


def as_refusal(error: Exception) -> DomainError | None:
    """Turn any expected error into a refusal; None for a bug."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, DjangoValidationError):
        return InvalidInput(fields=_django_fields(error))
    if isinstance(error, exceptions.ValidationError):
        return InvalidInput(fields=flat_fields(error.detail))
    if isinstance(error, Http404):
        return _framework(exceptions.NotFound())
    if isinstance(error, PermissionDenied):
        return _framework(exceptions.PermissionDenied("Permission denied"))
    if isinstance(error, exceptions.APIException):
        return _framework(error)
    if isinstance(error, (OverflowError, DataError)) and OUT_OF_RANGE.search(str(error)):
        return _framework(exceptions.NotFound())
    if isinstance(error, OperationalError) and "database is locked" in str(error):
        return BusyError("Somebody else is changing this; try again in a moment.")
    return None


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer `{"success": false, "error": {code, message, details?}}`; None lets a bug be a 500."""
    refusal = as_refusal(error)
    if refusal is None:
        return None
    set_rollback()
    body: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
    if refusal.details:
        body["details"] = refusal.details
    response = Response(
        {"success": False, "error": body}, status=refusal.status_code, headers=headers_of(error)
    )
    request = context.get("request")
    if request is not None and getattr(request, "accepted_renderer", None) is not None:
        _answer_in_json(request)
    return response


def headers_of(error: Exception) -> dict[str, str]:
    """Return the headers that belong to an error: `WWW-Authenticate`, `Retry-After`."""
    headers = {}
    if isinstance(error, AuthenticationRequired):
        headers["WWW-Authenticate"] = "Bearer"
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]  # DRF sets it
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]  # of Throttled
    if isinstance(error, BusyError):
        headers["Retry-After"] = "1"
    return headers


def _answer_in_json(request: Any) -> None:
    if request.accepted_renderer.format in {"csv", "xlsx"}:
        request.accepted_renderer = EnvelopeRenderer()
        request.accepted_media_type = EnvelopeRenderer.media_type


def _framework(error: exceptions.APIException) -> DomainError:
    kind = next((k for k in type(error).__mro__ if k in FRAMEWORK_CODES), None)
    text = PLAIN_WORDS.get(type(error)) or str(error.detail)
    refusal = DomainError(text)
    refusal.code = FRAMEWORK_CODES[kind] if kind else "ERROR"
    refusal.status_code = error.status_code
    return refusal


def _django_fields(error: DjangoValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {
            NON_FIELD if name == "__all__" else name: [str(text) for text in texts]
            for name, texts in error.message_dict.items()
        }
    return {NON_FIELD: [str(text) for text in error.messages]}


def flat_fields(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Flatten DRF's nested details to `{"lines.2.part": [text]}`; what is wrong with a list as a
    whole stands under its own name."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            below = prefix if key == NON_FIELD else f"{prefix}.{key}".removeprefix(".")
            found.update(flat_fields(value, below))
        return found
    if isinstance(detail, list) and any(isinstance(item, (dict, list)) for item in detail):
        found = {}
        for number, item in enumerate(detail):
            if item:
                found.update(flat_fields(item, f"{prefix}.{number}" if prefix else str(number)))
        return found
    texts = detail if isinstance(detail, list) else [detail]
    return {prefix or NON_FIELD: [str(text) for text in texts]}
