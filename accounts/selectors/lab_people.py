"""Who is what in the lab, in the words of its front end (lab contract, 12.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.choices import LabRole, LabStatus, UserStatus
from accounts.models import RoleAssignment, User
from accounts.permissions import PERMISSION_NAMES

CAPABILITIES = (
    "bookings:read",
    "bookings:write",
    "bookings:export",
    "devices:read",
    "devices:write",
    "users:read",
    "users:write",
    "logs:read",
    "logs:export",
    "topologies:write",
    "settings:write",
)
OPEN_TO_ALL = frozenset({"bookings:read", "devices:read"})
ADMINS = frozenset({LabRole.SUPER_ADMIN, LabRole.ADMIN, LabRole.APPROVER})
GROUPS: dict[str, str] = {
    LabRole.SUPER_ADMIN: "lab_super_admin",
    LabRole.ADMIN: "lab_admin",
    LabRole.APPROVER: "lab_approver",
    LabRole.VIEWER: "lab_viewer",
}
IMPLIED: dict[str, str] = {LabRole.SUPER_ADMIN: "super_admin", LabRole.ADMIN: "admin"}


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's role in the lab and what it allows; `is_assigned` is false for a role that
    nobody gave.
    """

    role: str
    status: str
    is_assigned: bool
    permissions: dict[str, bool]

    @property
    def is_disabled(self) -> bool:
        """Whether the role does not count now."""
        return self.status == LabStatus.DISABLED

    @property
    def is_admin(self) -> bool:
        """What front ends are told: Super Admin, Admin or Approver, and active."""
        return self.role in ADMINS and not self.is_disabled


@dataclass(frozen=True, slots=True)
class Figures:
    """What bookings say of a person."""

    bookings: int = 0
    last_active: datetime | None = None


FiguresOf = Callable[[list[int]], dict[int, Figures]]


def _no_figures(pks: list[int]) -> dict[int, Figures]:
    return {}


figures_of: list[FiguresOf] = [_no_figures]
"""The app that knows bookings puts its own function at the end, in `AppConfig.ready()`."""


def with_lab_role(people: QuerySet[User]) -> QuerySet[Any]:
    """Add `lab_role`, `lab_status` and `lab_assigned` (whether somebody gave the role)."""
    kept = Q(lab_profile__status=LabStatus.DISABLED) & ~Q(lab_profile__suspended_role="")
    given = [(_holds(group), role) for role, group in GROUPS.items()]
    implied = [(_holds(group), role) for role, group in IMPLIED.items()]
    text = CharField()
    return people.annotate(
        lab_role=Case(
            When(kept, then=F("lab_profile__suspended_role")),
            *(When(held, then=Value(str(role))) for held, role in (*given, *implied)),
            default=Value(str(LabRole.VIEWER)),
            output_field=text,
        ),
        lab_assigned=Case(
            When(kept, then=Value(True)),
            When(_holds(*GROUPS.values(), *IMPLIED.values()), then=Value(True)),
            default=Value(False),
        ),
        lab_status=Case(
            When(lab_profile__status=LabStatus.DISABLED, then=Value(str(LabStatus.DISABLED))),
            default=Value(str(LabStatus.ACTIVE)),
            output_field=text,
        ),
    )


def standing_of(user: User) -> Standing:
    """Return a person's standing; capabilities are what they hold now, within a key's scopes."""
    row = with_lab_role(User.objects.filter(pk=user.pk)).get()
    role, status, is_assigned = _said(row)
    held = {name: _holds_capability(user, name) for name in CAPABILITIES}
    return Standing(role, status, is_assigned, held)


def find_people(*, role: str = "", status: str = "", search: str = "") -> QuerySet[User]:
    """People of the lab's user list, by name; blank filters do not count."""
    people = with_lab_role(User.objects.select_related("lab_profile"))
    if role:
        people = people.filter(lab_role__iexact=role)
    if status:
        people = people.filter(lab_status__iexact=status)
    if search:
        people = people.filter(Q(username__icontains=search) | Q(email__icontains=search))
    return people.order_by("username", "pk")


def other_super_admins(user: User) -> QuerySet[User]:
    """Active Super Admins of the lab beside this person."""
    people = User.objects.filter(status=UserStatus.ACTIVE).exclude(pk=user.pk)
    return with_lab_role(people).filter(lab_role=LabRole.SUPER_ADMIN, lab_status=LabStatus.ACTIVE)


def person_item(row: Any, figures: Figures) -> dict[str, Any]:
    """Return a row of the user list; `row` comes from `find_people`."""
    profile = getattr(row, "lab_profile", None)
    return {
        "id": row.pk,
        "username": row.username,
        "email": row.email,
        "role": row.lab_role,
        "status": row.lab_status,
        "bookings_count": figures.bookings,
        "last_active": figures.last_active,
        "approval_limits": profile.approval_limits if profile else None,
        "devices_operated": None,
    }


def figures(pks: Iterable[int]) -> dict[int, Figures]:
    """Return what bookings say of these people; nobody is left out."""
    wanted = list(pks)
    known = figures_of[-1](wanted)
    return {pk: known.get(pk, Figures()) for pk in wanted}


def _said(row: Any) -> tuple[str, str, bool]:
    return row.lab_role, row.lab_status, bool(row.lab_assigned)


def _holds(*groups: str) -> Exists:
    valid = RoleAssignment.objects.valid_at(timezone.now())
    return Exists(valid.filter(user=OuterRef("pk"), role__group__name__in=groups))


def _holds_capability(user: User, name: str) -> bool:
    if name in OPEN_TO_ALL and user.narrowed_to is None:
        return True
    return user.has_perms(list(PERMISSION_NAMES[name]))
