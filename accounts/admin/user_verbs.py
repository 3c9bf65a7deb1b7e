"""What administrators do to accounts besides editing them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Role, User
from accounts.services import passwords, roles, users
from inventory_site.core.admin import Verb, each
from inventory_site.core.admin.widgets import moment_input

CHANGE = "accounts.change_user"


class NewPassword(forms.Form):
    """A password for somebody else."""

    new = forms.CharField(
        label="New password",
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Has to be changed at the next sign-in.",
    )


class RoleWithEnd(forms.Form):
    """A role, perhaps only until a day."""

    role = forms.ModelChoiceField(Role.objects.all())
    until = forms.DateTimeField(
        required=False,
        label="Until",
        widget=moment_input(),
        help_text="Blank is no end.",
    )


def _unlock(request: HttpRequest, user: User, data: dict[str, Any]) -> str:
    was_locked = users.unlock_user(actor=request.user, user=user)
    return f"{user} may sign in again." if was_locked else f"{user} was not locked."


def _set_password(request: HttpRequest, user: User, data: dict[str, Any]) -> str:
    passwords.set_password(actor=request.user, user=user, new=data["new"])
    return f"{user} has a new password; every session of theirs has ended."


def _drop_factor(request: HttpRequest, user: User, data: dict[str, Any]) -> str:
    users.drop_second_factor(actor=request.user, user=user)
    return f"The second factor of {user} is off; every session of theirs has ended."


def _give_role(request: HttpRequest, user: User, data: dict[str, Any]) -> str:
    role, until = data["role"], data["until"]
    roles.assign_role(actor=request.user, user=user, role_name=role.name, valid_until=until)
    end = f" until {timezone.localtime(until):%d %B %Y, %H:%M}" if until else ""
    return f"{user} holds {role}{end}."


VERBS = [
    Verb(
        slug="give_role",
        label="Give role",
        permission=CHANGE,
        run=each(_give_role, "given the role"),
        form=RoleWithEnd,
        follows="A role that is held already gets the new end.",
        icon="shield-check",
    ),
    Verb(
        slug="unlock",
        label="Unlock",
        permission=CHANGE,
        run=each(_unlock, "unlocked"),
        follows="Bad sign-ins are forgotten.",
        fits=lambda user: user.is_locked or user.failed_login_attempts > 0,
        icon="lock-open",
    ),
    Verb(
        slug="set_password",
        label="Set password",
        permission=CHANGE,
        run=each(_set_password, "given a new password"),
        form=NewPassword,
        follows="Every session of the account ends.",
        on_list=False,
        icon="key-round",
    ),
    Verb(
        slug="drop_second_factor",
        label="Switch second factor off",
        permission=CHANGE,
        run=each(_drop_factor, "without a second factor"),
        follows="For somebody who lost their device. Every session of the account ends.",
        fits=lambda user: user.two_factor_enabled,
        danger=True,
        typed_name=True,
        on_list=False,
        icon="shield-user",
    ),
]
