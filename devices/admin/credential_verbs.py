"""Verbs of the vault: rotate, test, switch off and on, revoke, put into a group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from devices import policy
from devices.admin.secret_form import (
    AREAS,
    FIELDS_OF,
    HIDDEN,
    SECRET_FIELDS,
    TypedAgain,
    secret_field,
)
from devices.admin.words import CHOOSE
from devices.choices import AccessLevel, CredentialStatus
from devices.models import Credential, CredentialGroup
from devices.services import secrets, vault, vault_groups, vault_requests, vault_test
from inventory_site.core.admin import Answer, RowResult, Verb, each, toast
from inventory_site.core.admin.widgets import moment_input

ON, OFF, REVOKED = (
    CredentialStatus.ACTIVE,
    CredentialStatus.DISABLED,
    CredentialStatus.REVOKED,
)


def warn(request: HttpRequest, saved: vault.Saved | vault_groups.SavedServer) -> None:
    """Tell what is odd about what was stored all the same."""
    for text in saved.warnings:
        toast(request, text, level=messages.WARNING)


class RotationForm(TypedAgain, forms.Form):
    """What is new about a credential; the fields of its type come with `rotation_form`."""

    rotation_type = forms.ChoiceField(
        label="Kind", choices=[(one, one.capitalize()) for one in vault.ROTATION_TYPES]
    )
    valid_until = forms.DateTimeField(
        label="New end",
        required=False,
        help_text="Blank keeps the end as it is.",
        widget=moment_input(),
    )
    notes = forms.CharField(required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        """A rotation without a new secret is none."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(data.get(name) for name in HIDDEN | AREAS):
            self.add_error(None, "Type the new secret; without one nothing is rotated.")
        return data


def rotation_form(request: HttpRequest, objects: list[Credential]) -> type[forms.Form]:
    """Return a form with the secret fields of this credential's type."""
    names = [one for one in FIELDS_OF.get(objects[0].credential_type, ()) if one in SECRET_FIELDS]
    fields = {name: secret_field(name) for name in names}
    return type("RotationOf", (RotationForm,), {**fields, "field_order": names})


def is_open(verb: Verb, row: Credential, actor: Any) -> bool:
    """Whether the actor is among those who may do this to a credential, if it is restricted."""
    if verb.slug == "ask":
        return not policy.may_use(actor, row)
    if verb.permission == policy.USE_CREDENTIAL:
        return policy.may_use(actor, row)
    is_for_keepers = verb.permission in {policy.CHANGE_CREDENTIAL, policy.DELETE_CREDENTIAL}
    return not is_for_keepers or policy.may_keep(actor, row)


def _rotate(request: HttpRequest, objects: list[Credential], data: dict[str, Any]) -> Answer:
    body = {name: value for name, value in data.items() if value not in (None, "")}
    done = vault.rotate_credential(objects[0].pk, actor=request.user, body=body)
    warn(request, done)
    return Answer(f"{done.credential} has a new secret; the old one is kept as a version.")


class TrialForm(forms.Form):
    """Where a credential is tried."""

    target = forms.CharField(
        label="Device",
        max_length=255,
        help_text="An address or a name.",
    )
    port = forms.IntegerField(
        required=False, min_value=1, max_value=65535, help_text="Blank takes the usual one."
    )


def _assigned(request: HttpRequest, objects: list[Credential]) -> dict[str, Any]:
    """Begin with a device that the credential is assigned to."""
    first = objects[0].assignments.exclude(ip_address="").order_by("-priority", "pk").first()
    return {"target": first.ip_address} if first else {}


def _test(request: HttpRequest, objects: list[Credential], data: dict[str, Any]) -> Answer:
    target = data["target"].strip()
    found = vault_test.test_credential(
        objects[0].pk, actor=request.user, target=target, port=data["port"], kind=""
    )
    return tried(target, found["success"], found["message"], found["duration"])


def tried(target: str, works: bool, said: str, seconds: float) -> Answer:
    """Say what came of signing in somewhere."""
    if works:
        return Answer(f"{said} ({seconds} s).")
    return Answer("it does not work", rows=(RowResult(target, False, said),))


def _set(status: str, said: str) -> Callable[[HttpRequest, Credential, dict[str, Any]], str]:
    def run(request: HttpRequest, row: Credential, data: dict[str, Any]) -> str:
        vault.update_credential(row.pk, actor=request.user, body={"status": status})
        return f"{row} is {said}."

    return run


class GroupForm(forms.Form):
    """Which credential group."""

    group = forms.ModelChoiceField(CredentialGroup.objects.order_by("name"), empty_label=CHOOSE)


def _add(request: HttpRequest, row: Credential, data: dict[str, Any]) -> str:
    group = data["group"]
    vault_groups.add_to_group(group.pk, row.pk, actor=request.user)
    return f"{row} is in {group}."


class AskForm(forms.Form):
    """Why somebody needs a restricted credential."""

    reason = forms.CharField(label="Why do you need it?", max_length=2000)


def _ask(request: HttpRequest, row: Credential, data: dict[str, Any]) -> str:
    vault_requests.ask(row.pk, actor=request.user, reason=data["reason"])
    return f"You have asked for {row}; who may reveal it decides."


CREDENTIAL_VERBS = [
    Verb(
        slug="reveal-page",
        label="Reveal",
        permission=policy.REVEAL_CREDENTIAL,
        page=lambda row: reverse("admin:devices_credential_reveal", args=[row.pk]),
        icon="eye",
        on_list=False,
    ),
    Verb(
        slug="rotate",
        label="Rotate",
        permission=policy.CHANGE_CREDENTIAL,
        run=_rotate,
        form=rotation_form,
        follows="The new secret is used at once and the credential is active; "
        "the old secret is kept as a version. The devices are not told.",
        typed_name=True,
        icon="rotate-cw",
        on_list=False,
        fits=lambda row: row.credential_type in secrets.TYPES,
    ),
    Verb(
        slug="test",
        label="Test",
        permission=policy.USE_CREDENTIAL,
        run=_test,
        form=TrialForm,
        initial=_assigned,
        follows="It signs in once and changes nothing there; the use is written down.",
        icon="stethoscope",
        on_list=False,
        fits=lambda row: row.credential_type in vault_test.TESTABLE,
    ),
    Verb(
        slug="ask",
        label="Ask for access",
        permission=policy.USE_CREDENTIAL,
        run=each(_ask, "asked for"),
        form=AskForm,
        follows="Somebody who may reveal it grants it for some hours, or denies it.",
        icon="mail",
        on_list=False,
        fits=lambda row: row.access_level == AccessLevel.RESTRICTED,
    ),
    Verb(
        slug="add-to-group",
        label="Add to a group",
        permission=policy.MANAGE_CREDENTIAL_GROUPS,
        run=each(_add, "added"),
        form=GroupForm,
        icon="folder",
    ),
    Verb(
        slug="enable",
        label="Enable",
        permission=policy.CHANGE_CREDENTIAL,
        run=each(_set(ON, "active"), "enabled"),
        follows="Commands, scans and polls may use it again.",
        icon="play",
        fits=lambda row: row.status not in {ON, CredentialStatus.EXPIRED, REVOKED},
    ),
    Verb(
        slug="disable",
        label="Disable",
        permission=policy.CHANGE_CREDENTIAL,
        run=each(_set(OFF, "disabled"), "disabled"),
        follows="Nothing may use it until it is enabled again; its secret stays.",
        undo="enable",
        icon="pause",
        fits=lambda row: row.status == ON,
    ),
    Verb(
        slug="revoke",
        label="Revoke",
        permission=policy.CHANGE_CREDENTIAL,
        run=each(_set(REVOKED, "revoked"), "revoked"),
        follows="Nothing may use it any more, until it is rotated. "
        "The devices are not told: change the secret there.",
        danger=True,
        typed_name=True,
        icon="ban",
        fits=lambda row: row.status != REVOKED,
    ),
]
