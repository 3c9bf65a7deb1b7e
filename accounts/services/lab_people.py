"""People of the lab: joining, invitations, roles (lab contract 4 and 12.5).

Front ends send the lower-case hex SHA-256 of a password in its place; `bcrypt_sha256` is bcrypt
of exactly that, so both forms open one account.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.choices import LabRole, LabStatus
from accounts.errors import LabRefused
from accounts.lab_passwords import stored_hash
from accounts.models import (
    LabInvitation,
    LabProfile,
    Role,
    RoleAssignment,
    Session,
    User,
)
from accounts.models.sessions import token_hash
from accounts.selectors.lab_people import GROUPS, IMPLIED, other_super_admins, standing_of
from accounts.services import audit
from inventory_site.core.errors import NotAllowed, NotFound
from inventory_site.core.locks import lock

logger = logging.getLogger(__name__)

INVITATION_LIFE = timedelta(days=7)
NO_RIGHT = "Insufficient permissions"
LAST_ONE = "At least one active Super Admin must remain"
STALE = "Invitation is invalid or expired"
LETTER = """You are invited to the lab as {role}.

{where}
The invitation is good for one account until {until:%d %B %Y, %H:%M} UTC.
"""


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and its token, which is not stored."""

    invitation: LabInvitation
    token: str = field(repr=False)


@transaction.atomic
def register(
    *,
    username: str,
    password: str,
    email: str | None = None,
    discord_id: str | None = None,
    role: str = "",
) -> User:
    """Make an account of the lab; without a role it books devices and no more.

    Raises `LabRefused` when the name, the address or the Discord id is taken.
    """
    _refuse_taken(username, email, discord_id)
    user = User(
        username=username,
        email=(email or "").lower() or None,
        password=stored_hash(password),
        password_changed_at=timezone.now(),
    )
    user.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            user.save()
            LabProfile.objects.create(user=user, discord_id=discord_id or None)
    except IntegrityError as err:  # somebody else was quicker
        _refuse_taken(username, email, discord_id)
        raise LabRefused("Username already taken.") from err
    _assign(user, GROUPS.get(role, "lab_researcher"), actor=None)
    audit.record(user, "lab.register", user, after={"username": username, "role": role or None})
    return user


def _refuse_taken(username: str, email: str | None, discord_id: str | None) -> None:
    if User.objects.filter(username__iexact=username).exists():
        raise LabRefused("Username already taken.")
    if email and User.objects.filter(email__iexact=email).exists():
        raise LabRefused("Email already registered.")
    if discord_id and LabProfile.objects.filter(discord_id=discord_id).exists():
        raise LabRefused("Discord ID already registered.")


def register_admin(*, secret: str, **fields: Any) -> User:
    """Make a Super Admin for who knows `LAB_ADMIN_SECRET`; a blank setting lets nobody in."""
    wanted = settings.LAB_ADMIN_SECRET
    if not wanted or not hmac.compare_digest(secret.encode(), wanted.encode()):
        audit.record(None, "lab.register_admin", outcome="refused")
        raise NotAllowed("Invalid admin secret")
    return register(role=LabRole.SUPER_ADMIN, **fields)


@transaction.atomic
def invite(*, actor: User, email: str, role: str, handle: str = "") -> Invited:
    """Invite somebody by mail; the token is in the letter and in the answer, and only its hash
    stays.
    """
    _require_super_admin_for(actor, role)
    token = secrets.token_hex(16)
    row = LabInvitation(
        email=email.lower(),
        role=role,
        handle=handle,
        invited_by=actor,
        token_hash=token_hash(token),
        expires_at=timezone.now() + INVITATION_LIFE,
    )
    row.full_clean()
    row.save()
    audit.record(actor, "lab.invite_user", row, after={"email": row.email, "role": role})
    transaction.on_commit(lambda: _send_letter(row, token))
    return Invited(row, token)


@transaction.atomic
def accept(*, token: str, username: str, password: str) -> User:
    """Make the account that an invitation offers; it works once and before it ends."""
    rows = LabInvitation.objects.filter(
        token_hash=token_hash(token), accepted_at__isnull=True, expires_at__gt=timezone.now()
    )
    row = lock(rows).first()
    if row is None:
        raise LabRefused(STALE)
    user = register(username=username, password=password, email=row.email, role=row.role)
    row.accepted_at, row.accepted_by = timezone.now(), user
    row.save(update_fields=["accepted_at", "accepted_by"])
    audit.record(user, "lab.accept_invitation", row)
    return user


@transaction.atomic
def set_role(*, actor: User, user_id: int, role: str, approval_limits: Any = None) -> User:
    """Give a person a role of the lab in place of the one they have.

    Nobody changes their own role; only a Super Admin gives or takes that role; one stays.
    """
    user = _locked_person(user_id)
    before = standing_of(user)
    _require_super_admin_for(actor, before.role, role)
    if before.role == LabRole.SUPER_ADMIN != role:
        _keep_one(user)
    if user.pk == actor.pk:
        raise NotAllowed(NO_RIGHT)
    profile = _profile(user)
    if profile.status == LabStatus.DISABLED:
        profile.suspended_role = role
    else:
        _assign(user, GROUPS[role], actor=actor)
    if approval_limits is not None:
        profile.approval_limits = approval_limits
    profile.save()
    audit.record(
        actor, "lab.update_user_role", user, before={"role": before.role}, after={"role": role}
    )
    return user


@transaction.atomic
def set_status(*, actor: User, user_id: int, status: str) -> User:
    """Let a person's role count, or not; disabling ends their sessions."""
    user = _locked_person(user_id)
    before = standing_of(user)
    _require_super_admin_for(actor, before.role)
    profile = _profile(user)
    if status == LabStatus.DISABLED and not before.is_disabled:
        if before.role == LabRole.SUPER_ADMIN:
            _keep_one(user)
        profile.suspended_role = before.role if before.is_assigned else ""
        _take_lab_roles(user)
        Session.objects.filter(user=user, revoked_at__isnull=True).update(
            revoked_at=timezone.now(), revoked_reason="disabled", data=""
        )
    if status == LabStatus.ACTIVE and profile.suspended_role:
        if not _is_implied(user, profile.suspended_role):
            _assign(user, GROUPS[profile.suspended_role], actor=actor)
        profile.suspended_role = ""
    profile.status = status
    profile.save()
    audit.record(
        actor,
        "lab.update_user_status",
        user,
        before={"status": before.status},
        after={"status": status},
    )
    return user


def _locked_person(user_id: int) -> User:
    user = lock(User.objects.filter(pk=user_id)).first()
    if user is None:
        raise NotFound("User not found")
    return user


def _profile(user: User) -> LabProfile:
    return LabProfile.objects.get_or_create(user=user)[0]


def _require_super_admin_for(actor: User, *roles: str) -> None:
    if LabRole.SUPER_ADMIN not in roles:
        return
    if standing_of(actor).role != LabRole.SUPER_ADMIN:
        raise NotAllowed(NO_RIGHT)


def _keep_one(leaving: User) -> None:
    groups = (GROUPS[LabRole.SUPER_ADMIN], IMPLIED[LabRole.SUPER_ADMIN])
    queue = RoleAssignment.objects.filter(role__group__name__in=groups)
    list(lock(queue))  # changes of Super Admins wait for each other
    if not other_super_admins(leaving).exists():
        raise LabRefused(LAST_ONE)


def _assign(user: User, group: str, *, actor: User | None) -> None:
    _take_lab_roles(user)
    role = Role.objects.get(group__name=group)
    RoleAssignment.objects.create(user=user, role=role, assigned_by=actor)
    _forget_cached(user)


def _take_lab_roles(user: User) -> None:
    names = (*GROUPS.values(), "lab_researcher")
    RoleAssignment.objects.filter(user=user, role__group__name__in=names).delete()
    _forget_cached(user)


def _is_implied(user: User, role: str) -> bool:
    held = RoleAssignment.objects.valid_at(timezone.now()).filter(user=user)
    return held.filter(role__group__name=IMPLIED.get(role, "")).exists()


def _forget_cached(user: User) -> None:
    user.__dict__.pop("held_roles", None)
    user.__dict__.pop("_held_permissions", None)


def _send_letter(row: LabInvitation, token: str) -> None:
    """Mail the invitation; what the mail server refuses is logged, the token is in the answer."""
    page = settings.LAB_FRONTEND_URL
    where = f"Open {page}?invitation={token}" if page else f"Your invitation code is {token}"
    text = LETTER.format(role=row.role, where=where, until=row.expires_at)
    try:
        send_mail("Your invitation to the lab", text, None, [row.email])
    except OSError as err:  # smtplib's errors are kinds of it
        logger.warning(
            "invitation was not mailed", extra={"row": row.pk, "why": type(err).__name__}
        )
