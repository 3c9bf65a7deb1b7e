"""Bases of native views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponseBase
from rest_framework import exceptions, mixins, permissions, viewsets
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.exports import Column, stream_csv, xlsx_file
from inventory_site.core.api.renderers import CSVRenderer, EnvelopeRenderer, XLSXRenderer
from inventory_site.core.errors import AuthenticationRequired, InvalidInput, NotAllowed, NotFound
from inventory_site.core.whole import whole_number

EXPORTS = {"csv": stream_csv, "xlsx": xlsx_file}


class HasPermission(permissions.BasePermission):
    """Asks the Django permission that the view's `permissions` names for the action or method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Answer, or raise with what is missing: a sign-in, the method, the permission."""
        if request.user is None or not request.user.is_authenticated:
            raise AuthenticationRequired
        method = request.method.lower()
        if not hasattr(view, method):
            raise exceptions.MethodNotAllowed(request.method)
        if method == "options":
            return True
        key = getattr(view, "action", None) or ("get" if method == "head" else method)
        needed = view.permissions.get(key) or view.permissions.get("*")
        if needed is None:
            return False
        if not request.user.has_perm(needed):
            raise NotAllowed(required=needed)
        return True


class GuardedMixin:
    """A view whose every action is guarded by a permission."""

    permission_classes = (HasPermission,)
    permissions: ClassVar[Mapping[str, str]] = {}

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> None:
        """Refuse what no permission is named for."""
        if not request.user or not request.user.is_authenticated:
            raise AuthenticationRequired
        raise NotAllowed

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer which methods there are, in `Allow`."""
        return Response(status=204)


class ListMixin(mixins.ListModelMixin):
    """A list with filters, search, order, pages, sparse fields, CSV and XLSX.

    `reads_values` skips model instances and serializer fields, for serializers whose fields are all
    plain columns or annotations of the queryset; the answer is the same, several times sooner.
    """

    export_columns: ClassVar[tuple[Column, ...]] = ()
    export_name = "export"
    reads_values: ClassVar[bool] = False

    def get_renderers(self) -> list[BaseRenderer]:
        """Offer the export formats on lists that name their columns."""
        found: list[BaseRenderer] = super().get_renderers()  # type: ignore[misc]  # of APIView
        if getattr(self, "action", "") == "list" and self.export_columns:
            found += [CSVRenderer(), XLSXRenderer()]
        return found

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Answer a page, or the whole filtered list as a file."""
        export = EXPORTS.get(request.accepted_renderer.format)
        if export is None:
            plain = self.reads_values and isinstance(request.accepted_renderer, EnvelopeRenderer)
            return self._values() if plain else super().list(request, *args, **kwargs)
        rows = self.filter_queryset(self.get_queryset())  # type: ignore[attr-defined]  # of GenericAPIView
        response: HttpResponseBase = export(rows, self.export_columns, self.export_name)
        return response

    def _values(self) -> Response:
        names = list(self.get_serializer().fields)  # type: ignore[attr-defined]  # of GenericAPIView
        rows = self.filter_queryset(self.get_queryset()).values(*names)  # type: ignore[attr-defined]
        page = self.paginate_queryset(rows)  # type: ignore[attr-defined]
        answer: Response = self.get_paginated_response(page)  # type: ignore[attr-defined]
        return answer


class RetrieveMixin(mixins.RetrieveModelMixin):
    """One row; an unknown id answers `<RESOURCE>_NOT_FOUND` with its name."""

    resource = "Resource"

    def get_object(self) -> Any:
        """Return the row of the path's id, or raise `NotFound`."""
        key = self.kwargs[self.lookup_url_kwarg or self.lookup_field]  # type: ignore[attr-defined]
        row = None
        if "\x00" in str(key):
            raise not_found(self.resource, key)
        try:
            rows = self.filter_queryset(self.get_queryset())  # type: ignore[attr-defined]
            row = rows.filter(**{self.lookup_field: key}).first()  # type: ignore[attr-defined]
        except (ValueError, OverflowError):
            row = None
        if row is None:
            raise not_found(self.resource, key)
        self.check_object_permissions(self.request, row)  # type: ignore[attr-defined]
        return row


class ServiceViewSet(GuardedMixin, ListMixin, RetrieveMixin, viewsets.GenericViewSet):
    """Lists and reads; writes are added by each view through its service."""


def not_found(resource: str, key: Any) -> NotFound:
    """Build the refusal for an id that does not exist, e.g. code `ROUTE_NOT_FOUND`."""
    refusal = NotFound(f'{resource} with ID "{key}" not found')
    refusal.code = f"{resource.upper().replace(' ', '_')}_NOT_FOUND"
    return refusal


def with_message(data: Any, message: str, status: int = 200) -> Response:
    """Return a response whose envelope carries a sentence."""
    response = Response(data, status=status)
    response.message = message  # type: ignore[attr-defined]  # read by the envelope renderer
    return response


def expected_version(request: Request) -> int | None:
    """Read `If-Match: "3"` or `expected_version` of the body; None when the caller does not
    care."""
    sent: Any = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if sent in {"", "*"}:
        sent = request.data.get("expected_version") if isinstance(request.data, dict) else None
    if sent is None:
        return None
    version = whole_number(sent)
    if version is None:
        raise InvalidInput(
            fields={"expected_version": ["expected_version must be a whole number."]}
        )
    return version
