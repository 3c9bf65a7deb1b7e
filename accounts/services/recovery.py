"""The way back in for who runs the machine."""

from __future__ import annotations

import secrets

from django.db import transaction

from accounts.choices import UserStatus
from accounts.models import Role, RoleAssignment, User
from accounts.models.users import SUPER_ADMIN
from accounts.services import audit, lockout, second_factor, sessions
from inventory_site.core.locks import guarded, lock

PASSWORD_BYTES = 15


def recover(*, username: str) -> tuple[User, str]:
    """Make an account a super administrator who can sign in now; return its new password.

    The account is made when there is none of that name. It becomes active, its lock ends, its
    second factor is switched off, its sessions end, and the password has to be changed at the next
    sign-in. Nothing but access to the machine is asked; the audit tells it.
    """
    password = f"Aa1-{secrets.token_urlsafe(PASSWORD_BYTES)}"
    with guarded():
        user = lock(User.objects.filter(username__iexact=username)).first()
        is_new = user is None
        if user is None:
            user = User(username=username)
            user.full_clean(exclude=["password"])
        user.set_password(password)
        user.status, user.must_change_password = UserStatus.ACTIVE, True
        user.save()
        lockout.forget_failures(user)
        second_factor.erase(user)
        sessions.revoke_others(user, keep=None, reason="recovered")
        _make_super_admin(user)
        audit.record(None, "user.recovered", user, after={"made": is_new})
    return user, password


@transaction.atomic
def _make_super_admin(user: User) -> None:
    role = Role.objects.get(group__name=SUPER_ADMIN)
    RoleAssignment.objects.update_or_create(
        user=user, role=role, defaults={"valid_from": None, "valid_until": None}
    )
