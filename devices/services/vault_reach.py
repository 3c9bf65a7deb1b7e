"""Whose doing may widen where a restricted credential is sent.

Polls open credentials in the system's name, so whoever moves a device, fills a group or makes a
poll decides where a secret goes. For a restricted one that is for those alone who may keep it; a
grant that ends is not enough, as what it began would go on.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from devices import policy
from devices.choices import AccessLevel
from devices.models import Credential, CredentialAssignment, DeviceGroup
from inventory_site.core.errors import NotAllowed


def closed_groups(groups: Collection[int], actor: Any) -> set[int]:
    """Return those of some groups, by id, that carry a credential which the actor may not keep."""
    if policy.may(actor, policy.REVEAL_CREDENTIAL):
        return set()
    rows = CredentialAssignment.objects.filter(
        group__in=groups,
        credential__is_deleted=False,
        credential__access_level=AccessLevel.RESTRICTED,
    ).select_related("credential")
    closed = (row for row in rows if not policy.may_keep(actor, row.credential))
    return {row.group_id for row in closed if row.group_id is not None}


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
