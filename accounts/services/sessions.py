"""Sessions: opening, renewing and ending sign-ins."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from accounts.errors import InvalidToken
from accounts.models import Session, User
from accounts.models.sessions import token_hash
from accounts.services import audit
from inventory_site.core.errors import NotFound
from inventory_site.core.locks import lock

_OWN_FIELDS = (
    "refresh_hash",
    "refresh_expires_at",
    "is_limited",
    "two_factor_verified",
    "two_factor_verified_at",
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in hands out once; only hashes stay here."""

    session: Session
    session_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime


def open_session(
    user: User, *, two_factor_verified: bool = False, is_limited: bool = False
) -> Tokens:
    """Open a session that serves as bearer token and as cookie alike.

    `is_limited` opens one that may change the password and do nothing else.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    values = dict(store.items())
    store.create()
    store.update(values)
    store.save()
    refresh = secrets.token_urlsafe(32)
    row: Session = store.row
    row.user = user
    row.refresh_hash = token_hash(refresh)
    row.refresh_expires_at = timezone.now() + timedelta(seconds=settings.SESSION_REFRESH_AGE)
    row.is_limited = is_limited
    row.two_factor_verified = two_factor_verified
    row.two_factor_verified_at = timezone.now() if two_factor_verified else None
    row.save(update_fields=list(_OWN_FIELDS))
    return Tokens(row, store.session_key, refresh, row.expires_at)


def store_of(tokens: Tokens) -> SessionBase:
    """Return a session just opened as Django's session of a browser; its cookie gets the token."""
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(tokens.session_token)
    store.modified = True
    return store


@transaction.atomic
def refresh(*, refresh_token: str) -> tuple[User, Tokens]:
    """Exchange a refresh token for a new pair; the old pair ends. Raises `InvalidToken`.

    What the second step proved stays proved, and a limited session stays limited.
    """
    rows = Session.objects.filter(
        refresh_hash=token_hash(refresh_token),
        revoked_at__isnull=True,
        refresh_expires_at__gt=timezone.now(),
    )
    row = lock(rows).first()
    if row is None or row.user is None or not row.user.is_active:
        raise InvalidToken("Invalid or expired refresh token")
    revoke(row, reason="refreshed")
    tokens = open_session(
        row.user, two_factor_verified=row.two_factor_verified, is_limited=row.is_limited
    )
    return row.user, tokens


def session_of_header(header: str) -> Session | None:
    """Return the open session of an `Authorization` header."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        return None
    rows = Session.objects.usable().select_related("user")
    return rows.filter(token_hash=token_hash(token.strip()), user__isnull=False).first()


def sign_out(*, actor: User, session: Session | None) -> None:
    """End the session the call came with."""
    with transaction.atomic():
        if session is not None:
            revoke(session, reason="logout")
        audit.record(actor, "session.closed", actor)


@transaction.atomic
def end_others(*, user: User, keep: Session | None) -> int:
    """End every sign-in of the account but the one the call came with; return how many."""
    ended = revoke_others(user, keep=keep, reason="revoke_all")
    audit.record(user, "session.others_revoked", user, after={"count": ended})
    return ended


@transaction.atomic
def end_one(*, actor: User, session_id: int) -> None:
    """End one of the actor's own sign-ins, or raise `NotFound`."""
    row = Session.objects.usable().filter(pk=session_id, user=actor).first()
    if row is None:
        raise NotFound("Session not found")
    revoke(row, reason="revoked")
    audit.record(actor, "session.revoked", actor, after={"session": row.pk})


def forget_old() -> None:
    """Remove sessions that ended over 30 days ago."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def revoke_others(user: User, *, keep: Session | None, reason: str) -> int:
    """End every open session of an account but `keep`; return how many."""
    rows = Session.objects.filter(user=user, revoked_at__isnull=True)
    if keep is not None:
        rows = rows.exclude(pk=keep.pk)
    return rows.update(revoked_at=timezone.now(), revoked_reason=reason, data="")


def carry_over(session: Session, user: User) -> None:
    """Let a session outlive a change of its user's password, and lift its limit."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    row = Session.objects.get(pk=session.pk)
    values = store.decode(row.data)
    values[HASH_SESSION_KEY] = user.get_session_auth_hash()
    row.data, row.is_limited = store.encode(values), False
    row.save(update_fields=["data", "is_limited"])


def revoke(session: Session, *, reason: str) -> bool:
    """End one session; return whether it was still open."""
    ended = Session.objects.filter(pk=session.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_reason=reason, data=""
    )
    return bool(ended)
