"""Who holds a role: accounts here, and names that a directory knows."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import policy
from accounts.backends import find_account
from accounts.errors import Duplicate
from accounts.models import EnterpriseUserRole, Role, RoleAssignment, User
from accounts.models.users import SUPER_ADMIN
from accounts.services import audit, enterprise, users
from inventory_site.core.errors import InvalidInput, NotFound
from inventory_site.core.locks import lock

LOCAL, ENTERPRISE = "local", "enterprise"
NO_MEMBER = "Member not found in this role"


@transaction.atomic
def add_local(*, actor: User, role: Role, username: str) -> User:
    """Give a role to an account, or raise `NotFound` or `Duplicate`."""
    users.require_may_give(actor, role)
    user = find_account(username)
    if user is None:
        raise NotFound("User not found")
    lock(User.objects.filter(pk=user.pk)).get()
    rows = user.role_assignments.filter(role=role)
    if rows.unended_at(timezone.now()).exists():
        raise Duplicate(f"'{user.username}' already has role '{role.display_name}'")
    rows.delete()
    RoleAssignment.objects.create(user=user, role=role, assigned_by=actor)
    audit.record(actor, "role.assigned", user, after={"role": role.name})
    return user


@transaction.atomic
def add_enterprise(
    *,
    actor: User,
    role: Role,
    username: str,
    display_name: str = "",
    email: str = "",
    config_id: int | None = None,
) -> EnterpriseUserRole:
    """Give a role to a name of a directory, or raise `Duplicate`; case does not count."""
    users.require_may_give(actor, role)
    if not username.strip():
        raise InvalidInput("username is required", fields={"username": ["username is required"]})
    row = EnterpriseUserRole(
        username=username.strip(),
        role=role,
        display_name=display_name,
        email=email,
        config_id=config_id,
        assigned_by=actor,
    )
    taken = Duplicate(f"'{row.username}' already has role '{role.display_name}'")
    if named(username).filter(role=role).exists():
        raise taken
    row.full_clean(validate_constraints=False)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as err:
        raise taken from err
    audit.record(actor, "role.assigned", row, after={"role": role.name, "to": row.username})
    enterprise.follow(username)
    return row


@transaction.atomic
def assign_only(
    *, actor: User, role: Role, username: str, display_name: str = "", email: str = ""
) -> str:
    """Make this the one role of a name of a directory; return `created` or `updated`."""
    _require_actor(actor)
    old = list(lock(named(username)).select_related("role__group"))
    for row in old:
        users.require_may_give(actor, row.role)
    named(username).delete()
    add_enterprise(
        actor=actor, role=role, username=username, display_name=display_name, email=email
    )
    return "updated" if old else "created"


@transaction.atomic
def remove(*, actor: User, role: Role, username: str, kind: str = "") -> None:
    """Take a role from an account or a name of a directory; without a kind, the account first."""
    users.require_may_give(actor, role)
    if kind in ("", LOCAL) and _remove_local(actor, role, username):
        return
    if kind in ("", ENTERPRISE):
        row = lock(named(username).filter(role=role)).first()
        if row is not None:
            audit.record(actor, "role.taken", row, before={"from": username, "role": role.name})
            row.delete()
            enterprise.follow(username)
            return
    raise NotFound(NO_MEMBER)


@transaction.atomic
def remove_enterprise(*, actor: User, username: str) -> int:
    """Take every role from a name of a directory; return how many."""
    rows = list(lock(named(username)).select_related("role__group"))
    if not rows:
        raise NotFound("Enterprise user not found")
    for row in rows:
        users.require_may_give(actor, row.role)
    before = {"from": username, "roles": [row.role.name for row in rows]}
    audit.record(actor, "role.taken", rows[0], before=before)
    named(username).delete()
    enterprise.follow(username)
    return len(rows)


def named(username: str) -> QuerySet[EnterpriseUserRole]:
    """Return the rows of a name of a directory, in any case."""
    return EnterpriseUserRole.objects.filter(username__iexact=username.strip())


def _remove_local(actor: User, role: Role, username: str) -> bool:
    user = find_account(username)
    if user is None or not user.role_assignments.filter(role=role).exists():
        return False
    if role.name == SUPER_ADMIN:
        users.keep_one_super_admin(leaving=user)
    user.role_assignments.filter(role=role).delete()
    audit.record(actor, "role.taken", user, before={"role": role.name})
    return True


def _require_actor(actor: User) -> None:
    policy.require(actor, "accounts.change_user")
