"""Signing in: a password, then a second step where the account asks for one.

The second step needs the challenge that the first one gave: a random token, kept as SHA-256, good
for five minutes, one use, and five bad codes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.backends import find_account
from accounts.errors import InvalidCredentials, SecondFactorFailed
from accounts.models import SignInChallenge, User
from accounts.models.sessions import token_hash
from accounts.services import (
    audit,
    lockout,
    password_policy,
    second_factor,
    security_keys,
    sessions,
)
from inventory_site.core import context
from inventory_site.core.locks import guarded, lock

CHALLENGE_LIFE = timedelta(minutes=5)
MOST_BAD_CODES = 5
WRONG = "Invalid username or password"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that is through; a session with an expired password may only change it."""

    user: User
    tokens: sessions.Tokens
    password_expired: bool


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The password was right; the challenge has to come back with a code."""

    user: User
    method: str
    challenge: str = field(repr=False)


def sign_in(
    *, username: str, password: str, check: Callable[[User, str], bool] = User.check_password
) -> SignedIn | SecondStep:
    """Check a password and open a session, or ask for the second step.

    `check` compares the password; a front end that sends another form of it brings its own.

    Raises `InvalidCredentials`; every attempt is audited, and bad ones count towards the lock. An
    unknown name costs as much time as a wrong password.
    """
    user = find_account(username)
    if user is None:
        make_password(password)
        raise _refused(None, username, WRONG)
    _require_open(user)
    if not check(user, password):
        raise _refused(user, username, _after_wrong_password(user))
    if user.two_factor_enabled:
        return _second_step(user)
    return _through(user, two_factor_verified=False)


def finish(*, user_id: int, challenge: str, code: str) -> SignedIn:
    """Do the second step of a sign-in with a code, or raise `SecondFactorFailed`.

    The fifth bad code voids the challenge, and that counts as one bad sign-in.
    """
    return _finish(user_id, challenge, lambda user: second_factor.accept(user, code))


def finish_with_key(
    *, user_id: int, challenge: str, answer: Mapping[str, Any], site: security_keys.Site
) -> SignedIn:
    """The same with the answer of a security key; a bad one counts like a bad code."""

    def proves(user: User) -> bool:
        return security_keys.accept(user, challenge=challenge, answer=answer, site=site)

    return _finish(user_id, challenge, proves)


def _finish(user_id: int, challenge: str, proves: Callable[[User], bool]) -> SignedIn:
    digest = token_hash(challenge)
    with guarded():
        rows = SignInChallenge.objects.filter(
            token_hash=digest,
            user_id=user_id,
            used_at__isnull=True,
            voided_at__isnull=True,
            expires_at__gt=timezone.now(),
        )
        row = lock(rows).first()
        if row is not None:
            user = lock(User.objects.filter(pk=user_id)).get()
            if not user.is_locked and user.is_active and proves(user):
                row.used_at = timezone.now()
                row.save(update_fields=["used_at"])
                return _open(user, two_factor_verified=True)
            _count_bad_code(row, user)
    raise SecondFactorFailed


def send_again(*, user_id: int, challenge: str) -> None:
    """Mail a new code for a live challenge, at most once a minute."""
    row = live_challenge(challenge)
    if row is None or row.user_id != user_id or not second_factor.sends_mail(row.user):
        raise SecondFactorFailed
    second_factor.send_code(row.user, is_again=True)


def live_challenge(challenge: str) -> SignInChallenge | None:
    """Return the first step that a challenge proves, while it is good."""
    rows = SignInChallenge.objects.select_related("user").filter(
        token_hash=token_hash(challenge), used_at__isnull=True, voided_at__isnull=True
    )
    return rows.filter(expires_at__gt=timezone.now()).first()


def _require_open(user: User) -> None:
    if user.is_locked:
        raise _refused(user, user.username, lockout.LOCKED)
    if not user.is_active:
        raise _refused(user, user.username, f"Account is {user.status}")


def _after_wrong_password(user: User) -> str:
    """Count the failure, unless others locked the account meanwhile; return what to say."""
    with guarded():
        row = lock(User.objects.filter(pk=user.pk)).get()
        if row.is_locked:
            return lockout.LOCKED
        lockout.count_failure(row)
    return WRONG


def _second_step(user: User) -> SecondStep:
    token = secrets.token_urlsafe(32)
    SignInChallenge.objects.filter(user=user, expires_at__lt=timezone.now()).delete()
    SignInChallenge.objects.create(
        user=user, token_hash=token_hash(token), expires_at=timezone.now() + CHALLENGE_LIFE
    )
    if second_factor.sends_mail(user):
        second_factor.send_code(user)
    return SecondStep(user, user.two_factor_method, token)


def _through(user: User, *, two_factor_verified: bool) -> SignedIn:
    """Open the session, unless the account was locked or closed while the password was checked."""
    with guarded():
        row = lock(User.objects.filter(pk=user.pk)).get()
        if not row.is_locked and row.is_active:
            return _open(row, two_factor_verified=two_factor_verified)
    raise _refused(user, user.username, lockout.LOCKED if row.is_locked else WRONG)


def _open(row: User, *, two_factor_verified: bool) -> SignedIn:
    """Forget bad sign-ins, note this one and open its session; the row is locked."""
    lockout.forget_failures(row)
    row.last_login, row.last_login_ip = timezone.now(), context.current().address
    row.save(update_fields=["last_login", "last_login_ip"])
    expired = password_policy.expiry_of(row).expired
    tokens = sessions.open_session(row, two_factor_verified=two_factor_verified, is_limited=expired)
    audit.record(row, "session.opened", row, after=audit.caller())
    return SignedIn(row, tokens, expired)


def _count_bad_code(row: SignInChallenge, user: User) -> None:
    row.bad_codes += 1
    if row.bad_codes >= MOST_BAD_CODES:
        row.voided_at = timezone.now()
        if not user.is_locked:
            lockout.count_failure(user)
    row.save(update_fields=["bad_codes", "voided_at"])
    audit.record(
        None,
        "second_factor.refused",
        user,
        after={"bad_codes": row.bad_codes, **audit.caller()},
        outcome="refused",
    )


def _refused(user: User | None, username: str, text: str) -> InvalidCredentials:
    audit.record(
        None,
        "session.refused",
        user,
        after={"username": username, "reason": text, **audit.caller()},
        outcome="refused",
    )
    return InvalidCredentials(text)
