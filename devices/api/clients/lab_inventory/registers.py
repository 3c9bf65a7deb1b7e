"""The lab's registers: device types, manufacturers, sites, tags."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from devices.api.clients.lab_inventory import forms
from devices.api.clients.lab_inventory.base import LabView
from devices.api.clients.lab_inventory.shown import stamp
from devices.errors import Missing
from devices.services import registers
from devices.services.registers import Register

CHECKS: dict[str, dict[str, forms.Check]] = {
    "Device type": {
        "name": forms.text(1, 100),
        "category": forms.category,
        "description": forms.text(0, 100_000),
        "is_schedulable": forms.truth,
        "has_ports": forms.truth,
    },
    "Manufacturer": {
        "name": forms.text(1, 100),
        "website": forms.website,
        "notes": forms.text(0, 100_000),
    },
    "Site": {
        "name": forms.text(1, 100),
        "address": forms.text(0, 100_000),
        "notes": forms.text(0, 100_000),
    },
    "Tag": {
        "name": forms.text(1, 50),
        "description": forms.text(0, 100_000),
        "color": forms.color,
    },
}
NEVER_NULL = ("name", "category", "is_schedulable", "has_ports")


class _RegisterView(LabView):
    register: ClassVar[Register]

    @property
    def checks(self) -> dict[str, forms.Check]:
        """What is read of a body."""
        return CHECKS[self.register.resource]

    def shown(self, row: Any) -> dict[str, Any]:
        """Return a row with its times."""
        data = {"id": row.pk, **{name: getattr(row, name) for name in self.checks}}
        data["created_at"] = stamp(row.created_at)
        if hasattr(row, "updated_at"):
            data["updated_at"] = stamp(row.updated_at)
        return data

    def find(self, pk: int) -> Any:
        """Return the row, or raise `Missing`."""
        row = self.register.model._default_manager.filter(pk=pk).first()
        if row is None:
            missing = Missing(self.register.resource, pk)
            missing.message = f"{self.register.resource} with ID {pk} not found"
            raise missing
        return row


class RegisterListView(_RegisterView):
    """GET, POST of one register."""

    def get(self, request: Request) -> Response:
        """Answer the rows by name."""
        limit = forms.query_whole(request.query_params, "limit", 100, 1, 500)
        offset = forms.query_whole(request.query_params, "offset", 0, 0, 2**31)
        rows = self.register.model._default_manager.order_by("name")[offset : offset + limit]
        return Response([self.shown(row) for row in rows])

    def post(self, request: Request) -> Response:
        """Make a row."""
        required = ("name", "category") if "category" in self.checks else ("name",)
        values = forms.read_body(
            request.data, self.checks, required=required, never_null=NEVER_NULL
        )
        row = registers.create(self.register, actor=request.user, values=values)
        return Response(self.shown(row), status=201)


class RegisterRowView(_RegisterView):
    """GET, PUT, DELETE of one row."""

    def get(self, request: Request, pk: int) -> Response:
        """Answer the row."""
        return Response(self.shown(self.find(pk)))

    def put(self, request: Request, pk: int) -> Response:
        """Change the fields that were sent."""
        self.find(pk)
        values = forms.read_body(request.data, self.checks, never_null=NEVER_NULL)
        row = registers.update(self.register, pk, actor=request.user, values=values)
        return Response(self.shown(row))

    def delete(self, request: Request, pk: int) -> Response:
        """Remove a row nobody points at."""
        self.find(pk)
        registers.delete(self.register, pk, actor=request.user)
        return Response(status=204)


def pair(register: Register) -> tuple[type[RegisterListView], type[RegisterRowView]]:
    """Return the two views of a register."""
    name = type(register.model).__name__
    number = f"{register.resource.lower().replace(' ', '_')}_id"
    return (
        type(f"{name}ListView", (RegisterListView,), {"register": register}),
        type(f"{name}RowView", (RegisterRowView,), {"register": register, "number": number}),
    )
