"""Accounts of SNMP version 3: their words, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WORDS = {
    "auth": ("MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512"),
    "priv": (
        "DES",
        "AES",
        "AES192",
        "AES256",
        "AES192B",
        "AES256B",
    ),  # B: keys as Blumenthal's draft,
}
ALIASES = {"SHA1": "SHA", "AES128": "AES"}
SHORTEST_PASSWORD = 8
LONGEST_NAME = 32  # bytes, of RFC 3414


def protocol(value: Any) -> str:
    """Return a protocol as `WORDS` has it: `sha-256` is `SHA256`."""
    word = str(value or "").upper().replace("-", "")
    return ALIASES.get(word, word)


def is_too_long(name: str) -> bool:
    """Whether a user name is longer than an agent can know one."""
    return len(name.encode(errors="replace")) > LONGEST_NAME


def wrong_account(config: Mapping[str, Any]) -> str:
    """Return what is wrong with an account; blank when nothing is."""
    if not config.get("security_name"):
        return "security_name is required for version 3"
    if is_too_long(str(config["security_name"])):
        return f"security_name must have {LONGEST_NAME} bytes or less"
    for kind, words in WORDS.items():
        if protocol(config.get(f"{kind}_protocol")) not in ("", *words):
            return f"{kind}_protocol must be one of {', '.join(words)}"
        password = config.get(f"{kind}_password")
        if password and len(str(password)) < SHORTEST_PASSWORD:
            return f"{kind}_password must have {SHORTEST_PASSWORD} characters or more"
    if config.get("priv_password") and not config.get("auth_password"):
        return "auth_password is required with priv_password"
    return ""
