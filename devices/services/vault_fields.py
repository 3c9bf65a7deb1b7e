"""What is said of a credential beside its secret: read from a request, checked, kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import User
from devices.choices import AccessLevel, CredentialStatus
from devices.errors import Invalid, Refused
from devices.models import Credential
from devices.services import secrets
from devices.values import moment, truth
from inventory_site.core.whole import whole_number

TEXTS = ("description", "username", "category", "environment", "owner", "notes")
LISTS = ("tags", "allowed_users", "allowed_groups")


def name_of(value: Any) -> str:
    """Return the name that was sent, or raise `Refused` (MISSING_NAME) or `Invalid`."""
    if not isinstance(value, str) or not value.strip():
        raise Refused("MISSING_NAME", "Name is required", field="name")
    if len(value.strip()) > 255:
        raise Invalid("name", "name may have 255 characters at most")
    return value.strip()


def apply(row: Credential, body: Mapping[str, Any]) -> None:
    """Take the fields that were sent; raises `Invalid`."""
    for name in TEXTS:
        if name in body:
            value = body[name]
            if name == "username" and not secrets.is_given(value):
                continue  # also a secret field, where null means "as it is"
            if value is not None and not isinstance(value, str):
                raise Invalid(name, f"{name} must be a text")
            setattr(row, name, value or "")
    for name in LISTS:
        if name in body:
            value = body[name] if body[name] is not None else []
            if not isinstance(value, list) or not all(_is_word(one) for one in value):
                raise Invalid(name, f"{name} must be a list of texts")
            setattr(row, name, _people(value) if name == "allowed_users" else value)
    if "valid_from" in body:
        row.valid_from = moment(body["valid_from"], "valid_from")
    if "valid_until" in body or "expires_at" in body:
        name = "valid_until" if "valid_until" in body else "expires_at"
        row.valid_until = moment(body[name], name)
        end_moved(row)
    if body.get("access_level") is not None:
        if body["access_level"] not in AccessLevel.values:
            raise Invalid("access_level", f"access_level must be {', '.join(AccessLevel.values)}")
        row.access_level = body["access_level"]
    if "rotation_interval_days" in body:
        row.rotation_interval_days = None
    for name in ("expiration_warning_days", "rotation_interval_days"):
        if body.get(name) is not None:
            days = whole_number(body[name])
            if days is None:
                raise Invalid(name, f"{name} must be a whole number of days")
            setattr(row, name, days)
    row.is_default = truth(body.get("is_default"), "is_default", row.is_default)


def end_moved(row: Credential) -> None:
    """Warn anew before the new end; what had expired counts again when that is still to come."""
    row.warned_days = None
    if row.is_expired and (row.valid_until is None or row.valid_until > timezone.now()):
        row.is_expired = False
        if row.status == CredentialStatus.EXPIRED:
            row.status = CredentialStatus.ACTIVE


def set_status(row: Credential, status: Any) -> None:
    """Switch a credential, where it may be switched so; raises `Invalid`."""
    allowed = ("active", "disabled", "revoked", "pending_rotation")
    if status not in allowed:
        raise Invalid("status", f"status must be one of {', '.join(allowed)}")
    if row.status == CredentialStatus.REVOKED != status:
        raise Invalid("status", "A revoked credential stays so until it is rotated")
    if status == CredentialStatus.ACTIVE and row.valid_until and row.valid_until <= timezone.now():
        raise Invalid("status", "An expired credential is active again with a later valid_until")
    row.status = status


def check_window(row: Credential) -> None:
    """Raise `Invalid` for an end before the start, and for what no column holds."""
    if row.valid_from and row.valid_until and row.valid_until <= row.valid_from:
        raise Invalid("valid_until", "valid_until must be later than valid_from")
    row.full_clean(
        exclude=["encrypted_data", "key_id"], validate_unique=False, validate_constraints=False
    )


def _is_word(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _people(sent: list[Any]) -> list[Any]:
    """Return people as `policy.may_keep` reads them: a number is an id, a text a name.

    A text of digits is a name if an account has it by now, else the id of an account.
    """
    ids = {one: pk for one in sent if isinstance(one, str) and (pk := whole_number(one.strip()))}
    is_id = set(User.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
    named = {one for one in ids if User.objects.filter(username__iexact=one.strip()).exists()}
    return [ids[one] if ids.get(one) in is_id and one not in named else one for one in sent]
