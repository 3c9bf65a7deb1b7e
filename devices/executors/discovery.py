"""Discovery of an address or a network: ping, SNMP identity, SSH banner, open ports."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from devices.executors import ping, snmp, tcp
from devices.executors.base import (
    MAX_RETRIES,
    Outcome,
    Target,
    clean,
    execute_batch,
    positive,
    whole,
)
from devices.executors.snmp_accounts import wrong_account
from devices.executors.snmp_engine import SnmpEngine
from devices.executors.vendors import identify, vendor_of_oid

SYSTEM = [f"1.3.6.1.2.1.1.{column}.0" for column in (1, 2, 3, 4, 5, 6)]
KEYS = ("description", "vendor_oid", "uptime", "contact", "hostname", "location")
FIELD_LIMIT, MAX_HOSTS = 1000, 65_536
TIMES = ("ping_timeout", "snmp_timeout", "ssh_timeout", "port_scan_timeout")
RESULT = (
    *("target", "ping_status", "response_time_ms", "snmp_status", "hostname", "description"),
    *("vendor", "vendor_oid", "model", "serial", "location", "contact", "uptime"),
    *("netbox_synced", "netbox_device_id", "netbox_error"),
)


async def discover(
    host: str, config: Mapping[str, Any], *, engine: SnmpEngine | None = None
) -> dict[str, Any]:
    """Return what an address is; never raises for what networks do.

    All of 127.0.0.0/8 answers ping, so there, but for 127.0.0.1, it takes SNMP, SSH or a port to
    be online.
    """
    result: dict[str, Any] = dict.fromkeys((*RESULT, "ssh_banner", "ssh_status"))
    result |= {"target": host, "ping_status": "offline", "snmp_status": "unreachable"}
    result |= {"open_ports": [], "netbox_synced": False}
    if config.get("ping", True):
        reached = await ping.ping(
            host,
            count=int(config.get("ping_count") or 1),
            timeout_s=float(config.get("ping_timeout") or 2),
        )
        result["ping_method"] = reached.method
        if not reached.is_alive:
            return result
        result |= {"ping_status": "online", "response_time_ms": reached.first_ms}
    found = await asyncio.gather(
        _snmp(host, config, engine), _ssh(host, config), _ports(host, config)
    )
    for part in found:
        result |= part
    _identify(result)
    answered = result["snmp_status"] == "responding" or result["ssh_banner"] or result["open_ports"]
    if ping.is_anybody(host) or not config.get("ping", True):
        result["ping_status"] = "online" if answered else "offline"
    return result


async def _snmp(host: str, config: Mapping[str, Any], engine: SnmpEngine | None) -> dict[str, Any]:
    if not config.get("snmp", True):
        return {"snmp_status": "not_asked"}
    last: dict[str, Any] = {"snmp_status": "no_response"}
    for community in communities(config):
        asked = {
            **config,
            "community": community,
            "port": config.get("snmp_port") or 161,
            "timeout": config.get("snmp_timeout") or 3,
            "retries": config.get("snmp_retries", 1),
            "version": version_of(config),
        }
        answer = await snmp.ask(host, SYSTEM, asked, engine=engine)
        values = {
            key: clean(row.text, FIELD_LIMIT).strip()
            for key, row in zip(KEYS, answer.rows, strict=False)
            if row.value is not None
        }
        if values:
            return {"snmp_status": "responding", **values}
    return last


def version_of(config: Mapping[str, Any]) -> str:
    """Return the version of SNMP: the one asked for, else the credential's."""
    return str(config.get("snmp_version") or config.get("version") or "2c")


def communities(config: Mapping[str, Any]) -> list[str]:
    """Return the communities to try, in order: those asked for, else the credential's."""
    names = ("snmp_communities", "snmp_community", "community")
    sent = next((config[name] for name in names if config.get(name)), "public")
    lines = sent if isinstance(sent, list) else str(sent).splitlines()
    return [str(line).strip() for line in lines if str(line).strip()] or ["public"]


async def _ssh(host: str, config: Mapping[str, Any]) -> dict[str, Any]:
    if not config.get("ssh", True):
        return {}
    port = int(config.get("ssh_port") or 22)
    banner = await tcp.ssh_banner(host, port, timeout_s=float(config.get("ssh_timeout") or 2))
    return {"ssh_banner": banner or None, "ssh_status": "YES" if banner else "NO"}


async def _ports(host: str, config: Mapping[str, Any]) -> dict[str, Any]:
    sent = config.get("ports") or config.get("ports_to_scan")
    if not sent:
        return {}
    timeout = float(config.get("port_scan_timeout") or 1)
    return {"open_ports": await tcp.scan(host, tcp.parse_ports(sent), timeout_s=timeout)}


def _identify(result: dict[str, Any]) -> None:
    ports = frozenset(result["open_ports"])
    oid = result["vendor_oid"] or ""
    found = identify(result["description"] or "", oid, ports)
    by_oid = vendor_of_oid(oid)
    vendor = by_oid if by_oid not in {"", "Unknown"} else found.vendor or by_oid
    result["vendor"] = vendor or None
    result["model"] = found.model or None
    result["os_version"] = found.os_version or None
    result["role"] = found.role or None
    result["description"] = result["description"] or found.description or None


class DiscoveryExecutor:
    """What an address is; inventory and NetBox are the services' affair."""

    slug: ClassVar[str] = "discovery"
    defaults: ClassVar[Mapping[str, Any]] = {
        "ping_timeout": 2,
        "snmp_timeout": 3,
        "sync_to_netbox": False,
        "retries": 0,
    }

    def check(self, config: Mapping[str, Any]) -> str:
        """Return what is wrong with a configuration."""
        wrong = positive(config, *TIMES, "snmp_port", "ssh_port")
        wrong = wrong or whole(config, "snmp_retries", MAX_RETRIES)
        wrong = wrong or whole(config, "ping_count", MAX_RETRIES)
        version = version_of(config)
        if version not in {*snmp.VERSIONS, "3"}:
            wrong = wrong or "snmp_version must be 1, 2c or 3"
        if version == "3" and config.get("snmp", True):
            wrong = wrong or wrong_account(config)
        try:
            tcp.parse_ports(config.get("ports") or config.get("ports_to_scan") or "")
        except ValueError as err:
            wrong = wrong or f"ports: {err}"
        return wrong

    def execute(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        """Discover one address."""
        found = asyncio.run(discover(target, config))
        online = found["ping_status"] == "online"
        error = None if online else f"{target} does not answer"
        code = "" if online else "no_answer"
        return Outcome(online, found["hostname"] or "", error, code, extra=found)

    def execute_range(self, cidr: str, config: Mapping[str, Any]) -> dict[str, Any]:
        """Discover the hosts of a network at once; `devices` by address, and how many are what."""
        try:
            network = ipaddress.ip_network(cidr.strip(), strict=False)
            if network.num_addresses > MAX_HOSTS + 2:
                raise ValueError(f"{cidr} holds more than {MAX_HOSTS} addresses")
        except ValueError as err:
            return {"success": False, "error": f"Invalid network: {err}", "network": cidr}
        wrong = self.check({**self.defaults, **config})
        if wrong:
            return {"success": False, "error": f"Invalid configuration: {wrong}", "network": cidr}
        targets = [Target(str(host), config) for host in network.hosts()]
        devices = [
            {"target": target.address, **outcome.extra}
            for target, outcome in zip(targets, execute_batch(self, targets, ""), strict=True)
        ]
        return {
            "success": True,
            "network": str(network),
            "total_ips": len(devices),
            "online_count": _count(devices, "ping_status", "online"),
            "snmp_responding_count": _count(devices, "snmp_status", "responding"),
            "netbox_synced_count": _count(devices, "netbox_synced", True),
            "devices": devices,
        }


def _count(devices: Sequence[Mapping[str, Any]], name: str, value: Any) -> int:
    return sum(one.get(name) == value for one in devices)
