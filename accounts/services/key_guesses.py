"""Limits on guessing keys of the fabrication surface (its contract, 6.3).

A view of that surface asks in this order, with the key as it was sent:

    key_guesses.require_calm(secret, is_check=...)   # before the key is looked at
    found = ...                                      # look the key up
    if found is None: key_guesses.note_wrong()       # then answer 401
    else: key_guesses.note_right(secret)             # then go on

`is_check` is true for `auth/check` only; a view of it calls `require_check_rate` after the key was
found. A missing key is no guess: none of these is called then. `TooManyGuesses` carries
`retry_after` in seconds; the surface answers it as 429 with
`{"error": "Rate limited", "message": ..., "retry_after": 1.27}` and `Retry-After: 2`.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.errors import TooManyGuesses
from accounts.models.sessions import token_hash
from accounts.services import attempts
from inventory_site.core import context

WRONG, PROVEN, CHECKED = "key.wrong", "key.proven", "key.checked"
WINDOW = timedelta(seconds=1.9)  # front ends time their 2 s from before sending
SAID_S = 2.0
FREE_GUESSES, FREE_WITHIN = 5, timedelta(seconds=60)
PROVEN_FOR, PROVEN_AGAIN = timedelta(hours=24), timedelta(hours=1)
CHECKS, CHECKS_WITHIN = 30, timedelta(minutes=1)


def require_calm(secret: object, *, is_check: bool) -> None:
    """Raise `TooManyGuesses` while the caller's address has to wait and the key is unproven.

    Decided before the key is looked at: a right key that was not accepted from this address in
    the last 24 hours waits as well. Waiting does not begin anew by asking.
    """
    address = _address()
    last = attempts.latest(WRONG, address, WINDOW)
    if last is None or _is_proven(secret, address):
        return
    if is_check or attempts.count(WRONG, address, FREE_WITHIN) >= FREE_GUESSES:
        waited = (timezone.now() - last).total_seconds()
        raise TooManyGuesses(retry_after=max(0.01, SAID_S - waited))


def require_check_rate() -> None:
    """Raise `TooManyGuesses` beyond 30 checks a minute from one address; counts this one."""
    address = _address()
    if attempts.count(CHECKED, address, CHECKS_WITHIN) >= CHECKS:
        first = attempts.oldest(CHECKED, address, CHECKS_WITHIN) or timezone.now()
        left = CHECKS_WITHIN - (timezone.now() - first)
        raise TooManyGuesses(retry_after=max(0.01, left.total_seconds()))
    attempts.note(CHECKED, address)


def note_wrong() -> None:
    """Count a wrong key from the caller's address."""
    attempts.note(WRONG, _address())


def note_right(secret: str) -> None:
    """Remember that the key was accepted from the caller's address; written once an hour."""
    key = _proof(secret, _address())
    if attempts.latest(PROVEN, key, PROVEN_AGAIN) is None:
        attempts.note(PROVEN, key)


def _is_proven(secret: object, address: str) -> bool:
    if not isinstance(secret, str):
        return False
    return attempts.latest(PROVEN, _proof(secret, address), PROVEN_FOR) is not None


def _proof(secret: str, address: str) -> str:
    return token_hash(f"{address} {secret}")


def _address() -> str:
    return context.current().address or "unknown"
