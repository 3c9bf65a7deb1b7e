"""Signing in through the lab's front ends (lab contract, 4).

The rules of the account hold: lock-out, status, second factor. Every failure reads alike.
"""

from __future__ import annotations

import math
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from accounts import lab_passwords
from accounts.errors import InvalidCredentials, LabRefused, TooManyGuesses
from accounts.models import Session, User
from accounts.services import attempts, audit, sessions
from accounts.services import sign_in as flow
from accounts.session_store import SessionStore
from inventory_site.core import context
from inventory_site.core.errors import DomainError

WRONG = "Invalid username or password"
TOO_MANY = "Too many attempts, try again later"
WITHIN = timedelta(minutes=15)
BY_NAME, BY_ADDRESS = "lab.name", "lab.address"
MOST = {BY_NAME: 10, BY_ADDRESS: 30}
WEEK_S = 7 * 24 * 3600


def sign_in(*, username: str, password: str, code: str = "") -> tuple[User, SessionBase]:
    """Return the person and the cookie session of 7 days, or raise.

    `LabRefused` for every failure, `TooManyGuesses` after ten failures of a name or thirty of an
    address in 15 minutes. An account with a second factor sends `code` besides.
    """
    keys = {BY_NAME: username.strip().lower(), BY_ADDRESS: context.current().address or "unknown"}
    _require_calm(keys)
    try:
        user, session = _enter(username.strip(), password, code)
    except DomainError as err:
        for scope, key in keys.items():
            attempts.note(scope, key)
        raise LabRefused(WRONG) from err
    attempts.forget(BY_NAME, keys[BY_NAME])
    return user, session


def enter(user: User) -> SessionBase:
    """Open a session for somebody who has just made the account."""
    tokens = sessions.open_session(user)
    audit.record(user, "session.opened", user, after=audit.caller())
    return _as_cookie(tokens)


def _enter(username: str, password: str, code: str) -> tuple[User, SessionBase]:
    found = flow.sign_in(username=username, password=password, check=lab_passwords.check)
    if isinstance(found, flow.SecondStep):
        if not code:
            raise InvalidCredentials(WRONG)
        found = flow.finish(user_id=found.user.pk, challenge=found.challenge, code=code)
    return found.user, _as_cookie(found.tokens)


def _as_cookie(tokens: sessions.Tokens) -> SessionBase:
    """Return the session as the cookie that the middleware sends, good for a week."""
    ends = timezone.now() + timedelta(seconds=WEEK_S)
    Session.objects.filter(pk=tokens.session.pk).update(expires_at=ends)
    store = SessionStore(session_key=tokens.session_token)
    store.set_expiry(WEEK_S)
    return store


def _require_calm(keys: dict[str, str]) -> None:
    for scope, key in keys.items():
        most = max(1, int(MOST[scope] * settings.THROTTLE_SCALE))
        if attempts.count(scope, key, WITHIN) >= most:
            first = attempts.oldest(scope, key, WITHIN) or timezone.now()
            left = (first + WITHIN - timezone.now()).total_seconds()
            raise TooManyGuesses(TOO_MANY, retry_after=max(1.0, math.ceil(left)))
