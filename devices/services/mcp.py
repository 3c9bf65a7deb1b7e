"""Ciena's network manager (MCP): settings, a test, and its equipment told to the register."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from accounts.services import audit
from devices import policy
from devices.addresses import normal_ip
from devices.errors import RemoteFailed
from devices.models import Device, NetBoxCacheEntry
from devices.services import (
    integration,
    inventory,
    netbox_settings,
    netbox_sync,
    netbox_upsert,
    remote_json,
)
from devices.services.netbox_client import NetBoxFailed
from devices.values import truth
from inventory_site.core.errors import DomainError

SECRETS = frozenset({"mcp_password"})
CONSTRUCTS = "/nsi/api/search/networkConstructs"
MISSING = "MCP is not configured. Set URL, user name and password in settings."
TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
WRITING_S = 6.0  # of one call, asking MCP included
PAGE, EACH_S, ONE_DEVICE_S = 1000, 3.5, 2.0


def shown() -> dict[str, Any]:
    """Return the settings; of the password only whether there is one."""
    url = integration.read("mcp_url", "") or ""
    password = bool(integration.shown("mcp_password", ""))
    return {
        "url": url,
        "username": integration.read("mcp_username", "") or "",
        "password_configured": password,
        "verify_ssl": integration.read("mcp_verify_ssl", True) is not False,
        "enabled": bool(url and password and integration.read("mcp_enabled", True)),
    }


def save(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Store settings; a password that begins with bullets leaves the stored one.

    One that was stored for another host is gone with a new URL.
    """
    policy.require(actor, policy.SETTINGS_EDIT)
    values: dict[str, Any] = {}
    if "url" in body:
        values["mcp_url"] = remote_json.base_url(body["url"])
    if "username" in body:
        values["mcp_username"] = str(body["username"] or "")[:255]
    for name in ("verify_ssl", "enabled"):
        if body.get(name) is not None:
            values[f"mcp_{name}"] = truth(body[name], name, True)
    sent = body.get("password")
    if isinstance(sent, str) and sent and not sent.startswith("••"):
        values["mcp_password"] = sent
    values |= integration.left_behind("mcp_url", values, "mcp_password")
    integration.write(actor, values, secrets=SECRETS)
    return shown()


def constructs() -> list[dict[str, Any]]:
    """Return the network's nodes as `{name, ip_address, model, serial, vendor}`."""
    found = shown()
    if not found["enabled"] or not found["username"]:
        raise RemoteFailed("MCP_NOT_CONFIGURED", MISSING, 503)
    asked = {"verify": found["verify_ssl"], "timeout_s": EACH_S}
    login = {"username": found["username"], "password": integration.read("mcp_password", "")}
    answer = _call(f"{found['url']}/tron/api/v1/tokens", method="POST", body=login, **asked)
    token = answer.get("token")
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise RemoteFailed("MCP_ERROR", "MCP gave no token")
    rows = _call(f"{found['url']}{CONSTRUCTS}", query={"limit": PAGE}, token=token, **asked)
    return [_node(row) for row in remote_json.objects(rows.get("data"), "MCP_ERROR", "MCP")]


def _call(url: str, **asked: Any) -> dict[str, Any]:
    found = remote_json.call(url, code="MCP_ERROR", name="MCP", **asked)
    return remote_json.whole_object(found, "MCP_ERROR", "MCP")


def _part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}


def _node(row: Mapping[str, Any]) -> dict[str, Any]:
    facts = _part(row, "attributes")
    shown_ = _part(facts, "displayData")
    return {
        "name": shown_.get("displayName") or facts.get("name") or row.get("id"),
        "ip_address": shown_.get("displayIpAddress") or facts.get("ipAddress"),
        "model": facts.get("deviceType") or facts.get("typeGroup") or "",
        "serial": facts.get("serialNumber") or "",
        "vendor": "Ciena",
    }


def test(*, actor: Any) -> dict[str, Any]:
    """Sign in and count the nodes; raises `RemoteFailed`."""
    policy.require(actor, policy.SETTINGS_EDIT)
    found = constructs()
    return {"success": True, "message": "Connected to MCP", "summary": {"devices": len(found)}}


def sync_equipment(*, actor: Any) -> dict[str, int]:
    """Take MCP's nodes into the register, by address; new ones first.

    Stops when its few seconds are over: `left` counts the nodes for another call.
    """
    policy.require(actor, policy.ADD)
    policy.require(actor, policy.CHANGE)
    done = {"created": 0, "updated": 0, "skipped": 0}
    began, nodes = time.monotonic(), constructs()
    ends = max(began + WRITING_S, time.monotonic() + 1)  # a slow MCP leaves a second at least
    here = set(Device.objects.current().values_list("address__ip", flat=True))
    for node in sorted(nodes, key=lambda one: normal_ip(one["ip_address"]) in here):
        ip = normal_ip(node["ip_address"])
        if ip is None:
            done["skipped"] += 1
            continue
        if time.monotonic() > ends:
            done["left"] = done.get("left", 0) + 1
            continue
        known = ip in here
        facts = {
            "snmp_hostname": str(node["name"] or ""),
            "snmp_vendor_name": "Ciena",
            "snmp_model": str(node["model"]),
            "snmp_serial": str(node["serial"]),
        }
        inventory.save_address(
            actor=actor, ip_address=ip, facts={key: text for key, text in facts.items() if text}
        )
        done["updated" if known else "created"] += 1
    audit.record(actor, "mcp.synced", after=done)
    return done


def sync_netbox(*, actor: Any, create_missing: bool) -> dict[str, int]:
    """Tell NetBox about MCP's nodes; without `create_missing` only about those it knows.

    Stops when its few seconds are over: `left` counts the nodes for another call.
    """
    policy.require(actor, policy.CHANGE)
    if create_missing:
        policy.require(actor, policy.ADD)
    client = netbox_settings.client(is_quick=True)
    done = {"created": 0, "updated": 0, "skipped": 0}
    told = set(NetBoxCacheEntry.objects.values_list("device_name", "serial"))
    nodes = constructs()
    for node in sorted(nodes, key=lambda one: (str(one["name"]), str(one["serial"])) in told):
        if client.left_s() < ONE_DEVICE_S:
            done["left"] = done.get("left", 0) + 1
            continue
        ip, name = normal_ip(node["ip_address"]), str(node["name"] or "")
        try:
            known = client.first(netbox_upsert.DEVICES, name=name)
            if ip is None or (known is None and not create_missing):
                done["skipped"] += 1
                continue
            facts = {"hostname": name, "serial": node["serial"]}
            made = netbox_upsert.upsert(client, ip, facts)
            netbox_sync.keep(client, made["device"], actor=actor)
        except (NetBoxFailed, DomainError):
            done["skipped"] += 1
        else:
            done["created" if made["created"] else "updated"] += 1
    audit.record(actor, "mcp.synced_netbox", after=done)
    return done
