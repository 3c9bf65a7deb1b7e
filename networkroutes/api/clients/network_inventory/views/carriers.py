"""The carrier directory and its contacts (contract 12.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from networkroutes.api.clients.network_inventory import forms
from networkroutes.api.clients.network_inventory.base import ClientView, whole_id
from networkroutes.api.clients.network_inventory.wire import t1
from networkroutes.choices import CarrierStatus, Region
from networkroutes.errors import CarrierNotFound, InvalidField
from networkroutes.models import Carrier, CarrierContact
from networkroutes.selectors import carriers as selector
from networkroutes.services import carriers

CONTACT_TEXTS = {
    "contact_type": 100,
    "contact_level": 100,
    "contact_function": 255,
    "contact_email": 255,
    "contact_phone": 64,
    "notes": None,
}


class CarrierDirectoryView(ClientView):
    """GET all carriers by name; POST a new one."""

    reads = "view_carrier"
    writes = {"POST": "add_carrier"}

    def get(self, request: Request) -> Response:
        """Answer the bare array."""
        return Response([carrier_words(row) for row in Carrier.objects.all()])

    def post(self, request: Request) -> Response:
        """Add a carrier."""
        made = carriers.create_carrier(actor=request.user, values=carrier_values(request.data))
        return Response(carrier_words(made), status=201)


class CarrierSearchView(ClientView):
    """GET at most 10 active carriers by name, for a field that completes."""

    reads = "view_carrier"

    def get(self, request: Request) -> Response:
        """Answer them with a name for people."""
        found = selector.find_active(request.query_params.get("q", ""))
        return Response([{**carrier_words(row), "display_name": str(row)} for row in found])


class CarrierView(ClientView):
    """One carrier."""

    reads = "view_carrier"
    writes = {"PUT": "change_carrier", "DELETE": "delete_carrier"}

    def get(self, request: Request, carrier_id: str) -> Response:
        """Answer it."""
        return Response(carrier_words(carrier_of(carrier_id)))

    def put(self, request: Request, carrier_id: str) -> Response:
        """Replace its fields; an absent status stays."""
        carriers.update_carrier(
            actor=request.user,
            carrier_id=whole_id(carrier_id),
            values=carrier_values(request.data),
        )
        return Response({"message": "Carrier updated successfully"})

    def delete(self, request: Request, carrier_id: str) -> Response:
        """Remove it, unless it has contacts."""
        carriers.delete_carrier(actor=request.user, carrier_id=whole_id(carrier_id))
        return Response({"message": "Carrier deleted successfully"})


class ContactsView(ClientView):
    """GET the contacts of a carrier; POST a new one."""

    reads = "view_carriercontact"
    writes = {"POST": "add_carriercontact"}

    def get(self, request: Request, carrier_id: str) -> Response:
        """Answer the bare array."""
        rows = carrier_of(carrier_id).contacts.select_related("approved_by")
        return Response([contact_words(row) for row in rows])

    def post(self, request: Request, carrier_id: str) -> Response:
        """Add a contact."""
        made = carriers.create_contact(
            actor=request.user,
            carrier_id=whole_id(carrier_id),
            values=contact_values(request.data),
        )
        return Response(contact_words(made), status=201)


class ContactView(ClientView):
    """One contact."""

    writes = {"PUT": "change_carriercontact", "DELETE": "delete_carriercontact"}

    def put(self, request: Request, carrier_id: str, contact_id: str) -> Response:
        """Replace its fields."""
        carriers.update_contact(
            actor=request.user,
            carrier_id=whole_id(carrier_id),
            contact_id=whole_id(contact_id),
            values=contact_values(request.data),
        )
        return Response({"message": "Contact updated successfully"})

    def delete(self, request: Request, carrier_id: str, contact_id: str) -> Response:
        """Remove it."""
        carriers.delete_contact(
            actor=request.user, carrier_id=whole_id(carrier_id), contact_id=whole_id(contact_id)
        )
        return Response({"message": "Contact deleted successfully"})


class ApproveContactView(ClientView):
    """Confirm a contact for another year, by POST or PUT."""

    writes = {"POST": "change_carriercontact", "PUT": "change_carriercontact"}

    def post(self, request: Request, carrier_id: str, contact_id: str) -> Response:
        """Confirm it."""
        contact = carriers.approve_contact(
            actor=request.user, carrier_id=whole_id(carrier_id), contact_id=whole_id(contact_id)
        )
        shown = contact_words(contact)
        return Response(
            {
                "message": "Contact approved successfully",
                **{name: shown[name] for name in ("approved_by", "approved_at", "last_updated")},
            }
        )

    put = post


class OverdueContactsView(ClientView):
    """GET the contacts that nobody has confirmed for a year, for those who may confirm them."""

    reads = "change_carriercontact"

    def get(self, request: Request) -> Response:
        """Answer them, longest waiting first."""
        return Response(
            [
                {
                    **contact_words(row),
                    "carrier_name": row.carrier.carrier_name,
                    "region": row.carrier.region,
                    **age,
                }
                for row, age in selector.overdue_contacts()
            ]
        )


def carrier_of(carrier_id: str) -> Carrier:
    """Return a carrier, or raise `CarrierNotFound`."""
    found = Carrier.objects.filter(pk=whole_id(carrier_id)).first()
    if found is None:
        raise CarrierNotFound("Carrier not found")
    return found


def carrier_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the fields of a carrier."""
    values: dict[str, Any] = {
        "carrier_name": forms.required_text(
            body, "carrier_name", InvalidField("carrier_name", "carrier_name is required"), 255
        ),
        "previously_known_as": forms.text(
            "previously_known_as", body.get("previously_known_as"), longest=255
        )
        or "",
        "region": _one_of("region", body.get("region"), Region.values),
    }
    if body.get("status") not in (None, ""):
        values["status"] = _one_of("status", body["status"], CarrierStatus.values)
    return values


def contact_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the fields of a contact."""
    refusal = InvalidField("contact_name", "contact_name is required")
    values: dict[str, Any] = {
        "contact_name": forms.required_text(body, "contact_name", refusal, 255)
    }
    for name, longest in CONTACT_TEXTS.items():
        values[name] = forms.text(name, body.get(name), longest=longest) or ""
    return values


def carrier_words(row: Carrier) -> dict[str, Any]:
    """Return a carrier."""
    return {
        "id": row.pk,
        "carrier_name": row.carrier_name,
        "previously_known_as": row.previously_known_as or None,
        "status": row.status,
        "region": row.region,
        "created_at": t1(row.created_at),
        "updated_at": t1(row.updated_at),
    }


def contact_words(row: CarrierContact) -> dict[str, Any]:
    """Return a contact."""
    return {
        "id": row.pk,
        "carrier_id": row.carrier_id,
        "contact_type": row.contact_type,
        "contact_level": row.contact_level,
        "contact_name": row.contact_name,
        "contact_function": row.contact_function,
        "contact_email": row.contact_email,
        "contact_phone": row.contact_phone,
        "notes": row.notes,
        "last_updated": t1(row.last_updated),
        "approved_by": row.approved_by.username if row.approved_by else None,
        "approved_at": t1(row.approved_at) if row.approved_at else None,
        "created_at": t1(row.created_at),
    }


def _one_of(field: str, value: Any, known: list[str]) -> str:
    text = forms.text(field, value) or ""
    found = next((word for word in known if word.lower() == text.strip().lower()), None)
    if found is None:
        raise InvalidField(field, f"{field} must be one of {', '.join(known)}")
    return found
