"""Where a restricted credential may go, and whose doing may widen that.

Polls open credentials in the system's name, so whoever moves a device, fills a group or makes a
poll would decide where a secret goes. The system sends a restricted one only to an address that
somebody who may keep it named for it: assigned to that very address, listed by a group that has it
or is polled with it, or named in a poll beside it. A grant that ends is not enough for naming, as
what it began would go on.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q

from devices import policy
from devices.choices import AccessLevel, PollTarget
from devices.models import (
    Credential,
    CredentialAssignment,
    DeviceGroup,
    DeviceGroupMember,
    PollConfig,
)
from devices.selectors.groups import listed_among
from inventory_site.core.errors import NotAllowed


def given_among(row: Credential, ips: Collection[str]) -> set[str]:
    """Return which addresses a credential was given to: assigned, or listed by a group that is."""
    assigned = CredentialAssignment.objects.filter(credential=row)
    listed = DeviceGroupMember.objects.filter(group__in=assigned.values("group"))
    own = set(assigned.filter(ip_address__in=ips).values_list("ip_address", flat=True))
    return own | set(listed.filter(ip_address__in=ips).values_list("ip_address", flat=True))


def polled_among(config: PollConfig, row: Credential, ips: Collection[str]) -> set[str]:
    """Return which of the addresses that a poll aims at get the credential that it names."""
    if row.access_level != AccessLevel.RESTRICTED:
        return set(ips)
    found = given_among(row, ips)
    if config.target_type == PollTarget.DEVICE:
        found |= {config.target_device_ip} & set(ips)
    if config.target_type == PollTarget.DEVICE_GROUP and config.target_group:
        found |= listed_among(config.target_group, ips)
    return found


def closed_groups(groups: Collection[int], actor: Any) -> set[int]:
    """Return those of some groups, by id, whose devices get a credential that the actor may not
    keep: by assignment, or by a poll of the group."""
    if policy.may(actor, policy.REVEAL_CREDENTIAL):
        return set()
    restricted = Q(credential__is_deleted=False, credential__access_level=AccessLevel.RESTRICTED)
    assigned = CredentialAssignment.objects.filter(restricted, group__in=groups)
    polled = PollConfig.objects.filter(
        restricted, target_type=PollTarget.DEVICE_GROUP, target_group__in=groups
    )
    found: set[tuple[int | None, Credential | None]] = {
        *((row.group_id, row.credential) for row in assigned.select_related("credential")),
        *((row.target_group_id, row.credential) for row in polled.select_related("credential")),
    }
    return {
        group
        for group, credential in found
        if group and credential and not policy.may_keep(actor, credential)
    }


def require_group(group: DeviceGroup, actor: Any) -> None:
    """Raise `NotAllowed` when more devices of a group would get what the actor may not keep."""
    if group.pk and closed_groups([group.pk], actor):
        raise NotAllowed(
            f"Group {group.group_name} has a restricted credential that is not yours; "
            "ask its owner to add devices",
            required=policy.REVEAL_CREDENTIAL,
        )


def require_lasting_use(row: Credential, actor: Any) -> None:
    """Raise `NotAllowed` unless the actor may have the system use a credential from now on."""
    policy.require(actor, policy.USE_CREDENTIAL)
    if not policy.may_keep(actor, row):
        raise NotAllowed(required=policy.USE_CREDENTIAL)
