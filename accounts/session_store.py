"""Django's session engine on `accounts.Session`: the cookie carries the token, the table its
hash."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Session
from accounts.models.sessions import opened_by, token_hash
from inventory_site.core import context


class SessionStore(SessionBase):
    """A session lives 24 hours from sign-in and is revoked, not deleted, when its user signs
    out."""

    def _get_new_session_key(self) -> str:
        return secrets.token_urlsafe(32)

    def load(self) -> dict[str, Any]:
        """Return the session's dictionary; an unknown, revoked or expired key starts afresh."""
        key = self.session_key or ""
        row = opened_by(key)
        if row is None:
            self._session_key = None
            return {}
        self.row = row
        return self.decode(row.data)

    def exists(self, session_key: str) -> bool:
        """Whether the key was ever given out."""
        return Session.objects.filter(token_hash=token_hash(session_key)).exists()

    def create(self) -> None:
        """Begin an empty session under a new key."""
        self._session_key = self._get_new_session_key()
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Write the dictionary; `UpdateError` when the session was revoked meanwhile."""
        if self.session_key is None:
            return self.create()
        values: dict[str, Any] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # of the base class
        fields = {"data": self.encode(values), "user_id": values.get(SESSION_KEY)}
        digest = token_hash(self.session_key)
        if not must_create:
            if not Session.objects.usable().filter(token_hash=digest).update(**fields):
                raise UpdateError
            return None
        call = context.current()
        try:
            with transaction.atomic():
                self.row = Session.objects.create(
                    token_hash=digest,
                    ip_address=call.address,
                    user_agent=call.agent[:400],
                    expires_at=timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE),
                    **fields,
                )
        except IntegrityError as err:
            raise CreateError from err
        return None

    def delete(self, session_key: str | None = None) -> None:
        """Revoke; a session without a user leaves no row."""
        key = session_key or self.session_key
        if key is None:
            return
        rows = Session.objects.filter(token_hash=token_hash(key))
        rows.filter(user__isnull=True).delete()
        rows.filter(revoked_at__isnull=True).update(
            revoked_at=timezone.now(), revoked_reason="logout", data=""
        )

    @classmethod
    def clear_expired(cls) -> None:
        """Remove sessions that ended over 30 days ago."""
        Session.objects.filter(expires_at__lt=timezone.now() - timedelta(days=30)).delete()
