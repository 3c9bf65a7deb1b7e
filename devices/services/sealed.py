"""Secrets that are sent with a run or a scan: encrypted in its options until it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from devices.errors import Invalid, Unreadable
from devices.models import ExecutorRun, Scan
from inventory_site.core import crypto
from inventory_site.core.redaction import is_secret

KEY = "sealed"
COLUMNS: dict[type[ExecutorRun | Scan], str] = {ExecutorRun: "config", Scan: "options"}
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
SECRET_PARTS = frozenset({"pin", "passcode", "otp", "totp", "psk", "pass", "passwd", "pwd"})
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
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
    parts = {part.lower() for part in PARTS.findall(name)}
    if name in SECRET_KEYS or is_secret(name) or parts & SECRET_PARTS:
        return True
    if isinstance(value, Mapping):
        return any(_holds_secret(str(key), item) for key, item in value.items())
    return isinstance(value, list) and any(_holds_secret("", item) for item in value)


def place(row: ExecutorRun | Scan) -> str:
    """Name the place that the secrets of a run or a scan are bound to."""
    return f"{row._meta.label_lower}:{row.pk}:{COLUMNS[type(row)]}"


def keep(row: ExecutorRun | Scan, plain: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    """Store options in a stored row, their secrets encrypted and bound to it."""
    text = {KEY: crypto.encrypt(json.dumps(secrets), bound_to=place(row))} if secrets else {}
    _store(row, {**plain, **text})


def opened(row: ExecutorRun | Scan) -> dict[str, Any]:
    """Return the secrets of a row; raises `Unreadable`."""
    options = getattr(row, COLUMNS[type(row)])
    if KEY not in options:
        return {}
    try:
        found: dict[str, Any] = json.loads(crypto.decrypt(options[KEY], bound_to=place(row)))
    except crypto.CannotDecrypt as err:
        raise Unreadable from err
    return found


def without(row: ExecutorRun | Scan) -> dict[str, Any]:
    """Return the options of a row without its secrets."""
    return {name: value for name, value in getattr(row, COLUMNS[type(row)]).items() if name != KEY}


def forget(row: ExecutorRun | Scan) -> None:
    """Empty what a row keeps sealed; it has come to its end."""
    if KEY in getattr(row, COLUMNS[type(row)]):
        _store(row, without(row))


def _store(row: ExecutorRun | Scan, options: dict[str, Any]) -> None:
    column = COLUMNS[type(row)]
    setattr(row, column, options)
    row.save(update_fields=[column])
