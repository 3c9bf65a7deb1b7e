"""Native paths of the route register."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from networkroutes.api.views.channels import (
    DarkFibreChannelViewSet,
    ReservationLogViewSet,
    ReservationViewSet,
)
from networkroutes.api.views.files import (
    RouteKmzViewSet,
    RouteTestResultsViewSet,
    TestResultsFileViewSet,
)
from networkroutes.api.views.register import ExchangeRateViewSet, LocationViewSet
from networkroutes.api.views.routes import NetworkRouteViewSet, RepositoryTypeViewSet

router = SimpleRouter(trailing_slash=False)
router.register("api/routes", NetworkRouteViewSet, "route")
router.register("api/repository-types", RepositoryTypeViewSet, "repository-type")
router.register("api/dark-fibre-channels", DarkFibreChannelViewSet, "dark-fibre-channel")
router.register("api/reservations", ReservationViewSet, "reservation")
router.register("api/reservation-log", ReservationLogViewSet, "reservation-log")
router.register("api/locations", LocationViewSet, "location")
router.register("api/exchange-rates", ExchangeRateViewSet, "exchange-rate")
router.register("api/test-results-files", TestResultsFileViewSet, "test-results-file")

urlpatterns = [
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
