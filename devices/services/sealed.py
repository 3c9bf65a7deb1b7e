"""Secrets that are sent with a run or a scan: encrypted in its options until it ends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from devices.errors import Invalid, Refused
from inventory_site.core import crypto
from inventory_site.core.redaction import is_secret

KEY = "sealed"
COMMUNITIES = ("snmp_communities", "snmp_community", "community")
SECRET_KEYS = (
    "password",
    "private_key",
    "passphrase",
    *COMMUNITIES,
    "auth_password",
    "priv_password",
    "api_key",
    "api_secret",
    "token",
)
LONGEST = 64 * 1024


def split(options: Mapping[str, Any], field: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what of options is plain, and the secrets that are not blank; raises `Invalid`.

    Also a key that only sounds like a secret, in any case, is taken for one.
    """
    sealed = {name for name, value in options.items() if _holds_secret(str(name), value)} - {KEY}
    plain = {name: value for name, value in options.items() if name not in (KEY, *sealed)}
    secrets = {name: options[name] for name in options if name in sealed and options[name]}
    for name, value in secrets.items():
        if name not in SECRET_KEYS:
            continue
        texts = value if isinstance(value, list) and name == "snmp_communities" else [value]
        if not all(isinstance(text, str) and len(text) <= LONGEST for text in texts):
            raise Invalid(field, f"{name} must be a text")
    return plain, secrets


def _holds_secret(name: str, value: Any) -> bool:
    """Whether a key sounds like a secret, or one below it does."""
    if name in SECRET_KEYS or is_secret(name):
        return True
    if isinstance(value, Mapping):
        return any(_holds_secret(str(key), item) for key, item in value.items())
    return isinstance(value, list) and any(_holds_secret("", item) for item in value)


def closed(plain: Mapping[str, Any], secrets: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return options with their secrets encrypted, bound to the row at `place`."""
    if not secrets:
        return dict(plain)
    return {**plain, KEY: crypto.encrypt(json.dumps(secrets), bound_to=place)}


def opened(options: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return the secrets of options; raises `Refused` when no key opens them."""
    if KEY not in options:
        return {}
    try:
        found: dict[str, Any] = json.loads(crypto.decrypt(options[KEY], bound_to=place))
    except crypto.CannotDecrypt as err:
        text = "The secret does not open with the keys of this site"
        raise Refused("SECRET_UNREADABLE", text, 409) from err
    return found


def without(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options without their secrets."""
    return {name: value for name, value in options.items() if name != KEY}
