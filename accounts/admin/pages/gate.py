"""The way into the admin: password, second step, a forgotten password."""

from __future__ import annotations

import contextlib
import posixpath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from accounts import challenge_cookie
from accounts.admin.pages.keys import answer_of
from accounts.key_site import site_of
from accounts.services import passwords, security_keys, sessions, sign_in
from inventory_site.core.admin import add_refusal
from inventory_site.core.api.throttles import SignInThrottle
from inventory_site.core.errors import DomainError

NOT_HERE = "This account may not open the admin."
TOO_MANY = "Too many attempts from your address; wait a minute."


class PasswordStep(forms.Form):
    """The first step."""

    username = forms.CharField(max_length=255)
    password = forms.CharField(max_length=1024, strip=False)


class CodeStep(forms.Form):
    """The second step: a code, or the answer of a security key."""

    code = forms.CharField(max_length=16, label="Code", required=False)
    credential = forms.CharField(max_length=security_keys.MOST_CHARS, required=False)


class ForgottenForm(forms.Form):
    """Who asks for a link."""

    name = forms.CharField(max_length=255, label="User name or e-mail")


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    new = forms.CharField(
        max_length=1024,
        strip=False,
        label="New password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        max_length=1024,
        strip=False,
        label="New password again",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        data = super().clean() or {}
        if data.get("new") != data.get("again"):
            self.add_error("again", "The two do not match.")
        return data


@never_cache
@csrf_protect
@sensitive_post_parameters("password")
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Do the first step; go on to the second, or in."""
    if request.method == "GET" and request.user.is_authenticated and request.user.is_staff:
        return redirect(_target(request))
    form = PasswordStep(request.POST or None)
    if request.method == "POST" and form.is_valid() and _within_limits(request, form):
        try:
            done = sign_in.sign_in(**form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            if isinstance(done, sign_in.SecondStep):
                return _to_second_step(request, done)
            if (response := _enter(request, form, done)) is not None:
                return response
    return _page(request, "admin/login.html", form, "Sign in", app_path=request.get_full_path())


@never_cache
@csrf_protect
@sensitive_post_parameters("code")
def second_step_page(request: HttpRequest) -> HttpResponse:
    """Do the second step; the cookie of the first one says whose."""
    challenge = challenge_cookie.of(request)
    live = sign_in.live_challenge(challenge)
    if live is None:
        return redirect(f"{reverse('admin:login')}?next={_target(request)}")
    form = CodeStep(request.POST or None)
    if request.method == "POST" and form.is_valid() and _within_limits(request, form):
        try:
            done = _second_step(request, form, live.user_id, challenge)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            if (response := _enter(request, form, done)) is not None:
                challenge_cookie.take_back(response)
                return response
    title = "Second step"
    asked = security_keys.ask(user=live.user, challenge=challenge, site=site_of(request))
    method = live.user.two_factor_method
    return _page(
        request, "accounts/admin/second_step.html", form, title, method=method, asked=asked
    )


@never_cache
@csrf_protect
def forgotten_page(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail; the answer does not say whether the account exists."""
    form = ForgottenForm(request.POST or None)
    is_sent = False
    if request.method == "POST" and form.is_valid() and _within_limits(request, form):
        try:
            passwords.request_reset(
                name=form.cleaned_data["name"], base_url=request.build_absolute_uri("/")
            )
            is_sent = True
        except DomainError as refusal:
            add_refusal(form, refusal)
    title = "Forgotten password"
    return _page(request, "accounts/admin/forgotten.html", form, title, is_sent=is_sent)


@never_cache
@csrf_protect
@sensitive_post_parameters()
def reset_page(request: HttpRequest) -> HttpResponse:
    """Set a new password through a mailed link."""
    uid, token = request.GET.get("uid", ""), request.GET.get("token", "")
    is_good = passwords.account_of_link(uid, token) is not None
    form = NewPasswordForm(request.POST or None)
    if is_good and request.method == "POST" and form.is_valid():
        try:
            passwords.reset_password(uid=uid, token=token, new=form.cleaned_data["new"])
            return redirect("admin:login")
        except DomainError as refusal:
            add_refusal(form, refusal)
    return _page(request, "accounts/admin/reset.html", form, "New password", is_good=is_good)


def _enter(request: HttpRequest, form: forms.Form, done: sign_in.SignedIn) -> HttpResponse | None:
    """Make the session the browser's, or refuse who may not open the admin."""
    if not done.user.is_staff:
        sessions.revoke(done.tokens.session, reason="not staff")
        form.add_error(None, NOT_HERE)
        return None
    request.session.flush()
    request.session = sessions.store_of(done.tokens)
    request.user = done.user
    rotate_token(request)
    return redirect(reverse("admin:password_change") if done.password_expired else _target(request))


def _to_second_step(request: HttpRequest, done: sign_in.SecondStep) -> HttpResponse:
    response = redirect(f"{reverse('admin-second-step')}?next={_target(request)}")
    challenge_cookie.give(response, done.challenge)
    return response


def _second_step(
    request: HttpRequest, form: forms.Form, user_id: int, challenge: str
) -> sign_in.SignedIn:
    if form.cleaned_data["credential"]:
        return sign_in.finish_with_key(
            user_id=user_id,
            challenge=challenge,
            answer=answer_of(request),
            site=site_of(request),
        )
    return sign_in.finish(user_id=user_id, challenge=challenge, code=form.cleaned_data["code"])


def _within_limits(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the address may try again; says so on the form when not."""
    if SignInThrottle().allow_request(request, None):  # type: ignore[arg-type]  # reads the user only
        return True
    form.add_error(None, TOO_MANY)
    return False


def _target(request: HttpRequest) -> str:
    """The page the person wanted, when it is one of ours; a call of the API is none."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return (
        wanted
        if is_ours and not _is_call(urljoin(request.path, wanted))
        else reverse("admin:index")
    )


def _is_call(wanted: str) -> bool:
    """Whether a browser that follows this comes to a view of the API."""
    path = posixpath.normpath(unquote(urlsplit(wanted).path).replace("\\", "/"))
    for one in (path, f"{path}/"):
        with contextlib.suppress(Resolver404):
            if hasattr(resolve(one).func, "cls"):  # which REST framework puts on its views
                return True
    return False


def _page(
    request: HttpRequest, template: str, form: forms.Form, title: str, **more: Any
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": title,
        "form": form,
        "next": _target(request),
        "may_reset": True,
        **more,
    }
    return TemplateResponse(request, template, context)
