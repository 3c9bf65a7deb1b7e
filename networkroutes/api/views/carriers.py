"""Native carriers and their contacts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.exports import Column
from inventory_site.core.api.views import ServiceViewSet, expected_version
from networkroutes.api.serializers.carriers import CarrierContactSerializer, CarrierSerializer
from networkroutes.filtersets_design import CarrierContactFilterSet, CarrierFilterSet
from networkroutes.models import Carrier, CarrierContact
from networkroutes.services import carriers


def body_of(request: Request) -> dict[str, Any]:
    """Return the body without what guards against lost changes."""
    return {name: value for name, value in request.data.items() if name != "expected_version"}


class CarrierViewSet(ServiceViewSet):
    """The carrier directory."""

    serializer_class = CarrierSerializer
    filterset_class = CarrierFilterSet
    resource = "Carrier"
    search_fields = ("carrier_name", "previously_known_as")
    ordering_fields = ("carrier_name", "region", "status", "updated_at")
    ordering = ("carrier_name", "region")
    permissions = {
        "list": "networkroutes.view_carrier",
        "retrieve": "networkroutes.view_carrier",
        "create": "networkroutes.add_carrier",
        "partial_update": "networkroutes.change_carrier",
        "destroy": "networkroutes.delete_carrier",
    }
    export_name = "carriers"
    export_columns = tuple(
        Column(name, name) for name in ("carrier_name", "region", "status", "previously_known_as")
    )

    def get_queryset(self) -> QuerySet[Carrier]:
        """Carriers with the number of their contacts."""
        return Carrier.objects.annotate(contact_count=Count("contacts"))

    def create(self, request: Request) -> Response:
        """Add a carrier."""
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        made = carriers.create_carrier(actor=request.user, values=sent.validated_data)
        return Response(self.get_serializer(made).data, status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change some fields; `If-Match` or `expected_version` guards against lost changes."""
        carrier = self.get_object()
        sent = self.get_serializer(carrier, data=body_of(request), partial=True)
        sent.is_valid(raise_exception=True)
        changed = carriers.update_carrier(
            actor=request.user,
            carrier_id=carrier.pk,
            values=sent.validated_data,
            expected_version=expected_version(request),
        )
        return Response(self.get_serializer(changed).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a carrier without contacts."""
        carriers.delete_carrier(actor=request.user, carrier_id=self.get_object().pk)
        return Response(status=204)


class CarrierContactViewSet(ServiceViewSet):
    """Contacts of carriers, to be confirmed once a year."""

    queryset = CarrierContact.objects.select_related("carrier")
    serializer_class = CarrierContactSerializer
    filterset_class = CarrierContactFilterSet
    resource = "Carrier contact"
    search_fields = ("contact_name", "contact_email", "carrier__carrier_name")
    ordering_fields = ("contact_name", "last_updated")
    ordering = ("carrier__carrier_name", "contact_level", "contact_name", "pk")
    permissions = {
        "list": "networkroutes.view_carriercontact",
        "retrieve": "networkroutes.view_carriercontact",
        "create": "networkroutes.add_carriercontact",
        "partial_update": "networkroutes.change_carriercontact",
        "approve": "networkroutes.change_carriercontact",
        "destroy": "networkroutes.delete_carriercontact",
    }
    export_name = "carrier-contacts"
    export_columns = (
        Column("carrier_name", "carrier__carrier_name"),
        Column("region", "carrier__region"),
        Column("contact_name", "contact_name"),
        Column("contact_level", "contact_level"),
        Column("contact_email", "contact_email"),
        Column("contact_phone", "contact_phone"),
        Column("last_updated", "last_updated"),
    )

    def create(self, request: Request) -> Response:
        """Add a contact."""
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        made = carriers.create_contact(
            actor=request.user, carrier_id=values.pop("carrier").pk, values=values
        )
        return Response(self.get_serializer(made).data, status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change some fields, which confirms the contact."""
        contact = self.get_object()
        sent = self.get_serializer(contact, data=body_of(request), partial=True)
        sent.is_valid(raise_exception=True)
        changed = carriers.update_contact(
            actor=request.user,
            carrier_id=contact.carrier_id,
            contact_id=contact.pk,
            values={k: v for k, v in sent.validated_data.items() if k != "carrier"},
            expected_version=expected_version(request),
        )
        return Response(self.get_serializer(changed).data)

    @extend_schema(request=None, responses=CarrierContactSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Confirm a contact for another year."""
        contact = self.get_object()
        kept = carriers.approve_contact(
            actor=request.user, carrier_id=contact.carrier_id, contact_id=contact.pk
        )
        return Response(self.get_serializer(kept).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a contact."""
        contact = self.get_object()
        carriers.delete_contact(
            actor=request.user, carrier_id=contact.carrier_id, contact_id=contact.pk
        )
        return Response(status=204)
