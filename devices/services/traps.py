"""Traps that devices send: kept as rows of polling data, for known addresses alone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from devices.errors import Refused
from devices.executors import snmp, snmp_traps
from devices.executors.snmp_traps import Trap
from devices.models import Credential, ManagementAddress, PollData
from devices.services import vault_use
from devices.services.runs import without_nul

logger = logging.getLogger(__name__)
TABLE, POLL_TYPE, MAX_TEXT = "snmp_traps", "snmp_trap", 1000


@dataclass(slots=True)
class Accounts:
    """Whose traps are heard, and a sentence for each credential that is left out."""

    communities: list[str] = field(default_factory=list)
    users: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def leave(self, row: Credential, reason: str, **more: int) -> None:
        """Say that a credential is not heard: here by its name, in the log by its id."""
        self.left_out.append(f'Credential "{row.name}" is not heard: {reason}.')
        logger.warning(
            "credential is left out of traps",
            extra={"credential": row.pk, "reason": reason, **more},
        )


def store(traps: Sequence[Trap]) -> int:
    """Keep the traps of known addresses; return how many were kept."""
    sources = {trap.source for trap in traps}
    known = set(ManagementAddress.objects.filter(ip__in=sources).values_list("ip", flat=True))
    now = timezone.now()
    rows = [
        PollData(
            poll_type=POLL_TYPE,
            target_table=TABLE,
            device_ip=trap.source,
            collected_at=now,
            data=shown(trap),
        )
        for trap in traps
        if trap.source in known
    ]
    PollData.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def shown(trap: Trap) -> dict[str, Any]:
    """Return a trap as it is kept; texts are bounded."""
    rows = [snmp.row_dict(row) for row in trap.rows]
    return {
        "trap": trap.name,
        "oid": trap.oid,
        "uptime_ticks": trap.uptime_ticks,
        "rows": [
            {key: without_nul(str(value))[:MAX_TEXT] for key, value in row.items()} for row in rows
        ],
    }


def accounts() -> Accounts:
    """Return the communities and the v3 users of the vault's usable SNMP credentials.

    One that does not open or that SNMP refuses is left out; of two with one user name the later.
    """
    found = Accounts()
    first: dict[str, Credential] = {}
    for row in Credential.objects.kept().filter(credential_type="snmp").order_by("pk"):
        if not vault_use.usable(row):
            continue
        try:
            document = vault_use.opened(row)
        except Refused:
            found.leave(row, "it does not open")
            continue
        if document.get("security_name"):
            _add_user(found, first, row, document)
        if community := str(document.get("community") or ""):
            if reason := snmp_traps.community_refusal(community):
                found.leave(row, reason)
            else:
                found.communities.append(community)
    return found


def _add_user(
    found: Accounts, first: dict[str, Credential], row: Credential, document: dict[str, Any]
) -> None:
    if reason := snmp_traps.refusal(document):
        found.leave(row, reason)
        return
    other = first.setdefault(str(document["security_name"]), row)
    if other is row:
        found.users.append(document)
    else:
        reason = f'credential "{other.name}" has the same security_name'
        found.leave(row, reason, heard=other.pk)
