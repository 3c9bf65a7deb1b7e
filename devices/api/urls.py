"""Native paths of devices; words win over keys."""

from django.urls import include, path

urlpatterns = [
    path("", include("devices.api.routes.inventory")),
    path("", include("devices.api.routes.vault")),
    path("", include("devices.api.routes.scans")),
    path("", include("devices.api.routes.live")),
    path("", include("devices.api.routes.monitoring")),
    path("", include("devices.api.routes.mib")),
    path("", include("devices.api.routes.integrations")),
    path("", include("devices.api.routes.others")),
]
