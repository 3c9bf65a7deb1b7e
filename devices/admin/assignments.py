"""Credentials on a device's and a group's page: given, taken away, and whose turn it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from devices import policy
from devices.admin.device_verbs import address_of, has_address
from devices.admin.words import CHOOSE
from devices.choices import CREDENTIAL_IN_USE, credential_word
from devices.models import Credential, CredentialAssignment, Device, DeviceGroup
from devices.services import vault_assign, vault_groups
from inventory_site.core.admin import EMPTY, ShortTable, Tab, Verb, badge, each, identifier

NEXT = "Higher numbers are tried first; equal ones by age."
MOST = vault_groups.MAX_PRIORITY


class AssignForm(forms.Form):
    """Which credential, and when it is tried."""

    credential = forms.ModelChoiceField(Credential.objects.none(), empty_label=CHOOSE)
    priority = forms.IntegerField(
        initial=0, min_value=-MOST, max_value=MOST, help_text=f"{NEXT} A repeat changes it."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Credential.objects.kept().filter(status__in=CREDENTIAL_IN_USE).order_by("name")
        self.fields["credential"].queryset = rows  # type: ignore[attr-defined]  # a model choice


def _removal(rows: QuerySet[CredentialAssignment]) -> type[forms.Form]:
    """Return a form that offers the credentials of these assignments."""
    held = Credential.objects.filter(pk__in=rows.values("credential")).order_by("name")
    return type(
        "RemovalForm",
        (forms.Form,),
        {"credential": forms.ModelChoiceField(held, empty_label=CHOOSE)},
    )


def _own(devices: list[Device]) -> QuerySet[CredentialAssignment]:
    ips = [device.ip for device in devices if device.ip]
    return CredentialAssignment.objects.filter(ip_address__in=ips)


def _assign(request: HttpRequest, device: Device, data: dict[str, Any]) -> str:
    row = data["credential"]
    vault_groups.assign(
        actor=request.user,
        ip_address=address_of(device),
        credential_id=row.pk,
        priority=data["priority"],
    )
    return f"{row} is assigned to {device}."


def _unassign(request: HttpRequest, device: Device, data: dict[str, Any]) -> str:
    row = data["credential"]
    vault_groups.unassign(actor=request.user, ip_address=address_of(device), credential_id=row.pk)
    return f"{row} is taken off {device}."


def _assign_group(request: HttpRequest, group: DeviceGroup, data: dict[str, Any]) -> str:
    row = data["credential"]
    vault_assign.assign_to_group(
        actor=request.user, group_id=group.pk, credential_id=row.pk, priority=data["priority"]
    )
    return f"{row} is assigned to {group}."


def _unassign_group(request: HttpRequest, group: DeviceGroup, data: dict[str, Any]) -> str:
    row = data["credential"]
    vault_assign.unassign_from_group(actor=request.user, group_id=group.pk, credential_id=row.pk)
    return f"{row} is taken off {group}."


def _verbs(give: Any, take: Any, rows_of: Any, fits: Any) -> list[Verb]:
    return [
        Verb(
            slug="assign-credential",
            label="Assign a credential",
            permission=policy.CHANGE_CREDENTIAL,
            run=each(give, "assigned"),
            form=AssignForm,
            follows="The secret stays in the vault; commands, scans and polls use it from there.",
            icon="key-round",
            fits=fits,
        ),
        Verb(
            slug="remove-credential",
            label="Remove a credential",
            permission=policy.CHANGE_CREDENTIAL,
            run=each(take, "taken off"),
            form=lambda request, objects: _removal(rows_of(objects)),
            follows="The credential itself stays in the vault.",
            icon="x",
            on_list=False,
            fits=lambda obj: rows_of([obj]).exists(),
        ),
    ]


DEVICE_VERBS = _verbs(_assign, _unassign, _own, has_address)
GROUP_VERBS = _verbs(
    _assign_group,
    _unassign_group,
    lambda groups: CredentialAssignment.objects.filter(group__in=groups),
    None,
)


def link(row: Credential) -> SafeString:
    """Return a credential's name, leading to its page in the vault."""
    return identifier(row.name, reverse("admin:devices_credential_change", args=[row.pk]))


def _turn(one: vault_assign.Candidate) -> SafeString:
    if one.is_chosen:
        return badge("Used", "ok")
    return badge("If that fails", "idle") if one.is_fit else badge(one.hindrance, "warn")


def _of_device(request: HttpRequest, device: Device) -> dict[str, Any]:
    found = vault_assign.candidates(device.ip, actor=request.user) if device.ip else []
    table = ShortTable(
        "Which credential opens this device, in the order they are tried",
        ("Credential", "Type", "User", "Through", "Priority", "Turn"),
        [
            (
                link(one.credential),
                credential_word(one.kind),
                one.credential.username or EMPTY,
                one.through,
                EMPTY if one.priority is None else one.priority,
                _turn(one),
            )
            for one in found
        ],
        empty="None: assign one here or to its group, or make one the default of its type.",
    )
    return {"tables": [table]}


def _of_group(request: HttpRequest, group: DeviceGroup) -> dict[str, Any]:
    rows = group.credentials.filter(credential__is_deleted=False).select_related("credential")
    table = ShortTable(
        "Credentials of these devices, after their own",
        ("Credential", "Type", "User", "Priority"),
        [
            (
                link(row.credential),
                credential_word(row.credential_type or row.credential.credential_type),
                row.credential.username or EMPTY,
                row.priority,
            )
            for row in rows.order_by("-priority", "pk")
        ],
        empty="None yet; assign one and every device of the group may use it.",
    )
    return {"tables": [table]}


def _count_own(request: HttpRequest, device: Device) -> int | None:
    return _own([device]).filter(credential__is_deleted=False).count() or None


def _count_group(request: HttpRequest, group: DeviceGroup) -> int:
    return group.credentials.filter(~Q(credential__is_deleted=True)).count()


DEVICE_TAB = Tab(
    "credentials",
    "Credentials",
    context=_of_device,
    count=_count_own,
    permission=policy.VIEW_CREDENTIAL,
)
GROUP_TAB = Tab(
    "credentials",
    "Credentials",
    context=_of_group,
    count=_count_group,
    permission=policy.VIEW_CREDENTIAL,
)
