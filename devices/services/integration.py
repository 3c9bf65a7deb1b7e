"""Settings of integrations: plain values in `accounts.Setting`, secrets encrypted beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from accounts.models import Setting, User
from accounts.services import audit
from devices.errors import Unreadable
from inventory_site.core import crypto

SECRET = "encrypted:"  # noqa: S105  a mark in front of ciphertext, no secret
BULLETS = "••••••••"


def read(key: str, default: Any = None) -> Any:
    """Return a setting's value, opened when it is a secret; raises `Unreadable`."""
    row = Setting.objects.filter(key=key).first()
    if row is None:
        return _first_value(key, default)
    if isinstance(row.value, str) and row.value.startswith(SECRET):
        try:
            return crypto.decrypt(row.value.removeprefix(SECRET), bound_to=place_of(key))
        except crypto.CannotDecrypt as err:
            raise Unreadable(setting=key) from err
    return row.value


def shown(key: str, default: Any = None) -> Any:
    """Return a setting's value for the page that sets it: the default where no key opens it."""
    try:
        return read(key, default)
    except Unreadable:
        return default


def _first_value(key: str, default: Any) -> Any:
    first = {"netbox_url": settings.NETBOX_URL, "netbox_token": settings.NETBOX_TOKEN}.get(key)
    return first or default


@transaction.atomic
def write(actor: Any, values: Mapping[str, Any], *, secrets: frozenset[str] = frozenset()) -> None:
    """Store settings; those named in `secrets` are encrypted. One audit entry names the keys."""
    for key, value in values.items():
        if value is None:
            Setting.objects.filter(key=key).delete()
            continue
        stored = value
        if key in secrets and value:
            stored = SECRET + crypto.encrypt(str(value), bound_to=place_of(key))
        Setting.objects.update_or_create(
            key=key,
            defaults={"value": stored, "updated_by": actor if isinstance(actor, User) else None},
        )
    audit.record(actor, "integration.settings_changed", after={"keys": sorted(values)})


def left_behind(url_key: str, values: Mapping[str, Any], *secrets: str) -> dict[str, str]:
    """Return the secrets that a new URL leaves behind, blank: they were given for another host.

    A secret that comes with the URL stays.
    """
    is_left = leaves_host(url_key, values)
    return {key: "" for key in secrets if is_left and key not in values}


def leaves_host(url_key: str, values: Mapping[str, Any]) -> bool:
    """Whether a new URL leads to another host than the stored one, or to none."""
    stored = read(url_key, "") or ""
    return bool(stored and url_key in values and not is_same_host(values[url_key], stored))


def is_same_host(url: str, stored: str | None) -> bool:
    """Whether a URL leads where the stored one does: the same scheme, host and port."""
    one, other = urlsplit(url), urlsplit(stored or "")
    return (one.scheme, one.netloc.lower()) == (other.scheme, other.netloc.lower())


def mask(secret: str | None) -> str:
    """Show eight bullets and the last 8 characters; the bullets alone for a short secret."""
    if not secret:
        return ""
    return BULLETS + secret[-8:] if len(secret) > 8 else BULLETS


def place_of(key: str) -> str:
    """Name the place that a setting's ciphertext is bound to."""
    return f"accounts.setting:{key}:value"
