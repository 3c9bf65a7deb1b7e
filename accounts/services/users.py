"""Accounts: making them, changing them, giving them roles."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone

from accounts import policy
from accounts.backends import permissions_of
from accounts.choices import UserStatus
from accounts.models import Role, RoleAssignment, Session, User
from accounts.models.users import MODULES, SUPER_ADMIN
from accounts.services import audit, lockout, password_policy, second_factor
from inventory_site.core.errors import ConflictError, InvalidInput, NotAllowed
from inventory_site.core.locks import lock

EDITABLE = (
    "username",
    "email",
    "first_name",
    "last_name",
    "display_name",
    "status",
    "timezone",
    "avatar_url",
    "preferences",
    "auth_method",
    "must_change_password",
    "password_never_expires",
)
TAKEN = "Username or email already exists"


@transaction.atomic
def create_user(
    *,
    actor: User | None,
    username: str,
    password: str | None = None,
    roles: Collection[Role] = (),
    **fields: Any,
) -> User:
    """Make an account with roles; without a password nobody can sign in to it yet.

    Raises `ValidationError` on a field, `InvalidInput` on a weak password and on what is taken,
    `NotAllowed` for a role that gives more than the actor holds.
    """
    user = User(username=username.strip(), created_by=actor, **_known(fields))
    user.email = (user.email or "").strip().lower() or None
    if password:
        _check_password(password, user)
        rules = password_policy.current_policy()
        user.must_change_password |= (
            actor is not None and rules.require_password_change_on_first_login
        )
    user.set_password(password or None)
    _store(user)
    audit.record(actor, "user.created", user, after=audit.snapshot(user, EDITABLE))
    if roles:
        set_roles(actor=actor, user=user, roles=roles)
    return user


def _store(user: User) -> None:
    """Save an account; a name or address that another holds is refused, however close the race."""
    user.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as err:
        others = User.objects.exclude(pk=user.pk)
        is_mail = bool(user.email) and others.filter(email__iexact=user.email).exists()
        field = "email" if is_mail else "username"
        raise InvalidInput(TAKEN, fields={field: [TAKEN]}) from err


@transaction.atomic
def update_user(*, actor: User | None, user: User, changes: Mapping[str, Any]) -> User:
    """Change fields of an account; ending its active state ends its sessions.

    The last active super administrator stays active.
    """
    require_may_touch(actor, user)
    row = lock(User.objects.filter(pk=user.pk)).get()
    before = audit.snapshot(row, EDITABLE)
    for name, value in _known(changes).items():
        setattr(row, name, value)
    row.email = (row.email or "").strip().lower() or None
    row.email_verified &= row.email == before["email"]
    if row.status != UserStatus.ACTIVE:
        keep_one_super_admin(leaving=row)
        _end_sessions(row)
    _store(row)
    after = audit.snapshot(row, EDITABLE)
    if before != after:
        audit.record(actor, "user.changed", row, before=before, after=after)
    return row


@transaction.atomic
def show_modules(*, actor: User | None, user: User, shown: Mapping[str, Any]) -> dict[str, bool]:
    """Say which modules of the network inventory the account's menu shows; grants nothing."""
    require_may_touch(actor, user)
    wrong = [name for name in shown if name not in MODULES]
    if wrong or not all(isinstance(value, bool) for value in shown.values()):
        known = ", ".join(MODULES)
        raise InvalidInput(fields={"modules": [f"modules must be true or false for {known}."]})
    row = lock(User.objects.filter(pk=user.pk)).get()
    before = row.visible_modules
    row.module_visibility = {**row.module_visibility, **shown}
    row.save(update_fields=["module_visibility", "updated_at"])
    after = row.visible_modules
    if before != after:
        audit.record(actor, "user.modules_shown", row, before=before, after=after)
    return after


@transaction.atomic
def delete_user(*, actor: User | None, user: User) -> None:
    """Delete an account with its sessions and keys, or refuse what others depend on.

    The last active super administrator stays; its audit entries stay in any case.
    """
    require_may_touch(actor, user)
    row = lock(User.objects.filter(pk=user.pk)).get()
    keep_one_super_admin(leaving=row)
    if actor is not None and actor.pk == row.pk:
        raise NotAllowed("Nobody deletes their own account.")
    before = audit.snapshot(row, ("username", "email", "status"))
    audit.record(actor, "user.deleted", row, before=before)
    try:
        with transaction.atomic():
            row.delete()
    except (ProtectedError, RestrictedError) as err:
        raise ConflictError(
            f"{user} is named by other records; make the account inactive instead."
        ) from err


@transaction.atomic
def unlock_user(*, actor: User | None, user: User) -> bool:
    """End the lock that bad sign-ins brought; return whether there was one."""
    require_may_touch(actor, user)
    row = lock(User.objects.filter(pk=user.pk)).get()
    forgot = lockout.forget_failures(row)
    if forgot:
        audit.record(actor, "user.unlocked", row)
    return forgot


@transaction.atomic
def drop_second_factor(*, actor: User | None, user: User) -> None:
    """Switch another's second factor off, for who lost their device; ends all their sessions."""
    require_may_touch(actor, user)
    row = lock(User.objects.filter(pk=user.pk)).get()
    second_factor.erase(row)
    _end_sessions(row)
    audit.record(actor, "second_factor.dropped", row)


@transaction.atomic
def set_roles(*, actor: User | None, user: User, roles: Collection[Role]) -> bool:
    """Make these the roles that the account holds; return whether anything changed.

    Roles that stay keep their dates; one that has ended is given anew. An actor gives and takes
    only what they hold themselves.
    """
    lock(User.objects.filter(pk=user.pk)).get()
    rows = user.role_assignments.unended_at(timezone.now()).select_related("role__group")
    held = {row.role_id: row for row in rows}
    wanted = {role.pk: role for role in roles}
    given = [role for pk, role in wanted.items() if pk not in held]
    taken = [row.role for pk, row in held.items() if pk not in wanted]
    if not given and not taken:
        return False
    for role in (*given, *taken):
        require_may_give(actor, role)
    if any(role.name == SUPER_ADMIN for role in taken):
        keep_one_super_admin(leaving=user)
    user.role_assignments.filter(role__in=[*given, *taken]).delete()
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role=role, assigned_by=actor) for role in given
    )
    user.__dict__.pop("held_roles", None)
    user.__dict__.pop("_held_permissions", None)
    before = sorted(row.role.name for row in held.values())
    after = sorted(role.name for role in wanted.values())
    audit.record(
        actor, "user.roles_changed", user, before={"roles": before}, after={"roles": after}
    )
    return True


def require_may_give(actor: User | None, role: Role) -> None:
    """Raise `NotAllowed` when the role gives more than the actor holds; the system may give all."""
    if actor is None or actor.is_superuser:
        return
    if role.name == SUPER_ADMIN:
        raise NotAllowed(f"Only a super administrator gives or takes {role}.")
    pairs = role.group.permissions.values_list("content_type__app_label", "codename")
    names = [f"{app_label}.{codename}" for app_label, codename in pairs]
    if not all(policy.may(actor, name) for name in names):
        raise NotAllowed(f"{role} gives more than you hold yourself.", role=role.name)


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = [name for name in fields if name not in EDITABLE]
    if unknown:
        raise InvalidInput(fields={name: ["This cannot be set."] for name in unknown})
    return dict(fields)


def _check_password(password: str, user: User) -> None:
    found = password_policy.problems(password, username=user.username, email=user.email or "")
    if found:
        raise InvalidInput(fields={"password": found})


def keep_one_super_admin(*, leaving: User) -> None:
    """Raise `NotAllowed` when nobody active would hold super_admin for good without this account.

    Who has no password here does not count: a directory may be away. Locks every assignment of the
    role, so that two who leave at once queue here.
    """
    rows = RoleAssignment.objects.valid_at(timezone.now()).filter(role__group__name=SUPER_ADMIN)
    list(lock(rows))  # the queue; who is active is asked behind it
    active = rows.filter(user__status=UserStatus.ACTIVE)
    active = active.exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    holders = set(active.values_list("user_id", flat=True))
    lasting = set(active.filter(valid_until__isnull=True).values_list("user_id", flat=True))
    if {leaving.pk} in (holders, lasting):
        raise NotAllowed(f"{leaving} is the last active super administrator and has to stay one.")


def require_may_touch(actor: User | None, user: User) -> None:
    """Raise `NotAllowed` when a person changes an account that may do more than they.

    Who could set its password or address could act as it. The account's status does not count.
    """
    if actor is None or actor.pk == user.pk or actor.is_superuser:
        return
    if SUPER_ADMIN in user.held_roles:
        raise NotAllowed("Only a super administrator changes a super administrator's account.")
    if not all(policy.may(actor, name) for name in permissions_of(user)):
        raise NotAllowed(f"{user} may do more than you hold yourself.")


def _end_sessions(user: User) -> None:
    Session.objects.filter(user=user, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_reason="account ended", data=""
    )
