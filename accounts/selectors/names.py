"""Permission names as rows, and roles with what they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from accounts.choices import RoleType
from accounts.models import Role
from accounts.models.users import SUPER_ADMIN
from accounts.permissions import PERMISSION_NAMES

WORDS = {
    "bookings:read": "See bookings",
    "bookings:write": "Decide on bookings",
    "credentials.enterprise.manage": "Manage directories",
    "credentials.group.manage": "Manage credential groups",
    "devices.device.connect": "Run commands on devices",
    "devices.group.manage": "Manage device groups",
    "devices:read": "See devices of the lab",
    "devices:write": "Change devices of the lab",
    "fab:admin": "Delete parts, empty the workshop",
    "fab:read": "See parts to make",
    "fab:review": "Approve and edit parts",
    "fab:submit": "Submit parts",
    "fab:work": "Claim and make parts",
    "live_latency:ingest": "Send latency samples",
    "logs:export": "Export the lab's log",
    "logs:read": "Read the lab's log",
    "network_design:clear_log": "Clear the design log",
    "settings:write": "Change the lab's settings",
    "stock.admin": "Administer stock",
    "topologies:write": "Decide on topologies",
    "users:read": "See people of the lab",
    "users:write": "Invite people of the lab",
}
"""What people read where the name itself reads badly."""


@dataclass(frozen=True, slots=True)
class NamedPermission:
    """One name of the table, cut into module, resource and action; `id` is its place there."""

    id: int
    code: str
    module: str
    resource: str
    action: str

    @property
    def display_name(self) -> str:
        """What people read: `Run job`."""
        if self.code in WORDS:
            return WORDS[self.code]
        thing = self.resource if self.resource != self.module else self.module
        words = f"{self.action} {thing}".replace("cnx_", "").replace("_", " ").capitalize()
        return words.replace("user management", "people of the register")

    def shown(self) -> dict[str, Any]:
        """Return the row as the API gives it."""
        return {
            "id": self.id,
            "code": self.code,
            "module": self.module,
            "resource": self.resource,
            "action": self.action,
            "display_name": self.display_name,
            "description": f"May {self.display_name[0].lower()}{self.display_name[1:]}",
        }


def _cut(number: int, code: str) -> NamedPermission:
    if ":" in code:
        module, _, action = code.partition(":")
        return NamedPermission(number, code, module, module, action)
    module, _, rest = code.partition(".")
    resource, _, action = rest.rpartition(".")
    return NamedPermission(number, code, module, resource or module, action)


ALL = tuple(
    sorted(
        (_cut(number, code) for number, code in enumerate(PERMISSION_NAMES, start=1)),
        key=lambda row: (row.module, row.resource, row.action),
    )
)


def of_modules(module: str = "") -> list[NamedPermission]:
    """Return the names, of one module or all, by module, resource and action."""
    return [row for row in ALL if module in ("", row.module)]


def roles_with_names(**filters: Any) -> list[dict[str, Any]]:
    """Return roles, the highest first, with their permission codes and how many hold them."""
    rows = Role.objects.filter(**filters).select_related("group")
    rows = rows.prefetch_related("group__permissions__content_type").annotate(
        local_count=Count(
            "assignments",
            filter=~Q(assignments__valid_until__lte=timezone.now()),
            distinct=True,
        ),
        enterprise_count=Count("enterprise_members", distinct=True),
    )
    return [_role_shown(row) for row in rows.order_by("-priority", "pk")]


def _role_shown(role: Any) -> dict[str, Any]:
    codes = _codes(role)
    return {
        "id": role.pk,
        "name": role.name,
        "display_name": role.display_name,
        "description": role.description,
        "role_type": role.role_type,
        "is_default": role.is_default,
        "is_system": role.role_type == RoleType.SYSTEM,
        "priority": role.priority,
        "parent_role": None,
        "created_at": role.created_at,
        "updated_at": role.updated_at,
        "user_count": role.local_count,
        "enterprise_count": role.enterprise_count,
        "permission_count": len(codes),
        "permissions": codes,
    }


def _codes(role: Role) -> list[str]:
    if role.name == SUPER_ADMIN:
        return [row.code for row in ALL]
    held = {f"{row.content_type.app_label}.{row.codename}" for row in role.group.permissions.all()}
    return [row.code for row in ALL if held.issuperset(PERMISSION_NAMES[row.code])]
