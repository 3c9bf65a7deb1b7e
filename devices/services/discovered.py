"""What discovery found, taken into the inventory: by scans, by commands, by whole networks."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from devices import policy
from devices.addresses import normal_ip
from devices.models import Device
from devices.services import inventory
from inventory_site.core.errors import DomainError

TAKES_IN = (policy.ADD, policy.CHANGE)
MAY_NOT = "You may not add and change devices, so none was made"
SNMP_WORDS = {"responding": "YES"}
FACTS = (
    ("description", "snmp_description"),
    ("hostname", "snmp_hostname"),
    ("location", "snmp_location"),
    ("contact", "snmp_contact"),
    ("uptime", "snmp_uptime"),
    ("vendor_oid", "snmp_vendor_oid"),
    ("vendor", "snmp_vendor_name"),
    ("model", "snmp_model"),
    ("serial", "snmp_serial"),
)


def may_take_in(actor: Any) -> bool:
    """Whether what this person discovers may make and refresh devices."""
    return all(policy.may(actor, one) for one in TAKES_IN)


def take_in(
    ip: str,
    result: Mapping[str, Any],
    *,
    actor: Any,
    options: Mapping[str, Any],
    networks: Iterable[Any] = (),
) -> Device | None:
    """Make or refresh the device of an answer; a silent address changes only a known device.

    `options` are what was asked with, `networks` what was looked through. Raises `DomainError`.
    """
    is_known = Device.objects.current().filter(address__ip=ip).exists()
    if result["ping_status"] != "online" and not is_known:
        return None
    with transaction.atomic():
        return inventory.save_address(
            actor=actor,
            ip_address=ip,
            facts=facts_of(result, options, networks),
            register=_register(result),
        )


def told(
    target: str,
    result: Mapping[str, Any],
    *,
    actor: Any,
    options: Mapping[str, Any],
    networks: Iterable[Any] = (),
) -> dict[str, Any]:
    """Take in an answer and return what came of it; a refusal is its `inventory_error`."""
    ip = normal_ip(target)
    found: dict[str, Any] = {"device_id": None, "inventory_error": None}
    if "ping_status" not in result:  # it could not be asked
        return found
    if not may_take_in(actor):
        return {**found, "inventory_error": MAY_NOT}
    if ip is None:
        return {**found, "inventory_error": f"{target} is no address, so no device was made"}
    try:
        device = take_in(ip, result, actor=actor, options=options, networks=networks)
    except DomainError as err:
        return {**found, "inventory_error": err.message}
    return {**found, "device_id": None if device is None else device.pk}


def facts_of(
    result: Mapping[str, Any], options: Mapping[str, Any], networks: Iterable[Any]
) -> dict[str, Any]:
    """Return what an upsert stores of a discovery."""
    facts: dict[str, Any] = {"ping_status": result["ping_status"]}
    network = _network_of(networks, result.get("target"))
    if network:
        facts["network_range"] = network[:50]
    if result["ping_status"] != "online":
        return facts
    facts["snmp_status"] = SNMP_WORDS.get(result["snmp_status"], "NO")
    if result.get("ssh_status"):
        facts["ssh_status"] = result["ssh_status"]
    facts |= {name: result[key] for key, name in FACTS if result.get(key)}
    if facts["snmp_status"] == "YES" and options.get("snmp_port"):
        facts["snmp_port"] = int(options["snmp_port"])
    if facts.get("ssh_status") == "YES" and options.get("ssh_port"):
        facts["ssh_port"] = int(options["ssh_port"])
    return facts


def _network_of(networks: Iterable[Any], target: Any) -> str | None:
    """Return the network among those looked through that an address was found in."""
    for text in (part for one in networks for part in re.split(r"[,\s]+", str(one).strip())):
        try:
            network = ipaddress.ip_network(text, strict=False)
            if "/" in text and ipaddress.ip_address(str(target)) in network:
                return text
        except ValueError:
            continue
    return None


def _register(result: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if result.get("role"):
        found["role"] = str(result["role"])[:100]
    if result.get("os_version"):
        found["software_version"] = str(result["os_version"])[:100]
    return found
