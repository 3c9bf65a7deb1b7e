"""`Idempotency-Key`: a POST that starts work is done once, however often it is sent."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.renderers import dumps
from inventory_site.core.errors import ConflictError, InvalidInput
from inventory_site.core.models.idempotency import IdempotencyKey

KEPT_FOR = timedelta(hours=24)
ABANDONED_AFTER = timedelta(minutes=10)


class KeyInUse(ConflictError):
    """The first call with this key is still under way."""

    code = "IDEMPOTENCY_IN_PROGRESS"


class KeyReused(ConflictError):
    """The key came with another body before."""

    code = "IDEMPOTENCY_KEY_REUSED"


def idempotent(view: Callable[..., Response]) -> Callable[..., Response]:
    """Decorate a view method; without the header it is an ordinary call.

    A refusal (4xx) is forgotten, so that a corrected call may use the key again.
    """

    @functools.wraps(view)
    def guarded(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(self, request, *args, **kwargs)
        if len(key) > 255:
            raise InvalidInput(fields={"Idempotency-Key": ["At most 255 characters."]})
        row, fresh = _claim(request, key)
        if not fresh:
            return Response(row.body, status=row.status, headers={"Idempotency-Replayed": "true"})
        try:
            response = view(self, request, *args, **kwargs)
        except BaseException:
            row.delete()
            raise
        row.status, row.body = response.status_code, orjson.loads(dumps(response.data))
        row.save(update_fields=["status", "body"])
        return response

    return guarded


def forget_old_keys() -> int:
    """Remove keys past their keeping; the retention job calls this."""
    deleted, _ = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return deleted


def _claim(request: Request, key: str) -> tuple[IdempotencyKey, bool]:
    caller = str(request.user.pk) if request.user and request.user.is_authenticated else "anonymous"
    text = dumps([request.method, request.path, request.data])
    fingerprint = hashlib.sha256(text).hexdigest()
    abandoned = timezone.now() - ABANDONED_AFTER
    IdempotencyKey.objects.filter(
        caller=caller, key=key, status=0, created_at__lt=abandoned
    ).delete()
    try:
        with transaction.atomic():
            made = IdempotencyKey.objects.create(caller=caller, key=key, fingerprint=fingerprint)
            return made, True
    except IntegrityError:
        row = IdempotencyKey.objects.get(caller=caller, key=key)
    if row.fingerprint != fingerprint:
        raise KeyReused("This Idempotency-Key came with another request before.")
    if row.status == 0:
        raise KeyInUse("The first request with this Idempotency-Key is still under way.")
    return row, False
