"""Passwords: changing one's own, setting another's, getting back in by mail."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts import policy as rights
from accounts.backends import find_account
from accounts.choices import AuthMethod
from accounts.errors import InvalidToken, PasswordRejected, WrongPassword
from accounts.models import PasswordHistory, PasswordPolicy, Session, User
from accounts.services import audit, lockout, password_policy, sessions, users
from inventory_site.core.errors import InvalidInput, NotAllowed
from inventory_site.core.locks import guarded, lock
from inventory_site.core.tasks import enqueue

ONE_TIME_LENGTH, MOST_DRAWS = 20, 100
ONE_TIME_SIGNS = {
    "uppercase": "ABCDEFGHJKLMNPQRSTUVWXYZ",
    "lowercase": "abcdefghjkmnpqrstuvwxyz",
    "numbers": "23456789",
}
RESET_PAGE = "/admin/password_reset/confirm/"


def change_password(*, user: User, session: Session | None, current: str, new: str) -> None:
    """Change one's own password; this session goes on, every other one ends.

    The current password is asked first (`WrongPassword`), then the policy (`PasswordRejected` with
    every rule that is broken).
    """
    if not current or not new:
        raise InvalidInput("Current and new password required", fields=_missing(current, new))
    if not user.check_password(current):
        audit.record(user, "password.changed", user, outcome="refused")
        raise WrongPassword("Current password is incorrect")
    _require_good(user, new, may_be_young=user.must_change_password)
    with guarded():
        row = _store(user, new, must_change=False)
        if session is not None:
            sessions.carry_over(session, row)
        sessions.revoke_others(row, keep=session, reason="password_changed")
        audit.record(user, "password.changed", row)


def set_password(*, actor: User | None, user: User, new: str, must_change: bool = True) -> None:
    """Give an account a new password, which its owner has to change; ends all its sessions.

    Asks the policy but for the least age. The system itself (no actor) may do it for everybody, a
    person only for who holds no more than they do.
    """
    if actor is not None:
        rights.require(actor, "accounts.change_user")
        users.require_may_touch(actor, user)
    _require_good(user, new, may_be_young=True)
    with guarded():
        row = _store(user, new, must_change=must_change)
        sessions.revoke_others(row, keep=None, reason="password_changed")
        audit.record(actor, "password.set", row, after={"must_change": must_change})


def give_one_time_password(*, actor: User, user: User) -> str:
    """Give an account a random password that has to be changed at once; return it, shown once."""
    policy, mail = password_policy.current_policy(), user.email or ""
    drawn = (_random_password(policy) for _ in range(MOST_DRAWS))  # a short name may be in one
    rules: dict[str, Any] = {"policy": policy, "username": user.username, "email": mail}
    new = next((text for text in drawn if not password_policy.problems(text, **rules)), "")
    set_password(actor=actor, user=user, new=new)
    return new


def request_reset(*, name: str, base_url: str) -> None:
    """Queue a mail with a link to a local, active account; says nothing about which exist."""
    if not password_policy.current_policy().allow_password_reset:
        raise NotAllowed("Passwords are not reset by mail here; ask an administrator.")
    user = find_account(name)
    audit.record(None, "password.reset_asked", user, after={"name": name})
    if user is not None and _may_reset(user):
        enqueue("accounts.mail_reset", user.pk, base_url)


def mail_reset(user_id: int, base_url: str) -> None:
    """Send the link; it works once and for the time of `PASSWORD_RESET_TIMEOUT`."""
    user = User.objects.filter(pk=user_id).first()
    if user is None or not _may_reset(user):
        return
    query = urlencode(
        {
            "uid": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": default_token_generator.make_token(user),
        }
    )
    link = f"{urljoin(base_url, RESET_PAGE)}?{query}"
    send_mail(
        "Set a new password",
        f"Somebody, probably you, asked for a new password for {user.username}.\n\n{link}\n\n"
        "The link works once, for one hour. If it was not you, nothing has changed.",
        settings.DEFAULT_FROM_EMAIL,
        [user.email or ""],
    )


def account_of_link(uid: str, token: str) -> User | None:
    """Return the account that a mailed link speaks of, while it is good."""
    try:
        user = User.objects.filter(pk=int(force_str(urlsafe_base64_decode(uid)))).first()
    except (ValueError, OverflowError):
        return None
    if user is None or not _may_reset(user):
        return None
    return user if default_token_generator.check_token(user, token) else None


def reset_password(*, uid: str, token: str, new: str) -> User:
    """Set the password of a mailed link; ends the account's sessions and its lock."""
    user = account_of_link(uid, token)
    if user is None:
        raise InvalidToken("Invalid or expired reset link")
    _require_good(user, new, may_be_young=True)
    with guarded():
        row = _store(user, new, must_change=False)
        lockout.forget_failures(row)
        sessions.revoke_others(row, keep=None, reason="password_changed")
        audit.record(row, "password.reset", row)
    return row


def _random_password(policy: PasswordPolicy) -> str:
    """Draw as many signs of each kind as the policy asks for, and the rest of all kinds."""
    signs = {**ONE_TIME_SIGNS, "special": policy.special_chars_allowed}
    asked = password_policy.asked_kinds(policy)
    drawn = [secrets.choice(signs[kind]) for kind, _, least in asked for _ in range(least)]
    length = max(policy.min_length, min(ONE_TIME_LENGTH, policy.max_length))
    others = "".join(ONE_TIME_SIGNS.values())
    drawn += [secrets.choice(others) for _ in range(length - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


@transaction.atomic
def _store(user: User, new: str, *, must_change: bool) -> User:
    """Hash the new password, move the old hash to the history and trim that."""
    row = lock(User.objects.filter(pk=user.pk)).get()
    keep = password_policy.current_policy().password_history_count
    if row.has_usable_password() and keep:
        PasswordHistory.objects.get_or_create(user=row, password_hash=row.password)
    row.set_password(new)
    row.must_change_password = must_change
    row.save(
        update_fields=["password", "password_changed_at", "must_change_password", "updated_at"]
    )
    too_old = row.password_history.values_list("pk", flat=True)[keep:]
    PasswordHistory.objects.filter(pk__in=list(too_old)).delete()
    return row


def _require_good(user: User, new: str, *, may_be_young: bool) -> None:
    policy = password_policy.current_policy()
    found = password_policy.problems(
        new, policy=policy, username=user.username, email=user.email or ""
    )
    found += password_policy.history_problems(user, new, policy, may_be_young=may_be_young)
    if found:
        raise PasswordRejected(found)


def _may_reset(user: User) -> bool:
    return user.is_active and bool(user.email) and user.auth_method == AuthMethod.LOCAL


def _missing(current: str, new: str) -> dict[str, list[str]]:
    sent = {"current_password": current, "new_password": new}
    return {name: ["This is required."] for name, value in sent.items() if not value}
