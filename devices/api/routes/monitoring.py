"""Paths of polls, measurements and health."""

from django.urls import path

from devices.api.base import alias
from devices.api.views import metrics, polling

POLLING = (
    ("configs", polling.ConfigsView),
    ("configs/<int:pk>", polling.ConfigView),
    ("configs/<int:pk>/toggle", polling.ToggleView),
    ("configs/<int:pk>/run", polling.RunNowView),
    ("executions", polling.ExecutionsView),
    ("executions/<int:pk>", polling.ExecutionView),
    ("status", polling.StatusView),
    ("poll-types", polling.PollTypesView),
    ("target-types", polling.TargetTypesView),
)
BARE = (
    ("metrics/optical", metrics.OpticalView),
    ("metrics/optical/thresholds", metrics.ThresholdsView),
    ("metrics/interface", metrics.InterfaceView),
    ("metrics/availability", metrics.AvailabilityView),
    ("metrics/device/<str:ip>/summary", metrics.DeviceSummaryView),
    ("metrics/site/<str:name>/summary", metrics.SiteSummaryView),
    ("health/device/<str:ip>", polling.DeviceHealthView),
    ("health/device/<str:ip>/calculate", polling.DeviceHealthView),
    ("health/site/<str:site>", polling.SiteHealthView),
    ("health/network", polling.NetworkHealthView),
    ("health/calculate-all", polling.CalculateAllView),
)

urlpatterns = [
    *(path(f"api/polling/{end}", view.as_view()) for end, view in POLLING),
    *(path(f"monitoring/v1/polling/{end}", alias(view).as_view()) for end, view in POLLING),
    *(
        path(f"{root}/{end}", view.as_view())
        for root in ("api", "monitoring/v1")
        for end, view in BARE
    ),
    path("monitoring/v1/devices/<str:ip>/metrics/<str:kind>", metrics.DeviceMetricsView.as_view()),
    path("api/spans", polling.SpansView.as_view()),
]
