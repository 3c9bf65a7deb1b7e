"""What a poll asks with of its own: a community, or an account of SNMPv3; each sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from devices.errors import Invalid, Unreadable
from devices.executors.snmp_accounts import (
    LONGEST_NAME,
    SHORTEST_PASSWORD,
    WORDS,
    is_too_long,
    protocol,
)
from devices.models import PollConfig
from devices.services import secrets
from inventory_site.core import crypto

COMMUNITY = "snmp_community"
KEYS = {  # what an executor calls each field of the account
    "snmpv3_username": "security_name",
    "snmpv3_auth_protocol": "auth_protocol",
    "snmpv3_auth_password": "auth_password",
    "snmpv3_priv_protocol": "priv_protocol",
    "snmpv3_priv_password": "priv_password",
}
PROTOCOLS = {"snmpv3_auth_protocol": WORDS["auth"], "snmpv3_priv_protocol": WORDS["priv"]}
PASSWORDS = frozenset({"snmpv3_auth_password", "snmpv3_priv_password"})
FIELDS = (COMMUNITY, *KEYS)
COLUMNS = ("community_encrypted", "account_encrypted")


def place(pk: int, column: str) -> str:
    """Name the place that a secret of a poll is bound to."""
    return secrets.place("pollconfig", pk, column)


def way_in(row: PollConfig) -> dict[str, Any]:
    """Return what a poll of no credential asks with, for an executor; raises `Unreadable`.

    Version 3 takes the account once it has a user name; without one, a community goes before the
    vault as it does below version 3.
    """
    if row.snmp_version == "3":
        account = _account(row)
        if account.get("security_name"):
            return account
    community = _opened(row, "community_encrypted")
    return {"community": community} if community else {}


def community_of(row: PollConfig, with_community: bool) -> str | None:
    """Return a poll's own community, its mask, or nothing when the vault knows it."""
    if not row.community_encrypted:
        return None
    if not with_community:
        return secrets.MASK
    try:
        return _opened(row, "community_encrypted")
    except Unreadable:
        return secrets.MASK


def account_shown(row: PollConfig) -> dict[str, str | None]:
    """Return a poll's own account with masks for its passwords; all masks if it does not open."""
    try:
        account = _account(row)
    except Unreadable:
        return dict.fromkeys(KEYS, secrets.MASK)
    shown: dict[str, str | None] = {name: account.get(key) for name, key in KEYS.items()}
    return shown | {name: secrets.MASK for name in PASSWORDS if shown[name]}


def keep(row: PollConfig, body: Mapping[str, Any]) -> None:
    """Store the secrets that were sent; null and blank forget one, the mask keeps it."""
    sent = {name: body[name] for name in FIELDS if body.get(name, secrets.MASK) != secrets.MASK}
    for name, value in sent.items():
        if value is not None and not isinstance(value, str):
            raise Invalid(name, f"{name} must be a text")
    if COMMUNITY in sent:
        _seal(row, "community_encrypted", sent.pop(COMMUNITY) or "")
    if sent:
        stored = {} if set(sent) == set(KEYS) else _account(row)
        stored |= {KEYS[name]: _checked(name, value or "") for name, value in sent.items()}
        account = {key: value for key, value in stored.items() if value}
        _seal(row, "account_encrypted", json.dumps(account) if account else "")


def _checked(name: str, value: str) -> str:
    """Return a field as it is stored; raises `Invalid`, which never repeats the value."""
    if name in PASSWORDS:
        if value and len(value) < SHORTEST_PASSWORD:
            raise Invalid(name, f"{name} must have {SHORTEST_PASSWORD} characters or more")
        return value
    value, words = value.strip(), PROTOCOLS.get(name)
    if words and protocol(value) not in ("", *words):
        raise Invalid(name, f"{name} must be one of {', '.join(words)}")
    if not words and is_too_long(value):
        raise Invalid(name, f"{name} must have {LONGEST_NAME} bytes or less")
    return value


def _account(row: PollConfig) -> dict[str, str]:
    text = _opened(row, "account_encrypted")
    found: dict[str, str] = json.loads(text) if text else {}
    return found


def _opened(row: PollConfig, column: str) -> str:
    sealed = getattr(row, column)
    try:
        return crypto.decrypt(sealed, bound_to=place(row.pk, column)) if sealed else ""
    except crypto.CannotDecrypt as err:
        raise Unreadable from err


def _seal(row: PollConfig, column: str, text: str) -> None:
    setattr(row, column, crypto.encrypt(text, bound_to=place(row.pk, column)) if text else "")
    row.save(update_fields=[column])
