"""One's own account: password, second factor, sign-ins."""

from __future__ import annotations

from typing import Any

import segno
from django import forms
from django.contrib import admin
from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.admin.pages.gate import NewPasswordForm
from accounts.admin.words import agent_words
from accounts.models import Role, SecurityKey, Session
from accounts.services import password_policy, passwords, second_factor, sessions
from inventory_site.core.admin import add_refusal, toast, when
from inventory_site.core.api.throttles import OwnAccountThrottle
from inventory_site.core.errors import DomainError
from inventory_site.core.whole import whole_number

PAGE = "admin-account"
TOO_MANY = "Too many attempts at this account; wait a minute."


class OwnPasswordForm(NewPasswordForm):
    """The current password, and the new one twice."""

    current = forms.CharField(
        max_length=1024,
        strip=False,
        label="Current password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["current", "new", "again"]


class CodeForm(forms.Form):
    """A code of the app."""

    code = forms.CharField(
        max_length=16,
        label="Code of the app",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class ConfirmForm(forms.Form):
    """The password again."""

    password = forms.CharField(
        max_length=1024,
        strip=False,
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@never_cache
def account_page(request: HttpRequest) -> HttpResponse:
    """Show the account of the person who is signed in."""
    return _account(request, ConfirmForm())


@never_cache
@sensitive_post_parameters()
def password_page(request: HttpRequest) -> HttpResponse:
    """Change one's own password under the policy."""
    form = OwnPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _may_try(request, form):
        data, session = form.cleaned_data, _session(request)
        try:
            passwords.change_password(
                user=request.user, session=session, current=data["current"], new=data["new"]
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            request.user.refresh_from_db()
            request.session[HASH_SESSION_KEY] = request.user.get_session_auth_hash()
            return redirect("admin:password_change_done")
    policy = password_policy.current_policy()
    context = {
        "title": "Change your password",
        "form": form,
        "requirements": password_policy.requirements(policy),
        "is_expired": _session(request).is_limited,
    }
    return _page(request, "registration/password_change_form.html", context)


@never_cache
@sensitive_post_parameters()
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Set the second factor up (POST `begin`), then prove it with a code."""
    form = CodeForm(request.POST if "code" in request.POST else None)
    try:
        if "begin" in request.POST:
            second_factor.set_up(user=request.user)
        elif request.method == "POST" and form.is_valid():
            second_factor.enable(
                user=request.user, session=_session(request), code=form.cleaned_data["code"]
            )
            toast(request, "The second factor is on; every other sign-in has ended.")
            return redirect(PAGE)
    except DomainError as refusal:
        add_refusal(form, refusal)
    waiting = second_factor.waiting_set_up(request.user)
    if waiting is None:
        return redirect(PAGE)
    picture = segno.make(waiting.provisioning_uri, error="m")
    context = {
        "title": "Set up the second factor",
        "form": form,
        "set_up": waiting,
        "picture": picture.svg_data_uri(scale=5, border=4, light="white", dark="black"),
        "secret_groups": [waiting.secret[start : start + 4] for start in range(0, 32, 4)],
    }
    return _page(request, "accounts/admin/second_factor.html", context)


@never_cache
@require_POST
@sensitive_post_parameters()
def disable_page(request: HttpRequest) -> HttpResponse:
    """Switch the second factor off; asks for the password."""
    form = ConfirmForm(request.POST)
    if form.is_valid() and _may_try(request, form):
        try:
            second_factor.disable(user=request.user, password=form.cleaned_data["password"])
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            toast(request, "The second factor is off; its secret and backup codes are erased.")
            return redirect(PAGE)
    return _account(request, form)


@never_cache
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one of one's own sign-ins, or all others."""
    number = whole_number(request.POST.get("session"))
    try:
        if number is not None:
            sessions.end_one(actor=request.user, session_id=number)
            toast(request, "Signed out there.")
        else:
            count = sessions.end_others(user=request.user, keep=_session(request))
            toast(request, f"{count} other sign-in{'' if count == 1 else 's'} ended.")
    except DomainError as refusal:
        toast(request, refusal.message)
    return redirect(PAGE)


def _may_try(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the person may try their password again; says so on the form when not."""
    if OwnAccountThrottle().allow_request(request, None):  # type: ignore[arg-type]  # reads the user only
        return True
    form.add_error(None, TOO_MANY)
    return False


def _session(request: HttpRequest) -> Session:
    """Return the row behind the browser's session; the page is for signed-in people."""
    row: Session = request.session.row  # type: ignore[attr-defined]  # of our session engine
    return row


def _account(request: HttpRequest, form: forms.Form) -> HttpResponse:
    current = _session(request)
    rows = Session.objects.opening().filter(user=request.user).order_by("-last_activity_at", "pk")
    context: dict[str, Any] = {
        "title": "Your account",
        "form": form,
        "person": request.user,
        "roles": Role.objects.filter(group__name__in=request.user.held_roles),
        "expiry": password_policy.expiry_of(request.user),
        "keys": SecurityKey.objects.filter(user=request.user),
        "codes_left": second_factor.codes_left(request.user),
        "sessions": [
            {
                "row": row,
                "device": agent_words(row.user_agent),
                "used": when(row.last_activity_at),
                "current": row.pk == current.pk,
            }
            for row in rows
        ],
    }
    return _page(request, "accounts/admin/account.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    shown = {**admin.site.each_context(request), **context, "account_url": reverse(PAGE)}
    return TemplateResponse(request, template, shown)
