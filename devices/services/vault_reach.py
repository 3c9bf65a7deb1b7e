"""Whose doing may widen where a restricted credential is sent.

Polls open credentials in the system's name, so whoever moves a device, fills a group or makes a
poll decides where a secret goes. For a restricted one that is for those alone who may keep it; a
grant that ends is not enough, as what it began would go on.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q

from devices import policy
from devices.choices import AccessLevel, PollTarget
from devices.models import Credential, CredentialAssignment, DeviceGroup, PollConfig
from inventory_site.core.errors import NotAllowed


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
