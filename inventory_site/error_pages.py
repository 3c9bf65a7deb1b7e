"""Answers to errors that no view made."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string
from django.views import defaults
from django.views.csrf import csrf_failure as csrf_page

from inventory_site.core import context
from inventory_site.error_shapes import DETAIL, ENVELOPE, HTML, error_response, shape_of
from inventory_site.front_ends import page_of_application

NOT_FOUND = {ENVELOPE: "Resource not found", DETAIL: "Not Found"}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: a malformed request, e.g. a host name that is not ours."""
    if shape_of(request.path) == HTML:
        return defaults.bad_request(request, exception or Exception())
    return error_response(request, status=400, code="BAD_REQUEST", message="Bad request")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: raised outside the API's own handler."""
    if shape_of(request.path) == HTML:
        return defaults.permission_denied(request, exception or Exception())
    return error_response(request, status=403, code="FORBIDDEN", message="Permission denied")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such path, unless it is a page of a front end that we serve."""
    application = page_of_application(request)
    if application is not None:
        return application
    shape = shape_of(request.path)
    if shape == HTML:
        return defaults.page_not_found(request, exception)
    message = NOT_FOUND.get(shape, "Not found")
    return error_response(request, status=404, code="NOT_FOUND", message=message)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a bug; says nothing of the inside but the id that the log knows the request by."""
    if shape_of(request.path) == HTML:
        shown = {"request_id": context.current().request_id}
        return HttpResponseServerError(render_to_string("500.html", shown))
    return error_response(
        request, status=500, code="INTERNAL_ERROR", message="Internal server error"
    )


def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponse:
    """403: an unsafe method without the CSRF pair."""
    if shape_of(request.path) == HTML:
        return csrf_page(request, reason=reason)
    return error_response(request, status=403, code="CSRF_FAILED", message=f"CSRF failed: {reason}")
