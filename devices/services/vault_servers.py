"""Service accounts of an enterprise server: their passwords were given for it, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from accounts.services import audit
from devices.errors import Unreadable
from devices.models import Credential, EnterpriseAuthUser
from devices.services import secrets
from inventory_site.core import crypto

SEALED = {"model": "enterpriseauthuser", "name": "encrypted_credentials"}


def account_document(row: EnterpriseAuthUser) -> dict[str, Any]:
    """Return name and password of a service account, for an executor alone; raises `Unreadable`."""
    try:
        return secrets.open_sealed(row.encrypted_credentials, pk=row.pk, **SEALED)
    except crypto.CannotDecrypt as err:
        raise Unreadable from err


def seal_account(row: EnterpriseAuthUser, password: str) -> None:
    """Encrypt name and password of a service account; the caller saves."""
    document = {"username": row.username, "password": password}
    row.encrypted_credentials, row.key_id = secrets.seal(document, pk=row.pk, **SEALED)


def accounts_of(row: Credential) -> QuerySet[EnterpriseAuthUser]:
    """Return the service accounts of the servers that a credential says how to reach."""
    return EnterpriseAuthUser.objects.filter(auth_config__credential=row)


def left_behind(
    accounts: QuerySet[EnterpriseAuthUser],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    actor: Any,
) -> list[str]:
    """Forget the passwords of accounts whose server is another by now; return what to say.

    The secret documents of the server's credential tell; one that cannot be read is blank.
    """
    if old and new and _server_of(old) == _server_of(new):
        return []
    return [_forget(row, actor) for row in accounts.order_by("pk")]


def _server_of(document: Mapping[str, Any]) -> tuple[str, str]:
    """Return where a server is: its name and its port."""
    host = document.get("server") or document.get("host") or ""
    port = document.get("port") or document.get("auth_port") or ""
    return str(host).strip().lower(), str(port)


def _forget(row: EnterpriseAuthUser, actor: Any) -> str:
    """Blank a password and switch its account off until it is given again."""
    seal_account(row, "")
    row.enabled = False
    row.save(update_fields=["encrypted_credentials", "key_id", "enabled", "updated_at"])
    audit.record(actor, "enterprise_user.password_forgotten", row, after={"name": row.name})
    return (
        f"Service account {row.name} is off, its password was for another server: "
        "give it again and switch the account on"
    )
