"""The password policy: its row, its sentences, and what it says of one password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.db import transaction
from django.utils import timezone

from accounts.models import PasswordPolicy, User
from accounts.models.passwords import FALLBACK_LENGTH
from accounts.services import audit
from inventory_site.core.errors import InvalidInput
from inventory_site.core.locks import lock

FIELDS = tuple(
    field.name for field in PasswordPolicy._meta.fields if field.name not in {"id", "updated_at"}
)
KINDS = (
    ("uppercase", "uppercase letter(s)"),
    ("lowercase", "lowercase letter(s)"),
    ("numbers", "number(s)"),
    ("special", "special character(s)"),
)
COMMON = frozenset(
    "password 123456 12345678 qwerty abc123 password1 password123 admin letmein welcome monkey "
    "dragon master login princess starwars passw0rd shadow sunshine trustno1".split()
)
TOO_COMMON = "This password is too common. Please choose a more unique password"


@dataclass(frozen=True, slots=True)
class Expiry:
    """How long a password still holds; `days` is None when it never ends, and never below 0."""

    expired: bool
    expiring_soon: bool
    days: int | None


def current_policy() -> PasswordPolicy:
    """Return the rules; without a row, the defaults with a shorter least length."""
    return PasswordPolicy.objects.first() or PasswordPolicy(min_length=FALLBACK_LENGTH)


def seed_policy() -> None:
    """Make the row of rules when there is none."""
    if not PasswordPolicy.objects.exists():
        PasswordPolicy.objects.create()


@transaction.atomic
def update_policy(*, actor: User | None, changes: Mapping[str, Any]) -> PasswordPolicy:
    """Change rules; names that are no rule are ignored. Raises on values out of their bounds."""
    seed_policy()
    row = lock(PasswordPolicy.objects.all())[0]
    before = audit.snapshot(row, FIELDS)
    for name in FIELDS:
        if name in changes:
            setattr(row, name, _of_kind(row, name, changes[name]))
    row.full_clean(validate_constraints=False)
    if row.max_length < row.min_length:
        raise InvalidInput(fields={"max_length": ["max_length may not be below min_length."]})
    asked = sum(least for _, _, least in asked_kinds(row))
    if row.max_length < asked:
        text = f"max_length may not be below {asked}, the characters that are asked for."
        raise InvalidInput(fields={"max_length": [text]})
    row.save()
    after = audit.snapshot(row, FIELDS)
    if before != after:
        audit.record(actor, "policy.changed", row, before=_unmasked(before), after=_unmasked(after))
    return row


def _of_kind(row: PasswordPolicy, name: str, value: Any) -> Any:
    """Return a sent value, or refuse a number that is a truth or has a fraction."""
    is_number = type(getattr(row, name)) is int
    if is_number and (isinstance(value, bool) or (isinstance(value, float) and value % 1)):
        raise InvalidInput(fields={name: [f"{name} must be a whole number."]})
    return value


def requirements(policy: PasswordPolicy) -> list[str]:
    """Return the rules as people read them."""
    texts = [f"At least {policy.min_length} characters"]
    texts += [f"At least {least} {what}" for _, what, least in asked_kinds(policy)]
    if policy.prevent_username_in_password:
        texts.append("Cannot contain your username")
    if policy.prevent_common_passwords:
        texts.append("Cannot be a commonly used password")
    if policy.password_history_count:
        texts.append(f"Cannot reuse last {policy.password_history_count} passwords")
    return texts


def problems(
    password: str, *, policy: PasswordPolicy | None = None, username: str = "", email: str = ""
) -> list[str]:
    """Return every rule about the text itself that the password breaks, in the policy's order."""
    policy = policy or current_policy()
    found = []
    if len(password) < policy.min_length:
        found.append(f"Password must be at least {policy.min_length} characters")
    if len(password) > policy.max_length:
        found.append(f"Password must be no more than {policy.max_length} characters")
    have = _tally(password, policy)
    found += [
        f"Password must contain at least {least} {what}"
        for kind, what, least in asked_kinds(policy)
        if have[kind] < least
    ]
    lowered = password.lower()
    if policy.prevent_username_in_password and username and username.lower() in lowered:
        found.append("Password cannot contain your username")
    mailbox = email.partition("@")[0].lower()
    if policy.prevent_email_in_password and mailbox and mailbox in lowered:
        found.append("Password cannot contain your email address")
    if policy.prevent_common_passwords and lowered in common_passwords():
        found.append(TOO_COMMON)
    return found


def history_problems(
    user: User, password: str, policy: PasswordPolicy, *, may_be_young: bool = False
) -> list[str]:
    """Return what the account's past says against the password: reuse, and too soon a change."""
    found = []
    count = policy.password_history_count
    if count and any(check_password(password, old) for old in _former(user, count)):
        found.append(f"Cannot reuse any of your last {count} passwords")
    least_age = timedelta(hours=policy.min_password_age_hours)
    changed_at = user.password_changed_at
    if not may_be_young and changed_at and timezone.now() - changed_at < least_age:
        hours = policy.min_password_age_hours
        found.append(f"Password can only be changed once every {hours} hours")
    return found


def expiry_of(user: User, policy: PasswordPolicy | None = None) -> Expiry:
    """Return whether the account's password has run out, and when it will."""
    if user.must_change_password:
        return Expiry(True, False, 0)
    if user.password_never_expires or not user.has_usable_password():
        return Expiry(False, False, None)
    if user.password_changed_at is None:
        return Expiry(True, False, 0)
    policy = policy or current_policy()
    if not policy.password_expires:
        return Expiry(False, False, None)
    left = policy.expiration_days - (timezone.now() - user.password_changed_at).days
    return Expiry(left <= 0, 0 < left <= policy.expiration_warning_days, max(left, 0))


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords that everybody tries first: the seeded ones and Django's 20,000."""
    return COMMON | CommonPasswordValidator().passwords


def asked_kinds(policy: PasswordPolicy) -> list[tuple[str, str, int]]:
    """Return the kinds of characters that are asked for: kind, its words, how many."""
    asked = []
    for kind, what in KINDS:
        flag = "require_special_chars" if kind == "special" else f"require_{kind}"
        least = getattr(policy, f"min_{kind}")
        if getattr(policy, flag) and least:
            asked.append((kind, what, least))
    return asked


def _tally(password: str, policy: PasswordPolicy) -> dict[str, int]:
    allowed = policy.special_chars_allowed
    return {
        "uppercase": sum(char.isupper() for char in password),
        "lowercase": sum(char.islower() for char in password),
        "numbers": sum(char.isdigit() for char in password),
        "special": sum(char in allowed for char in password),
    }


def _former(user: User, count: int) -> list[str]:
    """Hashes of the current and the former passwords."""
    old = user.password_history.values_list("password_hash", flat=True)[:count]
    return [*([user.password] if user.has_usable_password() else []), *old]


def _unmasked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Shorten the word that the audit would take for a secret."""
    return {name.replace("password", "pw"): value for name, value in values.items()}
