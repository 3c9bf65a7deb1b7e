"""Checking the audit trail from its page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.selectors.audit import WHOLE, chain
from accounts.services import seal_checks
from inventory_site.core.admin import toast


@never_cache
@require_POST
def verify_page(request: HttpRequest) -> HttpResponse:
    """Queue a check of every seal; its result stands on the page of the trail."""
    if not request.user.has_perm(WHOLE):
        raise PermissionDenied
    before = chain().checked_at
    seal_checks.ask(actor=request.user)
    state = chain()
    if state.checked_at == before:
        toast(request, "Every seal is being checked; the result will stand here.")
    else:
        toast(request, f"Broken: {state.broken}" if state.broken else "Every seal is intact.")
    return redirect("admin:accounts_auditentry_changelist")
