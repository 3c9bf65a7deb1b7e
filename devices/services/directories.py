"""The directories that people sign in with: enterprise servers and the credentials that say how."""

from __future__ import annotations

from typing import Any

from accounts.directory.client import Server
from accounts.directory.sources import Listed
from devices.errors import Refused
from devices.models import EnterpriseAuthConfig
from devices.services import vault_use

KINDS = ("ldap", "active_directory")
LDAP_PORT, LDAPS_PORT = 389, 636


def listed() -> list[Listed]:
    """Return the enabled directories by name."""
    rows = EnterpriseAuthConfig.objects.filter(enabled=True).order_by("name")
    return [
        Listed(row.pk, row.name, row.auth_type, row.is_default, row.enabled, row.priority)
        for row in rows.filter(auth_type__in=KINDS)
    ]


def opened(pk: int) -> Server | None:
    """Return how to reach one, out of its credential; None when it is off or not usable."""
    rows = EnterpriseAuthConfig.objects.select_related("credential")
    row = rows.filter(pk=pk, enabled=True, auth_type__in=KINDS).first()
    if row is None or row.credential is None or not vault_use.usable(row.credential):
        return None
    try:
        document = vault_use.opened(row.credential)
    except Refused:
        return None
    return _server(document, is_active_directory=row.auth_type == "active_directory")


def _server(document: dict[str, Any], *, is_active_directory: bool) -> Server | None:
    host = str(document.get("host") or document.get("server") or "")
    if not host:
        return None
    use_ssl = bool(document.get("use_ssl"))
    port = int(document.get("port") or 0)
    if use_ssl and port == LDAP_PORT:
        port = LDAPS_PORT
    name = "sAMAccountName" if is_active_directory else "uid"
    return Server(
        host=host,
        base_dn=str(document.get("base_dn") or ""),
        port=port or None,
        use_ssl=use_ssl,
        start_tls=bool(document.get("start_tls")),
        verify=document.get("verify") is not False,
        ca_file=str(document.get("ca_file") or ""),
        is_active_directory=is_active_directory,
        domain=str(document.get("domain") or ""),
        bind_dn_template=str(document.get("bind_dn_template") or "uid"),
        user_search_filter=str(document.get("user_search_filter") or f"({name}={{username}})"),
    )
