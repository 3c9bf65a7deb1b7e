"""May this actor do this to parts? Admin, REST, client surface and workflow nodes ask here."""

from __future__ import annotations

from typing import Any

from inventory_site.core.errors import AuthenticationRequired, NotAllowed

VIEW_STOCK = "parts.view_stockpart"
CHANGE_STOCK = "parts.change_stockpart"
ADMIN_STOCK = "parts.administer_stock"


def may(actor: Any, permission: str) -> bool:
    """Whether the actor holds a permission, e.g. `CHANGE_STOCK`; None is the system itself."""
    return actor is None or actor.has_perm(permission)


def require(actor: Any, permission: str) -> None:
    """Raise `AuthenticationRequired` or `NotAllowed` unless the permission is held."""
    if may(actor, permission):
        return
    if not actor.is_authenticated:
        raise AuthenticationRequired
    raise NotAllowed(required=permission)
