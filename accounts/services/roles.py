"""Roles: seeding, and giving them to people."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from accounts.choices import RoleType
from accounts.models import Role, RoleAssignment, User
from accounts.permissions import django_permissions
from accounts.role_seeds import ROLE_SEEDS, RoleSeed
from accounts.services import audit


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
    """Give a role to a person, or change the end of an assignment that exists."""
    role = Role.objects.select_related("group").get(group__name=role_name)
    assignment, _ = RoleAssignment.objects.update_or_create(
        user=user,
        role=role,
        defaults={"valid_until": valid_until},
        create_defaults={"valid_until": valid_until, "assigned_by": actor},
    )
    audit.record(
        actor, "role.assigned", user, after={"role": role.name, "valid_until": valid_until}
    )
    return assignment
