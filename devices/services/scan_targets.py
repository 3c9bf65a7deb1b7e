"""What a scan asks, and with which communities of the vault."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from devices import policy
from devices.addresses import BadTargets, expand_lines
from devices.choices import AccessLevel
from devices.errors import Invalid, Refused
from devices.models import Credential, DeviceGroup, ManagementAddress, Scan
from devices.selectors.groups import addresses_of
from devices.services import netbox_wanted, runs, vault, vault_use
from devices.services.sealed import COMMUNITIES
from inventory_site.core.whole import whole_number

GROUP, PREFIX, ALL = "group", "netbox_prefix", "all"


def targets_of(sent: Any) -> list[str]:
    """Return the addresses that a scan's targets mean now; raises `Invalid`."""
    lines = [sent] if isinstance(sent, str) else sent
    if not isinstance(lines, list) or not lines or None in lines:
        raise Invalid("targets", "targets must be a list of addresses, ranges or networks")
    plain: list[str] = []
    for line in lines:
        word, number = _word(line)
        if word == GROUP:
            group = DeviceGroup.objects.filter(pk=int(number)).first()
            if group is None:
                raise Invalid("targets", f"there is no group {number}")
            plain += addresses_of(group)
        elif word == PREFIX:
            plain.append(netbox_wanted.prefix_of(number.strip(), "targets"))
        elif word == ALL:
            known = ManagementAddress.objects.filter(devices__archived_at__isnull=True)
            plain += known.exclude(devices=None).values_list("ip", flat=True).distinct()
        else:
            plain.append(str(line))
    if not plain:
        raise Invalid("targets", "targets names no address")
    return runs.read_targets(plain)


def _word(line: Any) -> tuple[str, str]:
    """Return the word by which a line means what others fill, and its number; else blanks."""
    word, _, number = str(line).partition(":")
    if (word == GROUP and whole_number(number) is not None) or word == PREFIX:
        return word, number
    return (ALL, "") if str(line).strip().lower() == ALL else ("", "")


def named_by_starter(scan: Scan) -> set[str]:
    """Return the addresses that who began a scan wrote there, not those of a group or a register
    that others fill: no restricted credential goes there but what was given to them."""
    if scan.started_by is None:
        return set()
    lines = [str(line) for line in scan.targets if not _word(line)[0]]
    with contextlib.suppress(BadTargets):
        return set(expand_lines(lines))
    return set()


def vault_communities(scan: Scan) -> tuple[list[str], list[str]]:
    """Return the communities that the vault holds for discovery, the defaults of type snmp: those
    for every address, and those of restricted credentials."""
    found: tuple[list[str], list[str]] = ([], [])
    if scan.options.get("vault") is False or not policy.may(scan.started_by, policy.USE_CREDENTIAL):
        return found
    rows = Credential.objects.kept().filter(credential_type="snmp", is_default=True)
    if scan.started_by is None:
        rows = rows.exclude(access_level=AccessLevel.RESTRICTED)
    for row in rows:
        if not vault_use.usable(row) or not policy.may_use(scan.started_by, row):
            continue
        with contextlib.suppress(Refused):
            community = vault_use.opened(row).get("community")
            if community:
                found[row.access_level == AccessLevel.RESTRICTED].append(str(community))
                vault.log(row, "accessed", scan.started_by, detail=f"Tried by {scan}"[:500])
    return found


def community_lines(options: Mapping[str, Any]) -> list[str]:
    """Return the communities that are sent with a scan, or everybody's."""
    sent = next((options[name] for name in COMMUNITIES if options.get(name)), None)
    lines = sent if isinstance(sent, list) else str(sent or "public").splitlines()
    return [str(line).strip() for line in lines if str(line).strip()]
