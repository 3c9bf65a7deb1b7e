"""Who may do what, and through which role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Role, RoleAssignment, User
from accounts.models.users import SUPER_ADMIN
from accounts.permissions import PERMISSION_NAMES

AREAS = {
    "networkroutes": "Routes",
    "devices": "Devices",
    "parts": "Parts",
    "workflows": "Automation",
    "accounts": "People and trust",
    "core": "System",
    "django_celery_beat": "Schedules",
}
THINGS = {"clocked": "single moments"}  # the schedules' library names it so
VERBS = {"view": "See", "add": "Make", "change": "Change", "delete": "Delete"}


@dataclass(frozen=True, slots=True)
class Right:
    """One permission name that a person holds, and the roles that give it."""

    name: str
    roles: list[str]


@dataclass(frozen=True, slots=True)
class GridRow:
    """What a role may do to one kind of thing; `others` are verbs beyond the usual four."""

    thing: str
    cells: list[bool]
    others: list[str]

    @property
    def marked(self) -> list[tuple[str, bool]]:
        """Each usual verb's word with whether it is held."""
        return list(zip(VERBS.values(), self.cells, strict=True))


@dataclass(frozen=True, slots=True)
class GridArea:
    """The things of one area."""

    title: str
    rows: list[GridRow]


def rights_of(user: User) -> list[Right]:
    """Return the permission names that the account holds now, each with its roles; two queries."""
    valid = RoleAssignment.objects.valid_at(timezone.now()).filter(user=user)
    roles = [row.role for row in valid.select_related("role__group")]
    granted = {role.display_name: _granted(role) for role in _with_permissions(roles)}
    everything = [role.display_name for role in roles if role.name == SUPER_ADMIN]
    rights = []
    for name, perms in PERMISSION_NAMES.items():
        through = [title for title, held in granted.items() if held.issuperset(perms)]
        named = sorted({*everything, *through})
        if named:
            rights.append(Right(name, named))
    return rights


def grid_of(role: Role) -> list[GridArea]:
    """Return what a role may do, by area and verb; one query."""
    by_thing: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    rows = role.group.permissions.select_related("content_type")
    for permission in rows:
        content = permission.content_type
        model = content.model_class()
        plural = str(model._meta.verbose_name_plural if model else content.model)
        thing = THINGS.get(plural, plural)
        verb = permission.codename.removesuffix(f"_{content.model}")
        by_thing[content.app_label, thing][verb] = permission.name
    areas: dict[str, list[GridRow]] = defaultdict(list)
    for (app_label, thing), held in sorted(by_thing.items()):
        areas[app_label].append(_grid_row(thing, held))
    return [GridArea(AREAS.get(label, label), areas[label]) for label in _ordered(areas)]


def _grid_row(thing: str, held: dict[str, str]) -> GridRow:
    others = sorted(name for verb, name in held.items() if verb not in VERBS)
    return GridRow(thing, [verb in held for verb in VERBS], others)


def _ordered(labels: Iterable[str]) -> list[str]:
    known = list(AREAS)
    return sorted(labels, key=lambda label: known.index(label) if label in known else len(known))


def _with_permissions(roles: list[Role]) -> list[Role]:
    pks = [role.pk for role in roles]
    found = Role.objects.filter(pk__in=pks).select_related("group")
    return list(found.prefetch_related("group__permissions__content_type"))


def _granted(role: Role) -> set[str]:
    return {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in role.group.permissions.all()
    }
