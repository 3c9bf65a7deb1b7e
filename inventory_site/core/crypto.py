"""Encryption at rest: AES-256-GCM with a key ring.

A value is `pb1:<key id>:<base64 of 12-byte nonce, ciphertext and 16-byte tag>` (NIST SP 800-38D).
The associated data names model, row and field, so that a value copied to another row does not open.
"""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

PREFIX = "pb1"
NONCE_BYTES = 12


class CannotDecrypt(Exception):
    """The value is damaged, belongs to another row, or its key is gone; says nothing of the
    content."""


def active_key_id() -> str:
    """Return the id of the key that encrypts."""
    return next(iter(settings.VAULT_KEYS))


def encrypt(plain: str | bytes, *, bound_to: str) -> str:
    """Encrypt with the first key of the ring; `bound_to` names the place the value lives in."""
    key_id = active_key_id()
    nonce = os.urandom(NONCE_BYTES)
    data = plain.encode() if isinstance(plain, str) else plain
    sealed = AESGCM(settings.VAULT_KEYS[key_id]).encrypt(nonce, data, bound_to.encode())
    return f"{PREFIX}:{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(value: str, *, bound_to: str) -> str:
    """Open a value, or raise `CannotDecrypt`."""
    try:
        prefix, key_id, encoded = value.split(":", 2)
        raw = base64.b64decode(encoded, validate=True)
        if prefix != PREFIX or key_id not in settings.VAULT_KEYS:
            raise CannotDecrypt(f"no key {key_id!r} in the ring")
        plain = AESGCM(settings.VAULT_KEYS[key_id]).decrypt(
            raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode()
        )
    except (ValueError, binascii.Error, InvalidTag) as err:
        raise CannotDecrypt("the value does not open") from err
    return plain.decode()


def key_id_of(value: str) -> str:
    """Return the id of the key a value was encrypted with, blank for what is no such value."""
    return value.partition(":")[2].partition(":")[0]
