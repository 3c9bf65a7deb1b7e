"""Password hashes of the replaced systems."""

from django.contrib.auth.hashers import (
    BCryptPasswordHasher,
    get_hasher,
    identify_hasher,
)

BCRYPT_BYTES = 72
RAW_MARKS = ("$2a$", "$2b$", "$2y$")


class ReplacedBCryptHasher(BCryptPasswordHasher):
    """Plain bcrypt as the replaced systems wrote it: what lies past 72 bytes does not count."""

    def encode(self, password: str, salt: str) -> str:
        """Return the hash of the first 72 bytes."""
        cut = password.encode()[:BCRYPT_BYTES].decode(errors="ignore")
        return super().encode(cut, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Whether the password's first 72 bytes match."""
        return super().verify(password.encode()[:BCRYPT_BYTES].decode(errors="ignore"), encoded)


def stored_form(password_hash: str) -> str:
    """Return a hash as Django stores it: a bare bcrypt hash gets the name of its hasher."""
    return f"bcrypt${password_hash}" if password_hash.startswith(RAW_MARKS) else password_hash


def must_renew(encoded: str) -> bool:
    """Whether a hash that matched is of another kind, or cheaper, than new ones are."""
    preferred = get_hasher("default")
    found = identify_hasher(encoded)
    return found.algorithm != preferred.algorithm or preferred.must_update(encoded)
