"""May this actor do this in the route register? Admin, REST, client surface and nodes ask here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.permissions import NETWORK_INVENTORY, django_permissions
from inventory_site.core.errors import AuthenticationRequired, NotAllowed

VERB_OF_METHOD = {
    "GET": "view",
    "HEAD": "view",
    "OPTIONS": "view",
    "POST": "create",
    "PUT": "edit",
    "PATCH": "edit",
    "DELETE": "delete",
}
READ_NAMES = tuple(name for name in NETWORK_INVENTORY if name.endswith(":view"))


@dataclass(frozen=True, slots=True)
class OpenActor:
    """Whoever calls the client surface while an operator has switched it open; audited as
    anonymous."""

    held: frozenset[str]
    is_authenticated: bool = False
    is_active: bool = True
    pk: None = None

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Whether the mode gives this permission."""
        return permission in self.held


def open_actor(mode: str) -> OpenActor | None:
    """Return the actor of an open mode (`read` or `full`), nothing when it is off."""
    if mode == "read":
        return OpenActor(django_permissions(READ_NAMES))
    if mode == "full":
        return OpenActor(django_permissions(NETWORK_INVENTORY))
    return None


def may(actor: Any, permission: str) -> bool:
    """Whether the actor holds a permission of this app, e.g. `add_networkroute`."""
    return actor is not None and actor.has_perm(f"networkroutes.{permission}")


def require(actor: Any, permission: str) -> None:
    """Raise `AuthenticationRequired` or `NotAllowed` unless the permission is held."""
    if may(actor, permission):
        return
    if actor is None or not (actor.is_authenticated or isinstance(actor, OpenActor)):
        raise AuthenticationRequired
    raise NotAllowed(required=f"networkroutes.{permission}")
