"""Security keys of one's own account."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PersonView, actor_of, texts_of
from accounts.key_site import site_of
from accounts.models import SecurityKey
from accounts.services import security_keys
from inventory_site.core.api.throttles import OwnAccountThrottle
from inventory_site.core.errors import InvalidInput, NotFound
from inventory_site.core.whole import whole_number

ANY = {200: OpenApiTypes.OBJECT}


def shown(row: SecurityKey) -> dict[str, Any]:
    """Return a key as its owner sees it."""
    return {
        "id": row.pk,
        "name": row.name,
        "created_at": row.created_at,
        "last_used_at": row.last_used_at,
    }


class KeysView(PersonView):
    """GET the caller's security keys, POST the answer of a new one."""

    @extend_schema(responses=ANY)
    def get(self, request: Request) -> Response:
        """List them, the oldest first."""
        rows = SecurityKey.objects.filter(user=actor_of(request))
        found = [shown(row) for row in rows]
        return self.answer({"keys": found}, {"keys": found})

    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Keep the key: its `name`, the `state` of the beginning, the browser's `credential`."""
        name, state = texts_of(request.data, ["name", "state"])
        row = security_keys.add(
            user=actor_of(request),
            name=name,
            state=state,
            answer=credential_of(request),
            site=site_of(request._request),
        )
        return self.answer({"key": shown(row)}, {"key": shown(row)}, code=201)


class BeginKeyView(PersonView):
    """POST the password again to add a key; the answer is what the browser asks the key."""

    throttle_classes = (OwnAccountThrottle,)

    @extend_schema(request=OpenApiTypes.OBJECT, responses=ANY)
    def post(self, request: Request) -> Response:
        """Begin."""
        (password,) = texts_of(request.data, ["password"])
        if not password:
            raise InvalidInput("Password required", fields={"password": ["This is required."]})
        begun = security_keys.begin(
            user=actor_of(request), password=password, site=site_of(request._request)
        )
        data = {"publicKey": begun.options, "state": begun.state}
        return self.answer(data, data)


class KeyView(PersonView):
    """DELETE one of the caller's security keys."""

    @extend_schema(responses=ANY)
    def delete(self, request: Request, key_id: str) -> Response:
        """Forget it."""
        number = whole_number(key_id)
        if number is None:
            raise NotFound("Security key not found")
        security_keys.remove(user=actor_of(request), key_id=number)
        return self.said("Security key removed")


def credential_of(request: Request) -> dict[str, Any]:
    """Return the browser's answer of a body."""
    found = request.data.get("credential")
    if not isinstance(found, dict):
        raise InvalidInput(fields={"credential": ["credential must be an object."]})
    return found
