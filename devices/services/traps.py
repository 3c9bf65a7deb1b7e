"""Traps that devices send: kept as rows of polling data, for known addresses alone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from devices.errors import Refused
from devices.executors import snmp
from devices.executors.snmp_traps import Trap
from devices.models import Credential, ManagementAddress, PollData
from devices.services import vault_use
from devices.services.runs import without_nul

logger = logging.getLogger(__name__)
TABLE, POLL_TYPE, MAX_TEXT = "snmp_traps", "snmp_trap", 1000


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


def accounts() -> tuple[list[str], list[dict[str, Any]]]:
    """Return the communities and the v3 users of the vault's usable SNMP credentials.

    One that does not open is left out, and said in the log.
    """
    communities: list[str] = []
    users: list[dict[str, Any]] = []
    for row in Credential.objects.kept().filter(credential_type="snmp").order_by("pk"):
        if not vault_use.usable(row):
            continue
        try:
            document = vault_use.opened(row)
        except Refused:
            logger.warning("credential does not open", extra={"credential": row.pk})
            continue
        if document.get("security_name"):
            users.append(document)
        if document.get("community"):
            communities.append(str(document["community"]))
    return communities, users
