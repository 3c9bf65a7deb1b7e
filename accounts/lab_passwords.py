"""Passwords as the lab's front ends send them: lower-case hex SHA-256, in place of the password.

`bcrypt_sha256` is bcrypt over exactly that digest, so a digest is compared with the part of the
stored hash after its name, and no second hash has to be kept.
"""

from __future__ import annotations

import re

import bcrypt
from django.contrib.auth.hashers import get_hasher, make_password

from accounts.models import User

DIGEST = re.compile(r"[0-9a-f]{64}")
PREFIX = "bcrypt_sha256$"


def is_digest(password: str) -> bool:
    """Whether a value has the form that the lab's front ends send."""
    return DIGEST.fullmatch(password) is not None


def check(user: User, password: str) -> bool:
    """Whether a digest, or any other text as a plain password, opens the account."""
    if not is_digest(password):
        return user.check_password(password)
    if not user.password.startswith(PREFIX):
        return False
    return _matches(password, user.password)


def stored_hash(password: str) -> str:
    """Return the hash to store for a password that was sent either way."""
    if not is_digest(password):
        return make_password(password)
    rounds: int = get_hasher("bcrypt_sha256").rounds  # type: ignore[attr-defined]  # bcrypt's own
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds))
    return PREFIX + hashed.decode()


def _matches(digest: str, encoded: str) -> bool:
    return bcrypt.checkpw(digest.encode(), encoded.removeprefix(PREFIX).encode())
