"""Native paths of the route register."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from networkroutes.api.views import bulk, design, pricing
from networkroutes.api.views.carriers import CarrierContactViewSet, CarrierViewSet
from networkroutes.api.views.channels import (
    DarkFibreChannelViewSet,
    ReservationLogViewSet,
    ReservationViewSet,
)
from networkroutes.api.views.design_channels import ChannelPlanView, WavelengthView
from networkroutes.api.views.files import (
    RouteKmzViewSet,
    RouteTestResultsViewSet,
    TestResultsFileViewSet,
)
from networkroutes.api.views.latency import (
    LatencySampleViewSet,
    LatencyViewSet,
    OutageViewSet,
)
from networkroutes.api.views.register import ExchangeRateViewSet, LocationViewSet
from networkroutes.api.views.repositories import InventoryRecordViewSet, RepositoryFieldViewSet
from networkroutes.api.views.routes import NetworkRouteViewSet, RepositoryTypeViewSet

router = SimpleRouter(trailing_slash=False)
router.register("api/routes", NetworkRouteViewSet, "route")
router.register("api/repository-types", RepositoryTypeViewSet, "repository-type")
router.register("api/repository-fields", RepositoryFieldViewSet, "repository-field")
router.register("api/inventory-records", InventoryRecordViewSet, "inventory-record")
router.register("api/dark-fibre-channels", DarkFibreChannelViewSet, "dark-fibre-channel")
router.register("api/reservations", ReservationViewSet, "reservation")
router.register("api/reservation-log", ReservationLogViewSet, "reservation-log")
router.register("api/locations", LocationViewSet, "location")
router.register("api/exchange-rates", ExchangeRateViewSet, "exchange-rate")
router.register("api/test-results-files", TestResultsFileViewSet, "test-results-file")
router.register("api/carriers", CarrierViewSet, "carrier")
router.register("api/carrier-contacts", CarrierContactViewSet, "carrier-contact")
router.register("api/outages", OutageViewSet, "outage")
router.register("api/latency-samples", LatencySampleViewSet, "latency-sample")
router.register("api/network-design/searches", design.SavedSearchViewSet, "saved-search")
router.register("api/pricing-rules", pricing.PricingConfigViewSet, "pricing-rules")
router.register("api/promo-rules", pricing.PromoRuleViewSet, "promo-rule")
router.register("api/bulk-uploads", bulk.BulkUploadViewSet, "bulk-upload")

urlpatterns = [
    path("api/wavelengths", WavelengthView.as_view(), name="wavelength"),
    path(
        "api/routes/<str:circuit_id>/channel-plan", ChannelPlanView.as_view(), name="channel-plan"
    ),
    path("api/network-design/paths", design.PathsView.as_view(), name="design-paths"),
    path("api/network-design/prices", design.PricesView.as_view(), name="design-prices"),
    path("api/network-design/maps", design.MapsView.as_view(), name="design-maps"),
    path(
        "api/network-design/log",
        design.DesignLogViewSet.as_view({"get": "list", "delete": "clear"}),
        name="design-log",
    ),
    path(
        "api/network-design/log/<int:pk>",
        design.DesignLogViewSet.as_view({"get": "retrieve"}),
        name="design-log-row",
    ),
    path(
        "api/latency/samples",
        LatencyViewSet.as_view({"post": "push"}),
        name="latency-push",
    ),
    path(
        "api/latency/<str:circuit_id>",
        LatencyViewSet.as_view({"get": "retrieve"}),
        name="latency",
    ),
    path(
        "api/latency/<str:circuit_id>/chart",
        LatencyViewSet.as_view({"get": "chart"}),
        name="latency-chart",
    ),
    path(
        "api/latency/<str:circuit_id>/probe",
        LatencyViewSet.as_view({"put": "set_probe", "delete": "remove_probe"}),
        name="latency-probe",
    ),
    path(
        "api/locations/<int:pk>/capabilities",
        pricing.LocationCapabilitiesView.as_view(),
        name="location-capabilities",
    ),
    path(
        "api/locations/<int:pk>/minimum-prices",
        pricing.LocationMinimumPricesView.as_view(),
        name="location-minimum-prices",
    ),
    path(
        "api/bulk-uploads/templates/<str:module>",
        bulk.BulkTemplateView.as_view(),
        name="bulk-template",
    ),
    path(
        "api/bulk-uploads/databases/<str:module>",
        bulk.BulkDatabaseView.as_view(),
        name="bulk-database",
    ),
    path(
        "api/routes/<str:pk>/kmz",
        RouteKmzViewSet.as_view({"get": "retrieve", "post": "create", "delete": "destroy"}),
        name="route-kmz",
    ),
    path(
        "api/routes/<str:pk>/test-results",
        RouteTestResultsViewSet.as_view({"post": "create"}),
        name="route-test-results",
    ),
    path(
        "api/routes/<str:pk>/test-results/archive",
        RouteTestResultsViewSet.as_view({"get": "archive"}),
        name="route-test-results-archive",
    ),
    path(
        "api/test-results-files/<str:pk>/content",
        TestResultsFileViewSet.as_view({"get": "content"}),
        name="test-results-file-content",
    ),
    *router.urls,
]
