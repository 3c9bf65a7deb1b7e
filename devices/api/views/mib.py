"""MIB profiles, their groups, columns, words and poll types over REST."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api.base import DeviceView, said, wanted_id
from devices.selectors import monitoring
from devices.services import mib, mib_import

RIGHTS = {
    "get": policy.VIEW,
    "post": policy.SETTINGS_EDIT,
    "put": policy.SETTINGS_EDIT,
    "delete": policy.SETTINGS_EDIT,
}
PARENT = {"groups": "profile_id", "mappings": "group_id", "enums": "mapping_id"}


class _KindView(DeviceView):
    permissions = RIGHTS
    name = ""

    @property
    def kind(self) -> mib.Kind:
        """The resource of this path."""
        return mib.KINDS[self.name]


class RowsView(_KindView):
    """GET, POST /api/mib/{resource}."""

    def get(self, request: Request, parent: int | None = None) -> Response:
        """List rows, of one parent when the path or the query names it."""
        rows = self.kind.model._default_manager.all()
        above = PARENT.get(self.name, "profile_id" if self.name == "poll-types" else "")
        wanted = (parent or request.query_params.get(above)) if above else None
        if wanted:
            rows = rows.filter(**{above: wanted_id(wanted, above)})
        found = [mib.shown(self.kind, row) for row in rows]
        key = self.name.replace("-", "_")
        return Response({key: found, "count": len(found)})

    def post(self, request: Request, parent: int | None = None) -> Response:
        """Make a row."""
        body = self.body
        if parent is not None:
            body = {**body, PARENT[self.name]: parent}
        row = mib.create(self.kind, actor=request.user, body=body)
        return said(mib.shown(self.kind, row), f"{self.kind.word} created", 201)


class RowView(_KindView):
    """GET, PUT, DELETE /api/mib/{resource}/{id}."""

    def get(self, request: Request, pk: int) -> Response:
        """Answer a row; a profile with everything below it."""
        row = mib.find(self.kind, pk)
        tree = self.name == "profiles"
        return Response(monitoring.profile_tree(row) if tree else mib.shown(self.kind, row))

    def put(self, request: Request, pk: int) -> Response:
        """Change a row."""
        row = mib.update(self.kind, pk, actor=request.user, body=self.body)
        return said(mib.shown(self.kind, row), f"{self.kind.word} updated")

    def delete(self, request: Request, pk: int) -> Response:
        """Remove a row."""
        mib.delete(self.kind, pk, actor=request.user)
        return said(None, f"{self.kind.word} deleted")


class TestPollView(DeviceView):
    """POST /api/mib/test-poll."""

    permissions = {"post": policy.CONNECT}

    def post(self, request: Request) -> Response:
        """Ask a device for an OID or a group."""
        return Response(mib_import.test_poll(actor=request.user, body=self.body))


class DiscoverOidsView(DeviceView):
    """POST /api/mib/discover-oids."""

    permissions = {"post": policy.CONNECT}

    def post(self, request: Request) -> Response:
        """Walk a subtree of a device."""
        return Response(mib_import.discover_oids(actor=request.user, body=self.body))


class ParseMibView(DeviceView):
    """POST /api/mib/parse-mib."""

    permissions = {"post": policy.VIEW}

    def post(self, request: Request) -> Response:
        """Answer the objects of a MIB text."""
        return Response(mib_import.parse(self.body, request.FILES.get("file")))


class ImportMibView(DeviceView):
    """POST /api/mib/import-mib."""

    permissions = {"post": policy.SETTINGS_EDIT}

    def post(self, request: Request) -> Response:
        """Take a MIB text in."""
        file = request.FILES.get("file")
        found = mib_import.import_mib(actor=request.user, body=self.body, file=file)
        return said(found, "MIB imported", 201)


def _view(base: type[Any], name: str) -> type[Any]:
    word = "".join(part.capitalize() for part in name.split("-"))
    doc = (base.__doc__ or "").replace("{resource}", name)
    return type(f"Mib{word}{base.__name__}", (base,), {"name": name, "__doc__": doc})


ROWS = {name: _view(RowsView, name) for name in mib.KINDS}
ROW = {name: _view(RowView, name) for name in mib.KINDS}
