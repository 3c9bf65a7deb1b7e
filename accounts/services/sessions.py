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
    authenticate,
)
from django.db import transaction
from django.utils import timezone

from accounts.errors import InvalidCredentials, InvalidToken
from accounts.models import Session, User
from accounts.models.sessions import token_hash
from accounts.services import audit
from inventory_site.core.locks import lock


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in hands out once; only hashes stay here."""

    session: Session
    session_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime


def sign_in(*, username: str, password: str) -> tuple[User, Tokens]:
    """Check a password and open a session, or raise `InvalidCredentials`; both are audited."""
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        audit.record(None, "session.refused", after={"username": username}, outcome="refused")
        raise InvalidCredentials("Invalid username or password")
    with transaction.atomic():
        tokens = open_session(user)
        User.objects.filter(pk=user.pk).update(last_login=timezone.now())
        audit.record(user, "session.opened", user)
    return user, tokens


def open_session(user: User) -> Tokens:
    """Open a session that serves as bearer token and as cookie alike."""
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
    row.save(update_fields=["refresh_hash", "refresh_expires_at"])
    return Tokens(row, store.session_key, refresh, row.expires_at)


@transaction.atomic
def refresh(*, refresh_token: str) -> tuple[User, Tokens]:
    """Exchange a refresh token for a new pair; the old pair ends. Raises `InvalidToken`."""
    rows = Session.objects.filter(
        refresh_hash=token_hash(refresh_token),
        revoked_at__isnull=True,
        refresh_expires_at__gt=timezone.now(),
    )
    row = lock(rows).first()
    if row is None or row.user is None or not row.user.is_active:
        raise InvalidToken("Invalid or expired refresh token")
    revoke(row, reason="refreshed")
    return row.user, open_session(row.user)


def sign_out(*, actor: User, session: Session | None) -> None:
    """End the session the call came with."""
    with transaction.atomic():
        if session is not None:
            revoke(session, reason="logout")
        audit.record(actor, "session.closed", actor)


def revoke(session: Session, *, reason: str) -> bool:
    """End one session; return whether it was still open."""
    ended = Session.objects.filter(pk=session.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_reason=reason, data=""
    )
    return bool(ended)
