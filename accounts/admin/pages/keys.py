"""Security keys on one's own account's page."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.key_site import site_of
from accounts.services import security_keys
from inventory_site.core.admin import toast
from inventory_site.core.api.throttles import SignInThrottle
from inventory_site.core.errors import DomainError
from inventory_site.core.whole import whole_number

PAGE = "admin-account"
TOO_MANY = "Too many attempts from your address; wait a minute."


@never_cache
@require_POST
@sensitive_post_parameters()
def begin_key(request: HttpRequest) -> HttpResponse:
    """Answer what the browser asks a new key; asks the password again."""
    if not SignInThrottle().allow_request(request, None):  # type: ignore[arg-type]  # reads the user only
        return JsonResponse({"message": TOO_MANY}, status=429)
    try:
        begun = security_keys.begin(
            user=request.user, password=request.POST.get("password", ""), site=site_of(request)
        )
    except DomainError as refusal:
        return JsonResponse({"message": refusal.message}, status=refusal.status_code)
    return JsonResponse({"publicKey": begun.options, "state": begun.state})


@never_cache
@require_POST
@sensitive_post_parameters()
def add_key(request: HttpRequest) -> HttpResponse:
    """Keep the key that answered."""
    try:
        row = security_keys.add(
            user=request.user,
            name=request.POST.get("name", ""),
            state=request.POST.get("state", ""),
            answer=answer_of(request),
            site=site_of(request),
        )
        toast(request, f"{row.name} may be used at the next sign-in.")
    except DomainError as refusal:
        toast(request, refusal.message)
    return redirect(PAGE)


@never_cache
@require_POST
def remove_key(request: HttpRequest) -> HttpResponse:
    """Forget a key."""
    number = whole_number(request.POST.get("key")) or 0
    try:
        security_keys.remove(user=request.user, key_id=number)
        toast(request, "The security key is removed.")
    except DomainError as refusal:
        toast(request, refusal.message)
    return redirect(PAGE)


def answer_of(request: HttpRequest) -> dict[str, Any]:
    """Return the browser's answer of a form; an empty one when it is no object."""
    try:
        found = json.loads(request.POST.get("credential", "")[: security_keys.MOST_CHARS])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
