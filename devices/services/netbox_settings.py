"""The NetBox integration's settings, and whether NetBox answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from devices import policy
from devices.errors import Invalid, RemoteFailed
from devices.models import NetBoxCacheEntry
from devices.services import integration
from devices.services.netbox_client import NetBoxClient, NetBoxFailed
from devices.services.remote_json import base_url
from devices.values import truth, wanted_id

DEFAULTS = ("default_site_id", "default_role_id", "default_device_type_id")
OF_ITS_HOST = ("netbox_token", *(f"netbox_{name}" for name in DEFAULTS))
TOKEN = re.compile(r"[\x21-\x7e]+")
MISSING = "NetBox is not configured. Set URL and API token in settings."


def shown() -> dict[str, Any]:
    """Return the settings with the token masked."""
    token = integration.shown("netbox_token", "")
    data = {name: integration.read(f"netbox_{name}") for name in DEFAULTS}
    return {
        "url": integration.read("netbox_url", "") or "",
        "token": integration.mask(token),
        "token_configured": bool(token),
        "verify_ssl": bool(integration.read("netbox_verify_ssl", True)),
        "enabled": bool(token and integration.read("netbox_url", "")),
        **data,
    }


def save(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Store settings; a token that begins with bullets leaves the stored one.

    The stored one does not go to another host: there it is gone, and has to come with the URL. So
    do the default ids, and what was read of the other NetBox; `dropped` of the answer names them.
    """
    policy.require(actor, policy.SETTINGS_EDIT)
    values: dict[str, Any] = {}
    if "url" in body:
        values["netbox_url"] = base_url(body["url"])
    token = _token(body)
    if token:
        values["netbox_token"] = token
    if body.get("verify_ssl") is not None:
        values["netbox_verify_ssl"] = truth(body["verify_ssl"], "verify_ssl", True)
    for name in DEFAULTS:
        if name in body:
            values[f"netbox_{name}"] = _id(name, body[name])
    is_left = integration.leaves_host("netbox_url", values)
    left = [key for key in OF_ITS_HOST if is_left and key not in values]
    dropped = [key.removeprefix("netbox_") for key in left if integration.shown(key)]
    values |= {key: "" if key == "netbox_token" else None for key in left}
    with transaction.atomic():
        integration.write(actor, values, secrets=frozenset({"netbox_token"}))
        if is_left and NetBoxCacheEntry.objects.all().delete()[0]:
            dropped.append("cached_devices")
    return shown() | ({"dropped": dropped} if dropped else {})


def _token(body: Mapping[str, Any]) -> str:
    """Return the token that was sent; blank for none, or for the bullets that stand for ours."""
    sent = body.get("token")
    if sent is not None and not isinstance(sent, str):
        raise Invalid("token", "token must be a text")
    token = (sent or "").strip()
    if token.startswith("••"):
        return ""
    if token and not TOKEN.fullmatch(token):
        raise Invalid("token", "token may hold letters, digits and signs of ASCII only")
    return token


def _id(name: str, value: Any) -> int | None:
    return None if value in (None, "") else wanted_id(value, name)


def client(*, is_quick: bool = False) -> NetBoxClient:
    """Return a client of the stored settings, or raise `RemoteFailed`."""
    url, token = integration.read("netbox_url", ""), integration.read("netbox_token", "")
    if not url or not token:
        raise RemoteFailed("NETBOX_ERROR", MISSING)
    verify = bool(integration.read("netbox_verify_ssl", True))
    return NetBoxClient(url, token, verify=verify, is_quick=is_quick)


def is_current(client: NetBoxClient) -> bool:
    """Whether a client asks the NetBox that is configured by now."""
    return integration.is_same_host(client.url, integration.read("netbox_url", ""))


def refusal(err: NetBoxFailed) -> RemoteFailed:
    """Return what NetBox's error is to the caller: its 404 stays one, all else is 502."""
    if err.status == 404:
        return RemoteFailed("NOT_FOUND", "NetBox has no such object", 404)
    return RemoteFailed("NETBOX_ERROR", str(err), details=str(err))


def test(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Ask NetBox for its version; the stored token goes to the stored URL's host only."""
    policy.require(actor, policy.SETTINGS_EDIT)
    stored_url = integration.read("netbox_url", "")
    url = base_url(body.get("url") or stored_url)
    token = _token(body)
    if not token and integration.is_same_host(url, stored_url):
        token = integration.read("netbox_token", "")
    if not url or not token:
        raise Invalid("url", "URL and token are required")
    stored = bool(integration.read("netbox_verify_ssl", True))
    verify = truth(body.get("verify_ssl"), "verify_ssl", stored)
    try:
        found = NetBoxClient(url, token, verify=verify, is_quick=True).get("/api/status/")
    except NetBoxFailed as err:
        raise RemoteFailed("CONNECTION_FAILED", str(err)) from err
    return {
        "connected": True,
        "netbox_version": found.get("netbox-version"),
        "python_version": found.get("python-version"),
        "plugins": found.get("plugins") or {},
    }


def status() -> dict[str, Any]:
    """Return whether NetBox answers now."""
    found = shown()
    data = {"url": found["url"], "token_configured": found["token_configured"]}
    if not found["enabled"]:
        return {"connected": False, **data}
    try:
        client(is_quick=True).get("/api/status/")
    except (NetBoxFailed, RemoteFailed):
        return {"connected": False, **data}
    return {"connected": True, **data}
