"""May this actor do this to parts? Admin, REST, client surface and workflow nodes ask here."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.permissions import FABRICATION, django_permissions
from inventory_site.core.errors import AuthenticationRequired, NotAllowed

VIEW_STOCK = "parts.view_stockpart"
CHANGE_STOCK = "parts.change_stockpart"
ADMIN_STOCK = "parts.administer_stock"

VIEW_FABRICATION = "parts.view_fabricationpart"
SUBMIT_FABRICATION = "parts.add_fabricationpart"
WORK_FABRICATION = "parts.work_fabricationpart"
REVIEW_FABRICATION = "parts.review_fabricationpart"
ADMIN_FABRICATION = "parts.administer_fabrication"
FABRICATION_SCOPES = {
    VIEW_FABRICATION: "fab:read",
    SUBMIT_FABRICATION: "fab:submit",
    WORK_FABRICATION: "fab:work",
    REVIEW_FABRICATION: "fab:review",
    ADMIN_FABRICATION: "fab:admin",
}
WORKERS_FIELDS = frozenset({"status", "misc_info", "machine_id"})


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


def require_may_edit_part(actor: Any, part: Any, fields: Iterable[str]) -> None:
    """Raise unless the actor may change these fields of a part to make.

    A reviewer may change any; who works on parts changes status and the workshop's notes; who
    submits changes own parts until they are reviewed.
    """
    if may(actor, REVIEW_FABRICATION):
        return
    if may(actor, WORK_FABRICATION) and WORKERS_FIELDS.issuperset(fields):
        return
    if may(actor, SUBMIT_FABRICATION) and is_own_draft(actor, part):
        return
    require(actor, REVIEW_FABRICATION)


def require_may_upload(actor: Any, part: Any) -> None:
    """Raise unless the actor may give a part to make a file: who submits or reviews parts."""
    if not may(actor, REVIEW_FABRICATION):
        require(actor, SUBMIT_FABRICATION)


def is_own_draft(actor: Any, part: Any) -> bool:
    """Whether the actor submitted the part and nobody has approved it yet."""
    return (
        actor is not None
        and actor.pk is not None
        and part.submitted_by_id == actor.pk
        and part.category == "review"
    )


@dataclass(frozen=True, slots=True)
class SharedKeyActor:
    """Whoever calls with the shared key of the workshop; audited as anonymous."""

    is_authenticated: bool = True
    is_active: bool = True
    pk: None = None

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Whether the workshop's scopes hold this permission."""
        return permission in django_permissions(FABRICATION)


def shared_key_actor(secret: str) -> SharedKeyActor | None:
    """Return the actor of the shared key, compared in constant time; None for any other text."""
    shared = settings.FABRICATION_API_KEY
    if not shared or not hmac.compare_digest(secret.encode(), shared.encode()):
        return None
    return SharedKeyActor()
