"""API keys: making, checking, ending."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import policy
from accounts.models import ApiKey, User
from accounts.models.sessions import token_hash
from accounts.permissions import django_permissions, unknown_names
from accounts.services import audit
from inventory_site.core.errors import InvalidInput, NotAllowed
from inventory_site.core.locks import only_if_free

PREFIX_LENGTH = 8
TOUCH_EVERY = timedelta(minutes=1)
VIEW, ADD, CHANGE = "accounts.view_apikey", "accounts.add_apikey", "accounts.change_apikey"


@transaction.atomic
def create_api_key(
    *,
    actor: User | None,
    user: User,
    name: str,
    scopes: Sequence[str],
    allowed_ips: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret, which is not stored and never shown again.

    `scopes` are permission names (see `accounts.permissions`) that the owner holds now; what the
    owner loses later, the key loses as well. Raises `InvalidInput`, or `NotAllowed` for a scope
    beyond the maker's own rights, and for a maker who is a key: a key makes no keys.
    """
    if actor is not None and actor.narrowed_to is not None:
        raise NotAllowed("An API key cannot make API keys.")
    _require_scopes(user, scopes)
    require_may_hand_out(actor, scopes)
    networks = [_network(text) for text in allowed_ips]
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput(fields={"expires_at": ["The end has to be in the future."]})
    secret = f"pb_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        user=user,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        key_hash=token_hash(secret),
        scopes=list(dict.fromkeys(scopes)),
        allowed_ips=networks,
        expires_at=expires_at,
    )
    audit.record(actor, "apikey.created", key, after={"owner": user.username, "scopes": key.scopes})
    return key, secret


def _require_scopes(user: User, scopes: Sequence[str]) -> None:
    """Refuse no scope at all, unknown ones, and those that the owner does not hold."""
    wrong = [f"Unknown permission name: {name}" for name in unknown_names(scopes)]
    if not scopes:
        wrong = ["Name at least one permission."]
    if not wrong and not user.is_superuser:
        beyond = [name for name in scopes if not user.has_perms(sorted(django_permissions([name])))]
        wrong = [f"{user.username} does not hold {name}" for name in beyond]
    if wrong:
        raise InvalidInput(fields={"scopes": wrong})


def require_may_hand_out(actor: User | None, scopes: Sequence[str]) -> None:
    """Raise `NotAllowed` when a key would do for its owner what its maker may not do."""
    if actor is None or actor.is_superuser:
        return
    beyond = [
        name
        for name in scopes
        if not all(policy.may(actor, perm) for perm in django_permissions([name]))
    ]
    if beyond:
        raise NotAllowed(f"You may not hand out {', '.join(beyond)}.", scopes=beyond)


def user_of_key(secret: str, *, address: str | None) -> tuple[User, ApiKey] | None:
    """Return the owner, narrowed to the key's scopes, or nothing; notes the use once a minute,
    and not while others write long."""
    key = ApiKey.objects.usable().select_related("user").filter(key_hash=token_hash(secret)).first()
    if key is None or not key.user.is_active or not _from_allowed(key, address):
        return None
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at >= TOUCH_EVERY:
        with only_if_free():
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now, last_used_ip=address)
    known = [name for name in key.scopes if not unknown_names([name])]
    key.user.narrowed_to = django_permissions(known)
    return key.user, key


@transaction.atomic
def revoke_api_key(*, actor: User, key: ApiKey) -> None:
    """End a key; a second call changes nothing.

    One's own, or any with the permission to change keys; a key ends itself and no other.
    """
    is_key = actor.narrowed_to is not None
    if is_key or key.user_id != actor.pk:
        policy.require(actor, CHANGE)
    ended = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )
    if ended:
        audit.record(actor, "apikey.revoked", key)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as err:
        raise InvalidInput(fields={"allowed_ips": [f"Invalid IP address: {text}"]}) from err


def _from_allowed(key: ApiKey, address: str | None) -> bool:
    if not key.allowed_ips:
        return True
    if address is None:
        return False
    return any(
        ipaddress.ip_address(address) in ipaddress.ip_network(network)
        for network in key.allowed_ips
    )
