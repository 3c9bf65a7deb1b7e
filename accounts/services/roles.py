"""Roles: seeding, and giving them to people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.choices import RoleType
from accounts.errors import CannotDeleteSystem, RoleHasUsers
from accounts.models import Role, RoleAssignment, User
from accounts.models.users import SUPER_ADMIN
from accounts.permissions import PERMISSION_NAMES, django_permissions, names_for
from accounts.role_seeds import ROLE_SEEDS, RoleSeed
from accounts.services import api_keys, audit, users
from inventory_site.core.errors import InvalidInput, NotAllowed
from inventory_site.core.locks import lock


@transaction.atomic
def seed_roles() -> int:
    """Make the seeded roles that are missing and grant names that were never granted before.

    What a person took away from a seeded role stays away. Returns how many roles were made.
    """
    return sum(_seed(seed) for seed in ROLE_SEEDS)


def _seed(seed: RoleSeed) -> bool:
    group, _ = Group.objects.get_or_create(name=seed.name)
    role, created = Role.objects.get_or_create(
        group=group,
        defaults={
            "display_name": seed.display_name,
            "description": seed.description,
            "role_type": RoleType.SYSTEM,
            "priority": seed.priority,
            "is_client_only": seed.is_client_only,
        },
    )
    fresh = [name for name in seed.names if name not in role.seeded_names]
    if fresh:
        group.permissions.add(*permission_rows(django_permissions(fresh)))
        role.seeded_names = [*role.seeded_names, *fresh]
        role.save(update_fields=["seeded_names", "updated_at"])
    return created


def permission_rows(perms: frozenset[str]) -> list[Permission]:
    """Return the rows of `app.codename` names; those that do not exist yet are left out."""
    wanted = Q(pk__in=[])
    for perm in perms:
        app_label, _, codename = perm.partition(".")
        wanted |= Q(content_type__app_label=app_label, codename=codename)
    return list(Permission.objects.filter(wanted))


@transaction.atomic
def assign_role(
    *, actor: User | None, user: User, role_name: str, valid_until: datetime | None = None
) -> RoleAssignment:
    """Give a role to a person, or change the end of an assignment that exists.

    The last active super administrator's role gets no end; an actor gives only what they hold.
    """
    role = Role.objects.select_related("group").get(group__name=role_name)
    users.require_may_give(actor, role)
    if role.name == SUPER_ADMIN and valid_until is not None:
        users.keep_one_super_admin(leaving=user)
    assignment, _ = RoleAssignment.objects.update_or_create(
        user=user,
        role=role,
        defaults={"valid_until": valid_until},
        create_defaults={"valid_until": valid_until, "assigned_by": actor},
    )
    user.__dict__.pop("held_roles", None)
    user.__dict__.pop("_held_permissions", None)
    audit.record(
        actor, "role.assigned", user, after={"role": role.name, "valid_until": valid_until}
    )
    return assignment


@transaction.atomic
def create_role(
    *, actor: User, name: str, display_name: str, description: str = "", codes: Collection[str] = ()
) -> Role:
    """Make a role of permission names; the name is trimmed, lower-cased, blanks become `_`."""
    normalised = "_".join(name.split()).lower()
    names = wanted_names(codes)
    _require_may_grant(actor, names)
    taken = InvalidInput(fields={"name": [f"Role '{normalised}' already exists"]})
    if Group.objects.filter(name__iexact=normalised).exists():
        raise taken
    group = Group(name=normalised)
    group.full_clean(validate_unique=False)
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as err:  # somebody else was quicker
        raise taken from err
    role = Role(group=group, display_name=display_name.strip(), description=description)
    role.full_clean()
    role.save()
    group.permissions.set(permission_rows(django_permissions(names)))
    after = {"name": normalised, "display_name": role.display_name, "permissions": sorted(names)}
    audit.record(actor, "role.created", role, after=after)
    return role


@transaction.atomic
def update_role(
    *,
    actor: User,
    role: Role,
    display_name: str | None = None,
    description: str | None = None,
    codes: Collection[str] | None = None,
) -> Role:
    """Change a role; of a seeded one only its permissions, of super_admin nothing.

    Permissions that no name stands for stay as they are.
    """
    row = lock(Role.objects.filter(pk=role.pk)).select_related("group").get()
    if row.name == SUPER_ADMIN:
        raise NotAllowed("Cannot modify system roles")
    before = _told(row)
    if row.role_type != RoleType.SYSTEM:
        row.display_name = row.display_name if display_name is None else display_name.strip()
        row.description = row.description if description is None else description
        row.full_clean()
        row.save()
    if codes is not None:
        names = wanted_names(codes)
        held = names_of(row)
        _require_may_grant(actor, [name for name in names if name not in held])
        _replace_permissions(row, names)
    after = _told(row)
    if before != after:
        audit.record(actor, "role.changed", row, before=before, after=after)
    return row


@transaction.atomic
def delete_role(*, actor: User, role: Role) -> None:
    """Delete a role that people made and nobody holds."""
    row = lock(Role.objects.filter(pk=role.pk)).select_related("group").get()
    if row.role_type == RoleType.SYSTEM:
        raise CannotDeleteSystem("Cannot delete system roles")
    held = row.assignments.unended_at(timezone.now()).exists()
    if held or row.enterprise_members.exists():
        raise RoleHasUsers("Role is still assigned to users")
    audit.record(actor, "role.deleted", row, before=_told(row))
    row.group.delete()


def wanted_names(codes: Collection[str]) -> list[str]:
    """Return the permission names that codes stand for; wildcards and old names are turned into
    those of the table. Raises `InvalidInput` naming unknown ones."""
    found: dict[str, None] = {}
    unknown = []
    for code in codes:
        names = names_for(code)
        if not names:
            unknown.append(f"Unknown permission code: {code}")
        found.update(dict.fromkeys(names))
    if unknown:
        raise InvalidInput(fields={"permissions": unknown})
    return list(found)


def names_of(role: Role) -> list[str]:
    """Return the permission names that a role gives."""
    if role.name == SUPER_ADMIN:
        return list(PERMISSION_NAMES)
    pairs = role.group.permissions.values_list("content_type__app_label", "codename")
    held = {f"{app_label}.{codename}" for app_label, codename in pairs}
    return [name for name, perms in PERMISSION_NAMES.items() if held.issuperset(perms)]


def _replace_permissions(role: Role, names: Collection[str]) -> None:
    named = django_permissions(PERMISSION_NAMES)
    unnamed = [
        row
        for row in role.group.permissions.select_related("content_type")
        if f"{row.content_type.app_label}.{row.codename}" not in named
    ]
    role.group.permissions.set([*unnamed, *permission_rows(django_permissions(names))])


def _require_may_grant(actor: User, names: Collection[str]) -> None:
    api_keys.require_may_hand_out(actor, list(names))


def _told(role: Role) -> dict[str, Any]:
    return {
        "display_name": role.display_name,
        "description": role.description,
        "permissions": names_of(role),
    }
