"""Native margin rules, promotions, minimum prices and capabilities."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory_site.core.api.exports import Column
from inventory_site.core.api.views import GuardedMixin, ServiceViewSet
from networkroutes.api.serializers.pricing import (
    CapabilitiesSerializer,
    MinimumPricesSerializer,
    PricingConfigSerializer,
    PricingSectionsSerializer,
    PromoRuleSerializer,
)
from networkroutes.api.views.carriers import body_of
from networkroutes.filtersets_design import PromoRuleFilterSet
from networkroutes.models import PricingConfig, PromoRule
from networkroutes.selectors.capabilities import capabilities_of
from networkroutes.services import capabilities, pricing_rules


class PricingConfigViewSet(ServiceViewSet):
    """Versions of the margin rules, newest first; versions never change."""

    queryset = PricingConfig.objects.all()
    serializer_class = PricingConfigSerializer
    resource = "Pricing rules version"
    ordering_fields = ("created_at",)
    ordering = ("-pk",)
    permissions = {
        "list": "networkroutes.view_pricingconfig",
        "retrieve": "networkroutes.view_pricingconfig",
        "create": "networkroutes.add_pricingconfig",
        "restore": "networkroutes.add_pricingconfig",
    }
    export_name = "pricing-rules"
    export_columns = tuple(
        Column(name, name)
        for name in (
            "id",
            "created_at",
            "created_by",
            "note",
            "values",
        )
    )

    @extend_schema(request=PricingSectionsSerializer, responses={201: PricingConfigSerializer})
    def create(self, request: Request) -> Response:
        """Put a new version in force."""
        sent = PricingSectionsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        sections = dict(sent.validated_data)
        made = pricing_rules.set_config(
            actor=request.user, note=sections.pop("note", ""), sections=sections
        )
        return Response(self.get_serializer(made).data, status=201)

    @extend_schema(request=None, responses={201: PricingConfigSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Put this version in force again, as a new one."""
        made = pricing_rules.restore_config(actor=request.user, version_id=self.get_object().pk)
        return Response(self.get_serializer(made).data, status=201)


class PromoRuleViewSet(ServiceViewSet):
    """Promotions; deleting one only ends it."""

    queryset = PromoRule.objects.all()
    serializer_class = PromoRuleSerializer
    filterset_class = PromoRuleFilterSet
    resource = "Promo rule"
    search_fields = ("rule_name",)
    ordering_fields = ("rule_name", "updated_at")
    ordering = ("rule_name", "pk")
    permissions = {
        "list": "networkroutes.view_promorule",
        "retrieve": "networkroutes.view_promorule",
        "create": "networkroutes.add_promorule",
        "partial_update": "networkroutes.change_promorule",
        "destroy": "networkroutes.delete_promorule",
    }
    export_name = "promo-rules"
    export_columns = tuple(
        Column(name, name)
        for name in (
            "rule_name",
            "source_locations",
            "destination_locations",
            *pricing_rules.PROMO_PRICES,
            "is_active",
            "updated_at",
        )
    )

    def create(self, request: Request) -> Response:
        """Add a promotion."""
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        made = pricing_rules.create_promo(actor=request.user, values=sent.validated_data)
        return Response(self.get_serializer(made).data, status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change some fields."""
        rule = self.get_object()
        sent = self.get_serializer(rule, data=body_of(request), partial=True)
        sent.is_valid(raise_exception=True)
        changed = pricing_rules.update_promo(
            actor=request.user, rule_id=rule.pk, values=sent.validated_data
        )
        return Response(self.get_serializer(changed).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """End a promotion."""
        pricing_rules.end_promo(actor=request.user, rule_id=self.get_object().pk)
        return Response(status=204)


class LocationCapabilitiesView(GuardedMixin, APIView):
    """What a location can do."""

    permissions = {
        "get": "networkroutes.view_locationcapabilities",
        "put": "networkroutes.change_locationcapabilities",
    }

    @extend_schema(responses=CapabilitiesSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """All thirteen, false where nothing is set."""
        return Response(capabilities_of(pk))

    @extend_schema(request=CapabilitiesSerializer, responses=CapabilitiesSerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Replace them; those not named are off."""
        sent = CapabilitiesSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        capabilities.set_capabilities(
            actor=request.user, location_id=pk, values=sent.validated_data
        )
        return Response(capabilities_of(pk))


class LocationMinimumPricesView(GuardedMixin, APIView):
    """The floor prices of a location."""

    permissions = {"put": "networkroutes.change_pricingconfig"}

    @extend_schema(request=MinimumPricesSerializer, responses=MinimumPricesSerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Set those that are named."""
        sent = MinimumPricesSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        row = pricing_rules.set_minimum_prices(
            actor=request.user, location_id=pk, prices=sent.validated_data
        )
        return Response({name: getattr(row, name) for name in pricing_rules.MIN_PRICES})
