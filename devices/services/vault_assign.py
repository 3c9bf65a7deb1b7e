"""Credentials for whole groups of devices, and whose turn it is on one device."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.services import audit
from devices import policy
from devices.addresses import normal_ip
from devices.choices import AuthMethod
from devices.errors import Missing, Refused
from devices.models import Credential, CredentialAssignment, DeviceGroup
from devices.selectors.groups import addresses_among
from devices.services import groups, vault, vault_use
from devices.services.vault_resolve import ORDER
from devices.services.vault_use import assigned_device
from inventory_site.core.locks import guarded


@dataclass(frozen=True, slots=True)
class Candidate:
    """One credential that may open a device; the first of its kind that is `fit` does."""

    kind: str
    credential: Credential
    through: str
    priority: int | None
    hindrance: str
    is_chosen: bool

    @property
    def is_fit(self) -> bool:
        """Whether nothing keeps it from being used."""
        return not self.hindrance


def assign_to_group(
    *, actor: Any, group_id: int, credential_id: int, priority: int = 0
) -> CredentialAssignment:
    """Give a group's devices a credential; a repeat changes the priority."""
    policy.require(actor, policy.CHANGE_CREDENTIAL)
    with guarded():
        row = vault.kept_by(credential_id, actor, policy.CHANGE_CREDENTIAL)
        group = _group(group_id)
        made, _ = CredentialAssignment.objects.update_or_create(
            group=group,
            credential=row,
            credential_type=row.credential_type,
            defaults={"priority": priority},
        )
        after = {"group": group.group_name, "priority": priority}
        audit.record(actor, "credential.assigned", row, after=after)
    return made


def unassign_from_group(*, actor: Any, group_id: int, credential_id: int) -> None:
    """Take a credential off a group; refused when it was not on it."""
    policy.require(actor, policy.CHANGE_CREDENTIAL)
    with guarded():
        row = vault.kept_by(credential_id, actor, policy.CHANGE_CREDENTIAL)
        group = _group(group_id)
        gone, _ = CredentialAssignment.objects.filter(group=group, credential=row).delete()
        if not gone:
            raise Refused("NOT_ASSIGNED", "Failed to unassign credential")
        after = {"group": group.group_name}
        audit.record(actor, "credential.unassigned", row, after=after)


def rows_of(ips: Collection[str], devices: Collection[int]) -> list[CredentialAssignment]:
    """Return the assignments at some addresses, and those of some devices wherever they are."""
    rows = CredentialAssignment.objects.exclude(ip_address="")
    found = rows.filter(Q(ip_address__in=ips) | Q(device__in=devices))
    return list(found.select_related("credential", "device").order_by("pk"))


def settle(
    staying: list[CredentialAssignment],
    waiting: list[tuple[CredentialAssignment, int]],
    moving: list[tuple[CredentialAssignment, str]],
    *,
    actor: Any,
) -> None:
    """Keep assignments for who stays at their address, or for a device by id; move others.

    Where a new address has the credential already, that assignment stays alone.
    """
    for row in staying:
        _leave(row)
    for row, pk in waiting:
        if row.device_id is None and not _same(row).filter(device=pk).exists():
            row.device_id = pk
            row.save(update_fields=["device"])
    _move(moving, actor)


def _move(rows: list[tuple[CredentialAssignment, str]], actor: Any) -> None:
    """Move assignments; those of credentials that the actor may not keep stay at their address."""
    staying = {row.pk for row, _ in rows if not policy.may_keep(actor, row.credential)}
    for row, _ in rows:
        if row.pk in staying:
            _leave(row)
    moving = [(row, new) for row, new in rows if row.pk not in staying]
    moved = [row.pk for row, _ in moving]
    CredentialAssignment.objects.filter(pk__in=moved).update(ip_address="")
    freed = {(*_what(row), new): row.ip_address for row, new in moving}
    at_new = CredentialAssignment.objects.filter(ip_address__in={new for _, new in moving})
    for row in at_new.filter(groups.WAITING).order_by("pk"):
        if (*_what(row), row.ip_address) in freed:
            row.ip_address = groups.place_left(freed, row.ip_address, *_what(row))
            row.save(update_fields=["ip_address"])
    known = {(*_what(row), row.ip_address) for row in at_new.all()}
    for row, new in moving:
        old, row.ip_address = row.ip_address, new
        place = *_what(row), new
        if place in known:
            row.delete()
        else:
            known.add(place)
            row.save(update_fields=["ip_address"])
        audit.record(
            actor,
            "credential.assignment_moved",
            row.credential,
            before={"ip_address": old},
            after={"ip_address": row.ip_address},
        )


def _what(row: CredentialAssignment) -> tuple[int, str]:
    """Return what an address or a device may be assigned once."""
    return row.credential_id, row.credential_type


def _leave(row: CredentialAssignment) -> None:
    """Give an assignment to the device that stays at its address."""
    device = assigned_device(row.ip_address)
    row.device = None if _same(row).filter(device=device).exists() else device
    row.save(update_fields=["device"])


def _same(row: CredentialAssignment) -> QuerySet[CredentialAssignment]:
    """Return the assignments of a row's credential."""
    return CredentialAssignment.objects.filter(
        credential=row.credential_id, credential_type=row.credential_type
    )


def candidates(ip_address: str, *, actor: Any) -> list[Candidate]:
    """Return what could open a device, by kind, in the order that it is tried; opens nothing.

    Own assignments by priority then age, those of its groups, then the kind's default.
    """
    ip = normal_ip(ip_address) or ip_address
    tried: list[tuple[str, Credential, str, int | None, CredentialAssignment | None]] = [
        (_kind(row), row.credential, _through(row), row.priority, row)
        for row in [*_assigned(Q(ip_address=ip) | Q(device__address__ip=ip)), *_of_groups(ip)]
    ]
    known = {(kind, row.pk) for kind, row, *_ in tried}
    for row in Credential.objects.kept().filter(is_default=True).order_by("pk"):
        if (row.credential_type, row.pk) not in known:
            tried.append((row.credential_type, row, "default of its type", None, None))
    found, chosen = list[Candidate](), set[str]()
    for kind, credential, through, priority, assignment in tried:
        hindrance = _hindrance(credential, assignment, actor)
        is_chosen = not hindrance and kind not in chosen
        chosen |= {kind} if is_chosen else set()
        found.append(Candidate(kind, credential, through, priority, hindrance, is_chosen))
    return sorted(found, key=lambda one: one.kind)


def _assigned(which: Q) -> QuerySet[CredentialAssignment]:
    rows = CredentialAssignment.objects.filter(which, credential__is_deleted=False)
    names = ("credential", "group", "enterprise_auth_user__auth_config__credential")
    return rows.select_related(*names).order_by(*ORDER)


def _of_groups(ip: str) -> list[CredentialAssignment]:
    rows = _assigned(Q(group__isnull=False))
    return [row for row in rows if row.group and addresses_among(row.group, [ip])]


def _kind(row: CredentialAssignment) -> str:
    return row.credential_type or row.credential.credential_type


def _through(row: CredentialAssignment) -> str:
    return f"group {row.group.group_name}" if row.group else "this device"


def _hindrance(row: Credential, assignment: CredentialAssignment | None, actor: Any) -> str:
    """Say what keeps a credential from being used; blank when nothing does."""
    if not vault_use.usable(row):
        return vault_use.why_unusable(row)
    if not policy.may_use(actor, row):
        return "not for you"
    is_local = assignment is None or assignment.auth_method == AuthMethod.LOCAL
    if assignment is not None and not is_local and vault_use.usable_account(assignment) is None:
        return "its service account or server is missing or off"
    return ""


def _group(pk: int) -> DeviceGroup:
    group = DeviceGroup.objects.filter(pk=pk).first()
    if group is None:
        raise Missing("Device group", pk)
    return group
