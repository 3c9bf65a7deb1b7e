"""Errors as the network-inventory front end reads them: `{"error": "<text>"}`."""

from __future__ import annotations

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from inventory_site.core.api.errors import as_refusal, headers_of
from inventory_site.core.errors import AuthenticationRequired, DomainError, InvalidInput, NotAllowed
from networkroutes.errors import CannotRelease, CannotReserve

SENTENCES: dict[type[Exception], str] = {
    exceptions.NotAuthenticated: "Authentication required",
    AuthenticationRequired: "Authentication required",
    exceptions.PermissionDenied: "Insufficient permissions",
    NotAllowed: "Insufficient permissions",
    exceptions.ParseError: "Invalid JSON",
    exceptions.NotFound: "Not found",
    exceptions.MethodNotAllowed: "Method not allowed",
}
STATUSES: dict[type[Exception], int] = {CannotReserve: 400, CannotRelease: 400}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer one sentence; None lets a bug be a 500 of the same shape."""
    refusal = as_refusal(error)
    if refusal is None:
        return None
    set_rollback()
    own = sentence_of(refusal)
    text = own if own.startswith("CSRF") else SENTENCES.get(type(error), own)
    status = STATUSES.get(type(error), refusal.status_code)
    return Response({"error": text}, status=status, headers=headers_of(error))


def sentence_of(refusal: DomainError) -> str:
    """Return the refusal's sentence; of a form, the first field's with its name."""
    if isinstance(refusal, InvalidInput) and refusal.fields:
        field, texts = next(iter(refusal.fields.items()))
        return f"{field}: {texts[0]}"
    return refusal.message
