"""Host keys of SSH servers: loaded for a run, stored after it."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

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


def forget(host: str, port: int) -> int:
    """Forget the keys of a server whose key changed for a good reason."""
    return SshHostKey.objects.filter(host=host, port=port).delete()[0]
