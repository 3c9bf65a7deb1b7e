"""May this person do this to that? The one place that answers for identity."""

from typing import Any

from inventory_site.core.errors import AuthenticationRequired, NotAllowed


def may(actor: Any, permission: str) -> bool:
    """Whether the Django permission is held by the actor now."""
    return actor is not None and actor.has_perm(permission)


def require(actor: Any, permission: str) -> None:
    """Raise `AuthenticationRequired` or `NotAllowed` unless the permission is held."""
    if may(actor, permission):
        return
    if actor is None or not getattr(actor, "is_authenticated", False):
        raise AuthenticationRequired
    raise NotAllowed(required=permission)
