"""May this person do this to devices, or with a secret? Every surface asks here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from devices.choices import AccessLevel
from inventory_site.core.errors import AuthenticationRequired, NotAllowed

if TYPE_CHECKING:
    from devices.models import Credential

VIEW, ADD, CHANGE, DELETE = (
    "devices.view_device",
    "devices.add_device",
    "devices.change_device",
    "devices.delete_device",
)
CONNECT = "devices.connect_device"
MANAGE_GROUPS = "devices.change_devicegroup"
VIEW_CREDENTIAL, ADD_CREDENTIAL = "devices.view_credential", "devices.add_credential"
CHANGE_CREDENTIAL, DELETE_CREDENTIAL = "devices.change_credential", "devices.delete_credential"
USE_CREDENTIAL, REVEAL_CREDENTIAL = "devices.use_credential", "devices.reveal_credential"
MANAGE_CREDENTIAL_GROUPS = "devices.manage_credentialgroup"
MANAGE_ENTERPRISE = "devices.manage_enterpriseauth"
SETTINGS_VIEW, SETTINGS_EDIT = "accounts.view_setting", "accounts.change_setting"
AUDIT_VIEW = "accounts.view_auditentry"


def may(actor: Any, permission: str) -> bool:
    """Whether the actor holds a Django permission now; None is the system itself."""
    return actor is None or bool(actor.has_perm(permission))


def require(actor: Any, permission: str) -> None:
    """Raise `AuthenticationRequired` or `NotAllowed` unless the permission is held."""
    if may(actor, permission):
        return
    if not getattr(actor, "is_authenticated", False):
        raise AuthenticationRequired
    raise NotAllowed(required=permission)


def may_read_inventory(actor: Any) -> bool:
    """Whether the lab's register is open to the actor: to every person, and to keys that see
    devices."""
    return getattr(actor, "narrowed_to", None) is None or may(actor, VIEW)


def is_open_to(actor: Any) -> bool:
    """Whether the lab's register may be written by this person because everybody may."""
    is_person = getattr(actor, "is_authenticated", False) and actor.narrowed_to is None
    return bool(settings.LAB_INVENTORY_OPEN_WRITE and is_person)


def may_write_inventory(actor: Any) -> bool:
    """Whether the lab lets this person change its register."""
    return is_open_to(actor) or may(actor, CHANGE)


def require_register(actor: Any, permission: str) -> None:
    """Do as `require`, unless the lab's register is open to the actor."""
    if not is_open_to(actor):
        require(actor, permission)


def may_use(actor: Any, credential: Credential) -> bool:
    """Whether the actor may let this credential be used or read.

    A restricted one is for those who `may_keep` it, and for those whose request was granted,
    until the grant ends.
    """
    if may_keep(actor, credential):
        return True
    granted = credential.access_requests.filter(
        requester_id=actor.pk, status="approved", access_granted_until__gt=timezone.now()
    )
    return bool(granted.exists())


def is_kept_from_vault(actor: Any) -> bool:
    """Whether an API key leaves out the vault: what is done later is done in its owner's name."""
    return getattr(actor, "narrowed_to", None) is not None and not may(actor, USE_CREDENTIAL)


def may_keep(actor: Any, credential: Credential) -> bool:
    """Whether the actor, who holds the right to, may change or remove this very credential.

    A restricted one is for its owner, the people and roles it names, in any case, and holders of
    reveal. Of `allowed_users` a number is an account's id, a text its name.
    """
    if actor is None or actor.has_perm(REVEAL_CREDENTIAL):
        return True
    if credential.access_level != AccessLevel.RESTRICTED:
        return True
    named = credential.allowed_users
    if any(type(one) is int and one == actor.pk for one in named):
        return True
    if _folded([actor.username]) & _folded([credential.owner, *_texts(named)]):
        return True
    return bool(_folded(actor.held_roles) & _folded(credential.allowed_groups))


def _texts(names: Iterable[Any]) -> list[str]:
    return [one for one in names if isinstance(one, str)]


def _folded(names: Iterable[Any]) -> set[str]:
    return {str(name).strip().lower() for name in names}
