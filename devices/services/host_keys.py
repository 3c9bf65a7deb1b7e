"""Host keys of SSH servers: loaded for a run, stored after it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.services import audit
from devices import policy
from devices.executors.ssh_keys import HostKey, KnownHosts
from devices.models import SshHostKey


def load(hosts: Iterable[str]) -> KnownHosts:
    """Return what is known of these hosts, under the site's policy."""
    rows = SshHostKey.objects.filter(host__in=list(hosts))
    known = [HostKey(row.host, row.port, row.key_type, row.key_base64) for row in rows]
    return KnownHosts(settings.DEVICES_SSH_HOST_KEYS, known)


def store(found: KnownHosts) -> int:
    """Store the keys that a run learned; return how many."""
    rows = [
        SshHostKey(host=key.host, port=key.port, key_type=key.key_type, key_base64=key.key_base64)
        for key in found.learned
    ]
    SshHostKey.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def forget(host: str, port: int, *, actor: Any) -> int:
    """Forget the keys of a server whose key changed for a good reason."""
    policy.require(actor, policy.CHANGE)
    with transaction.atomic():
        audit.record(actor, "device.host_key_forgotten", before={"host": host, "port": port})
        return int(SshHostKey.objects.filter(host=host, port=port).delete()[0])
