"""The password policy as a form, with what it would say of a password while one types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.models import PasswordPolicy
from accounts.services import password_policy
from inventory_site.core.admin import add_refusal, toast
from inventory_site.core.errors import DomainError

VIEW, CHANGE = "accounts.view_setting", "accounts.change_setting"
GROUPS = (
    (
        "Length and characters",
        (
            "min_length",
            "max_length",
            "require_uppercase",
            "min_uppercase",
            "require_lowercase",
            "min_lowercase",
            "require_numbers",
            "min_numbers",
            "require_special_chars",
            "min_special",
            "special_chars_allowed",
        ),
    ),
    (
        "Not allowed",
        (
            "prevent_username_in_password",
            "prevent_email_in_password",
            "prevent_common_passwords",
            "password_history_count",
            "min_password_age_hours",
        ),
    ),
    (
        "Expiry",
        (
            "password_expires",
            "expiration_days",
            "expiration_warning_days",
            "require_password_change_on_first_login",
            "allow_password_reset",
        ),
    ),
    ("Lock-out", ("max_failed_attempts", "lockout_duration_minutes", "reset_failed_count_minutes")),
)


class PolicyForm(forms.ModelForm):
    """Every rule."""

    class Meta:
        model = PasswordPolicy
        fields = list(password_policy.FIELDS)
        labels = {
            "min_length": "Least length",
            "max_length": "Greatest length",
            "require_uppercase": "Ask for upper-case letters",
            "min_uppercase": "At least so many upper-case letters",
            "require_lowercase": "Ask for lower-case letters",
            "min_lowercase": "At least so many lower-case letters",
            "require_numbers": "Ask for digits",
            "min_numbers": "At least so many digits",
            "require_special_chars": "Ask for special characters",
            "min_special": "At least so many special characters",
            "special_chars_allowed": "Characters that count as special",
            "prevent_username_in_password": "Not the user name",
            "prevent_email_in_password": "Not the part of the e-mail address before @",
            "prevent_common_passwords": "Not a common password",
            "password_expires": "Passwords expire",
            "require_password_change_on_first_login": "New accounts change it at first sign-in",
            "allow_password_reset": "May be reset by mail",
            "max_failed_attempts": "Bad sign-ins that lock",
            "lockout_duration_minutes": "Locked for, minutes",
            "reset_failed_count_minutes": "Bad sign-ins are forgotten after, minutes",
            "password_history_count": "Former passwords that are not used again",
            "min_password_age_hours": "Least age before a change, hours",
            "expiration_days": "Expires after, days",
            "expiration_warning_days": "Warn before, days",
        }

    def clean(self) -> dict[str, Any]:
        """Compare the two lengths, where each is a number."""
        data: dict[str, Any] = super().clean() or {}
        least, most = data.get("min_length"), data.get("max_length")
        if least is not None and most is not None and most < least:
            self.add_error("max_length", "This may not be below the least length.")
        return data

    def grouped(self) -> list[tuple[str, list[Any]]]:
        """Return the fields by group."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]


@never_cache
def policy_page(request: HttpRequest) -> HttpResponse:
    """Show the rules; save them for who may change settings."""
    _require(request, VIEW)
    may_change = request.user.has_perm(CHANGE)
    row = password_policy.current_policy()
    form = PolicyForm(request.POST or None, instance=row)
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    if request.method == "POST":
        _require(request, CHANGE)
        if form.is_valid():
            try:
                changes = {name: form.cleaned_data[name] for name in form.changed_data}
                password_policy.update_policy(actor=request.user, changes=changes)
            except (DomainError, ValidationError) as refusal:
                add_refusal(form, refusal)
            else:
                toast(request, "The password policy is saved.")
                return redirect("admin-policy")
    context = {
        **admin.site.each_context(request),
        "title": "Password policy",
        "form": form,
        "groups": form.grouped(),
        "may_change": may_change,
        "requirements": password_policy.requirements(password_policy.current_policy()),
    }
    return TemplateResponse(request, "accounts/admin/policy.html", context)


@never_cache
@require_POST
@sensitive_post_parameters()
def policy_preview(request: HttpRequest) -> HttpResponse:
    """Say what the typed rules, not saved yet, ask for and think of a password."""
    _require(request, VIEW)
    form = PolicyForm(request.POST, instance=PasswordPolicy())
    if not form.is_valid():
        return JsonResponse({"wrong": {name: texts[0] for name, texts in form.errors.items()}})
    rules = form.instance
    tried = request.POST.get("trial", "")[:1024]
    found = password_policy.problems(
        tried, policy=rules, username="jana.novak", email="jana.novak@example.net"
    )
    return JsonResponse(
        {"requirements": password_policy.requirements(rules), "problems": found if tried else []}
    )


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
