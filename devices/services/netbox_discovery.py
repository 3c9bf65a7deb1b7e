"""Discovery as the site's executor: NetBox is told where asked, the inventory of a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from devices.addresses import normal_ip
from devices.executors.base import Outcome
from devices.executors.discovery import DiscoveryExecutor
from devices.services import discovered, netbox_settings, netbox_upsert
from devices.services.netbox_client import NetBoxFailed
from devices.values import truth
from inventory_site.core.errors import DomainError

FACTS = ("hostname", "description", "serial")
IDS = ("site_id", "role_id", "device_type_id")
AT_A_TIME = 50


def tells_netbox(config: Mapping[str, Any]) -> bool:
    """Whether what is found is told to NetBox; raises `Invalid`."""
    return truth(config.get("sync_to_netbox"), "sync_to_netbox", False)


class SiteDiscoveryExecutor(DiscoveryExecutor):
    """What an address is; with `sync_to_netbox` its device is made or refreshed there."""

    def execute(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        """Discover one address, and tell NetBox when it is online."""
        found = super().execute(target, command, config)
        if not found.success or not tells_netbox(config):
            return found
        return replace(found, extra={**found.extra, **_told(target, found.extra, config)})

    def execute_range(
        self, cidr: str, config: Mapping[str, Any], *, actor: Any = None
    ) -> dict[str, Any]:
        """Discover a network, and take in its devices where `actor`, None the system, may."""
        found = super().execute_range(cidr, config)
        devices = found.get("devices", [])
        for start in range(0, len(devices), AT_A_TIME):
            with transaction.atomic():
                for one in devices[start : start + AT_A_TIME]:
                    one |= discovered.told(
                        one["target"], one, actor=actor, options=config, networks=[found["network"]]
                    )
        return found


def _told(target: str, found: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what came of telling NetBox; a refusal is the row's `netbox_error`."""
    ip = normal_ip(target)
    if ip is None:
        return {"netbox_error": f"{target} is no address, so NetBox is not told"}
    facts = {name: found.get(name) for name in FACTS}
    facts |= {name: config.get(f"netbox_{name}") for name in IDS}
    try:
        device = netbox_upsert.upsert(netbox_settings.client(), ip, facts)["device"]
    except NetBoxFailed as err:
        return {"netbox_error": str(err)}
    except DomainError as err:
        return {"netbox_error": err.message}
    return {"netbox_synced": True, "netbox_device_id": device["id"]}
