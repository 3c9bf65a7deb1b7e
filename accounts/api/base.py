"""What the views of identity share: two families of paths on one implementation.

Family A (`/api/auth/…`) answers in the envelope. Family B (`/auth/…`, `/identity/v1/…`) answers
flat, with the same `data` beside it, and its errors carry `detail` besides `error`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Session, User
from inventory_site.core.api.errors import as_refusal
from inventory_site.core.api.views import GuardedMixin
from inventory_site.core.errors import InvalidInput
from inventory_site.core.whole import whole_number

A, B = "a", "b"


class IsPerson(BasePermission):
    """A signed-in person; a key may not change how its owner signs in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if request.user.narrowed_to is not None:
            raise PermissionDenied("An API key may not do this; sign in.")
        return True


class IdentityView(APIView):
    """A view of one family; `as_view(family=B, in_schema=False)` makes the other."""

    family = A
    in_schema = True
    permission_classes: tuple[type[BasePermission], ...] = (IsAuthenticated,)

    @property
    def envelope(self) -> bool:
        """Whether the renderer puts the envelope around the answer."""
        return self.family == A

    def answer(
        self, data: Any, flat: Mapping[str, Any] | None = None, *, code: int = 200
    ) -> Response:
        """Answer the data; in family B with the flat fields beside it."""
        if self.family == A:
            return Response(data, status=code)
        return Response({"success": True, **(flat or {}), "data": data}, status=code)

    def said(self, sentence: str, *, code: int = 200, **more: Any) -> Response:
        """Answer a sentence."""
        body = {"message": sentence, **more}
        return self.answer(body, body, code=code)

    def handle_exception(self, exc: Exception) -> Response:
        """Give errors of family B their second name."""
        response: Response = super().handle_exception(exc)
        if self.family == B and as_refusal(exc) is not None:
            error = response.data["error"]
            error["code"] = self.code_in_b(error["code"])
            response.data["detail"] = {"code": error["code"], "message": error["message"]}
        return response

    def code_in_b(self, code: str) -> str:
        """Return what family B calls a code."""
        return code

    @property
    def session(self) -> Session | None:
        """The session that the call came with; none for a key."""
        auth = self.request.auth
        if isinstance(auth, Session):
            return auth
        row = getattr(self.request.session, "row", None)
        return row if row is not None and row.user_id == self.request.user.pk else None


class PersonView(IdentityView):
    """A view about the caller's own account."""

    permission_classes = (IsPerson,)


class GuardedView(GuardedMixin, IdentityView):
    """A view whose methods ask the permissions that `permissions` names."""


def texts_of(data: Mapping[str, Any], names: Collection[str], *, longest: int = 1024) -> list[str]:
    """Return the named texts of a body, blank where missing; anything but text is refused."""
    found = []
    for name in names:
        value = data.get(name)
        if value is not None and not isinstance(value, str):
            raise InvalidInput(fields={name: [f"{name} must be a text."]})
        if value is not None and ("\x00" in value or len(value) > longest):
            raise InvalidInput(fields={name: [f"{name} is not valid."]})
        found.append(value or "")
    return found


def number_of(value: Any, name: str, *, default: int, most: int, least: int = 0) -> int:
    """Return a whole number of a query or body within its bounds."""
    if value in (None, ""):
        return default
    number = whole_number(value)
    if number is None or not least <= number <= most:
        raise InvalidInput(fields={name: [f"{name} must be from {least} to {most}."]})
    return number


def actor_of(request: Request) -> User:
    """Return the signed-in account."""
    return cast("User", request.user)
