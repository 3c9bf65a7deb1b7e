"""Ciena's network manager (MCP): settings, a test, and its equipment told to the register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.services import audit
from devices import policy
from devices.addresses import normal_ip
from devices.errors import RemoteFailed
from devices.models import Device
from devices.services import integration, inventory, netbox_settings, netbox_upsert, remote_json
from devices.services.netbox_client import NetBoxFailed
from inventory_site.core.errors import DomainError

SECRETS = frozenset({"mcp_password"})
CONSTRUCTS = "/nsi/api/search/networkConstructs"
MISSING = "MCP is not configured. Set URL, user name and password in settings."
PAGE = 1000


def shown() -> dict[str, Any]:
    """Return the settings; of the password only whether there is one."""
    url = integration.read("mcp_url", "") or ""
    password = bool(integration.read("mcp_password", ""))
    return {
        "url": url,
        "username": integration.read("mcp_username", "") or "",
        "password_configured": password,
        "verify_ssl": integration.read("mcp_verify_ssl", True) is not False,
        "enabled": bool(url and password and integration.read("mcp_enabled", True)),
    }


def save(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Store settings; a password that begins with bullets leaves the stored one."""
    policy.require(actor, policy.SETTINGS_EDIT)
    values: dict[str, Any] = {}
    if "url" in body:
        values["mcp_url"] = remote_json.base_url(body["url"])
    if "username" in body:
        values["mcp_username"] = str(body["username"] or "")[:255]
    for name in ("verify_ssl", "enabled"):
        if name in body:
            values[f"mcp_{name}"] = str(body[name]).lower() in {"true", "1"}
    sent = body.get("password")
    if isinstance(sent, str) and sent and not sent.startswith("••"):
        values["mcp_password"] = sent
    integration.write(actor, values, secrets=SECRETS)
    return shown()


def constructs() -> list[dict[str, Any]]:
    """Return the network's nodes as `{name, ip_address, model, serial, vendor}`."""
    found = shown()
    if not found["enabled"] or not found["username"]:
        raise RemoteFailed("MCP_NOT_CONFIGURED", MISSING, 503)
    asked = {"code": "MCP_ERROR", "name": "MCP", "verify": found["verify_ssl"]}
    login = {"username": found["username"], "password": integration.read("mcp_password", "")}
    answer = remote_json.call(
        f"{found['url']}/tron/api/v1/tokens", method="POST", body=login, **asked
    )
    token = str((answer or {}).get("token") or "")
    if not token:
        raise RemoteFailed("MCP_ERROR", "MCP gave no token")
    rows = remote_json.call(
        f"{found['url']}{CONSTRUCTS}", query={"limit": PAGE}, token=token, **asked
    )
    return [_node(row) for row in (rows or {}).get("data") or [] if isinstance(row, Mapping)]


def _node(row: Mapping[str, Any]) -> dict[str, Any]:
    facts = row.get("attributes") or {}
    shown_ = (facts.get("displayData") or {}) if isinstance(facts, Mapping) else {}
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
    """Take MCP's nodes into the register, by address."""
    policy.require(actor, policy.CHANGE)
    done = {"created": 0, "updated": 0, "skipped": 0}
    for node in constructs():
        ip = normal_ip(node["ip_address"])
        if ip is None:
            done["skipped"] += 1
            continue
        known = Device.objects.current().filter(address__ip=ip).exists()
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
    """Tell NetBox about MCP's nodes; without `create_missing` only about those it knows."""
    policy.require(actor, policy.CHANGE)
    client, done = netbox_settings.client(), {"created": 0, "updated": 0, "skipped": 0}
    for node in constructs():
        ip, name = normal_ip(node["ip_address"]), str(node["name"] or "")
        try:
            known = client.first(netbox_upsert.DEVICES, name=name)
            if ip is None or (known is None and not create_missing):
                done["skipped"] += 1
                continue
            facts = {"hostname": name, "serial": node["serial"]}
            made = netbox_upsert.upsert(client, ip, facts)["created"]
        except (NetBoxFailed, DomainError):
            done["skipped"] += 1
        else:
            done["created" if made else "updated"] += 1
    audit.record(actor, "mcp.synced_netbox", after=done)
    return done
