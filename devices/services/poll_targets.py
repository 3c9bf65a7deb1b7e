"""Which devices a poll asks, and with what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from devices.choices import PollTarget
from devices.models import Credential, Device, PollConfig
from devices.selectors.groups import addresses_of, matching
from devices.services import poll_secrets, runs, vault_reach, vault_resolve, vault_use


@dataclass(frozen=True, slots=True)
class Asked:
    """A device to poll: its address, what the row wants to know, how to ask.

    `note` is told with an error: why the poll's credential was not sent there.
    """

    ip: str
    name: str
    site: str
    role: str
    config: Mapping[str, Any] = field(repr=False)
    credential: Credential | None = None
    note: str = ""

    @property
    def is_v3(self) -> bool:
        """Whether it speaks SNMPv3, which costs much work per request."""
        return str(self.config.get("version")) == "3"


def targets_of(config: PollConfig, *, vendor: str = "") -> list[Asked]:
    """Return the devices of a poll, each with how to ask it; none while its target is blank."""
    rows = Device.objects.at_addresses()
    if vendor:
        rows = rows.filter(pk__in=matching({"manufacturer": vendor}).values("pk"))
    if config.target_type == PollTarget.DEVICE:
        chosen = Q(pk__in=config.target_device_ids)
        if config.target_device_ip:
            chosen |= Q(address__ip=config.target_device_ip)
        rows = rows.filter(chosen)
    elif config.target_type == PollTarget.DEVICE_GROUP:
        ips = addresses_of(config.target_group) if config.target_group else []
        rows = rows.filter(address__ip__in=ips)
    elif config.target_type == PollTarget.SITE:
        rows = rows.filter(site__name__iexact=config.target_site_name)
    elif config.target_type == PollTarget.ROLE:
        rows = rows.exclude(role="").filter(role__iexact=config.target_role)
    elif config.target_type == PollTarget.MANUFACTURER:
        vendor = config.target_manufacturer.strip()
        wanted = matching({"manufacturer": vendor}) if vendor else Device.objects.none()
        rows = rows.filter(pk__in=wanted.values("pk"))
    elif config.target_type == PollTarget.CUSTOM_QUERY:
        rule = config.target_custom_filter
        rows = rows.filter(pk__in=matching(rule).values("pk")) if rule else rows.none()
    return _asked(config, list(rows.select_related("address", "site")))


def _asked(config: PollConfig, devices: Sequence[Device]) -> list[Asked]:
    """Say how each device is asked; a credential for many is opened once.

    With the poll's credential where it may go; elsewhere as if the poll had none.
    """
    ips = [device.ip or "" for device in devices]
    ways, note = _named(config, ips)
    others = {ip for ip in ips if ip not in ways}
    if others or config.credential_id is None:
        ways |= _unnamed(config, others)
    return [
        Asked(
            ip := device.ip or "",
            device.name,
            device.site.name if device.site else "",
            device.role,
            _config_of(config, device, ways.get(ip, NO_WAY)[1]),
            ways.get(ip, NO_WAY)[0],
            note if ip in others else "",
        )
        for device in devices
    ]


Way = tuple[Credential | None, Mapping[str, Any]]
NO_WAY: Way = (None, {})


def _named(config: PollConfig, ips: Sequence[str]) -> tuple[dict[str, Way], str]:
    """Return the addresses that are asked with the credential that a poll names, and what is said
    of the others."""
    if config.credential_id is None:
        return {}, ""
    row, document = vault_use.open_for_use(config.credential_id, actor=None)
    way: Way = (row, runs.secret_config(document))
    note = f"credential {row.name} is restricted and was not given to this address"
    return dict.fromkeys(vault_reach.polled_among(config, row, ips), way), note


def _unnamed(config: PollConfig, ips: Collection[str]) -> dict[str, Way]:
    """Return how addresses are asked by a poll of no credential: its own way in, or each its own.

    Raises `Unreadable`.
    """
    if own := poll_secrets.way_in(config):
        return dict.fromkeys(ips, (None, own))
    found = vault_resolve.resolve_many(ips, "snmp")
    return {ip: (one.row, runs.secret_config(one.credentials)) for ip, one in found.items()}


def _config_of(config: PollConfig, device: Device, way_in: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "timeout": config.snmp_timeout,
        "retries": config.snmp_retries,
        "port": config.snmp_port,
        "version": config.snmp_version,
        **way_in,
    }
    if config.snmp_port == 161 and device.address and device.address.snmp_port:
        found["port"] = device.address.snmp_port
    return found
