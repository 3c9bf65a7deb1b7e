"""Errors as the fabrication front ends read them: `{"error", "details"?, "field"?}`."""

from __future__ import annotations

import logging
import math
from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.errors import TooManyGuesses
from inventory_site.core.api.errors import as_refusal, headers_of
from inventory_site.core.errors import (
    AuthenticationRequired,
    DomainError,
    InvalidInput,
    NotAllowed,
    TooLarge,
)
from parts.api.clients.fabrication.access import DETAILS, MISSING
from parts.errors.fabrication import (
    AlreadyClaimed,
    BulkRefused,
    FieldRefused,
    ModelPending,
    PartChanged,
    QueueChanged,
)
from parts.policy import FABRICATION_SCOPES

logger = logging.getLogger(__name__)

SENTENCES: dict[type[Exception], str] = {
    exceptions.ParseError: "Invalid JSON",
    exceptions.NotFound: "Not found",
    exceptions.MethodNotAllowed: "Method not allowed",
    exceptions.UnsupportedMediaType: "Unsupported media type",
}
WITH_ALL_DETAILS = (AlreadyClaimed, BulkRefused, ModelPending, PartChanged, QueueChanged)
CREATE, UPDATE, ACTION = "create", "update", "action"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """Answer every error in the surface's shape; a bug says what failed, and nothing more."""
    refusal = as_refusal(error)
    if isinstance(error, RequestDataTooBig):
        refusal = TooLarge("Request too large")
    set_rollback()
    view = context["view"]
    if refusal is None:
        logger.error("fabrication surface failed", exc_info=error)
        return Response({"error": view.failure_text()}, status=500)
    headers = headers_of(error)
    if isinstance(error, ModelPending):
        headers["Retry-After"] = "2"
    if isinstance(error, TooManyGuesses):
        headers["Retry-After"] = str(max(2, math.ceil(error.retry_after)))
    return Response(
        body_of(error, refusal, view.shape), status=refusal.status_code, headers=headers
    )


def body_of(error: Exception, refusal: DomainError, shape: str) -> dict[str, Any]:
    """Return the body of a refusal."""
    if isinstance(error, FieldRefused):
        return _field_body(error.field, error.message, shape)
    if isinstance(refusal, InvalidInput) and refusal.fields:
        field, texts = next(iter(refusal.fields.items()))
        return _field_body(field, texts[0], shape)
    if isinstance(error, (AuthenticationRequired, exceptions.NotAuthenticated)):
        text = refusal.message if refusal.message in DETAILS else MISSING
        return {"error": text, "details": DETAILS[text]}
    if isinstance(error, TooManyGuesses):
        return {"error": "Rate limited", "message": error.message, **error.details}
    if isinstance(error, NotAllowed) and "required" in refusal.details:
        needed = refusal.details["required"]
        return {
            "error": "Forbidden",
            "details": f"{FABRICATION_SCOPES.get(needed, needed)} required",
        }
    body: dict[str, Any] = {"error": SENTENCES.get(type(error), refusal.message)}
    if isinstance(error, WITH_ALL_DETAILS):
        return body | refusal.details
    if "reason" in refusal.details:
        body["details"] = refusal.details["reason"]
    return body


def _field_body(field: str, text: str, shape: str) -> dict[str, Any]:
    if shape == CREATE:
        return {"error": "Validation Error", "details": text, "field": field}
    if shape == ACTION:
        return {"error": text, "field": field}
    return {"error": text, "details": text, "field": field}
