"""The URL map of the house; the order is part of the contract (ARCHITECTURE, Surfaces and URLs)."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

from inventory_site.core.api.branches import branched
from inventory_site.core.api.metrics import metrics
from inventory_site.core.api.schema_view import SchemaView
from inventory_site.core.api.system import (
    HealthStatusView,
    HealthView,
    SearchView,
    SystemHealthView,
)
from inventory_site.error_pages import not_found
from inventory_site.front_page import front_page

handler400 = "inventory_site.error_pages.bad_request"
handler403 = "inventory_site.error_pages.permission_denied"
handler404 = "inventory_site.error_pages.not_found"
handler500 = "inventory_site.error_pages.server_error"

admin.autodiscover()  # a worker did not, and makes links too

urlpatterns = [
    path("", front_page, name="front-page"),
    path("health", HealthView.as_view(), name="health"),
    path("api/health", HealthView.as_view()),
    path("api/health/status", HealthStatusView.as_view()),
    path("api/system/health", SystemHealthView.as_view(), name="system-health"),
    path("metrics", metrics, name="metrics"),
    path("api/search", SearchView.as_view(), name="search"),
    path("api/schema", SchemaView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("redoc", SpectacularRedocView.as_view(url_name="schema"), name="redoc"),
    *branched(
        [
            path("", include("accounts.api.clients.lab.urls")),
            path("", include("accounts.api.urls")),
            path("", include("accounts.api.urls_trust")),
            path("", include("networkroutes.api.urls")),
            path("", include("devices.api.urls")),
            path("", include("parts.api.urls")),
            path("", include("parts.api.fabrication_urls")),
            path("", include("parts.api.clients.fabrication.urls")),
            path("", include("networkroutes.api.clients.network_inventory.urls")),
            path("", include("devices.api.clients.lab_inventory.urls")),
        ]
    ),
    re_path(r"^admin/v2(?:/.*)?$", csrf_exempt(not_found)),
    path("admin", RedirectView.as_view(url="/admin/", query_string=True)),
    path("admin/", include("inventory_site.core.admin.urls")),
    path("admin/", include("inventory_site.dashboard")),
    path("admin/", include("networkroutes.admin.urls")),
    path("admin/", include("accounts.admin.urls")),
    path("admin/", admin.site.urls),
]
