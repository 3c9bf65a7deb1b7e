"""Limits of request bodies, known from the first line of the request: 413 before a byte is read.

A WSGI server gives no more than `Content-Length` says, so that number may be believed. Uploads
beyond 2.5 MB are spooled to `FILE_UPLOAD_TEMP_DIR` by Django while they arrive and never stand in
memory whole.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from inventory_site.core.errors import TooLarge
from inventory_site.core.files.blobs import too_large
from inventory_site.core.files.forms import keep_names
from inventory_site.core.whole import whole_number
from inventory_site.error_shapes import HTML, error_response, shape_of

MULTIPART = "multipart/form-data"


class BodyLimitMiddleware:
    """Refuses uploads over `UPLOAD_MAX_REQUEST_BYTES`, the rest over `REQUEST_MAX_BODY_BYTES`.

    What comes in has its files named as they were sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            require_body_within(request, limit_for(request))
        except TooLarge as refusal:
            return _refused(request, refusal)
        keep_names(request)
        return self.get_response(request)


def require_body_within(request: HttpRequest, max_bytes: int) -> None:
    """Raise `TooLarge` when a larger body is announced; for views with a limit of their own.

    Call it before `request.POST`, `request.FILES` or `request.data` are touched.
    """
    if body_length(request) > max_bytes:
        raise too_large(max_bytes)


def body_length(request: HttpRequest) -> int:
    """Return the announced bytes of the body; 0 when nothing sensible is announced."""
    return whole_number(request.META.get("CONTENT_LENGTH")) or 0


def limit_for(request: HttpRequest) -> int:
    """Return the limit of a request of this kind."""
    if (request.content_type or "").lower() == MULTIPART:
        return int(settings.UPLOAD_MAX_REQUEST_BYTES)
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _refused(request: HttpRequest, refusal: TooLarge) -> HttpResponseBase:
    message = refusal.message.replace("File", "Request", 1)
    if shape_of(request.path) == HTML:
        return HttpResponse(message, status=refusal.status_code, content_type="text/plain")
    return error_response(request, status=refusal.status_code, code=refusal.code, message=message)
