"""Paths of scans, executors, parsers and targeting."""

from django.urls import path

from devices.api.base import alias
from devices.api.views import executors, scans

urlpatterns = [
    path("api/scans", scans.ScansView.as_view()),
    path("api/scans/interfaces", scans.InterfacesIngestView.as_view()),
    path("api/scans/interfaces/<str:ip>", scans.ScanInterfacesView.as_view()),
    path("api/scans/optical", scans.OpticalView.as_view()),
    path("api/scans/optical/readings", scans.ReadingsIngestView.as_view()),
    path("api/scans/optical/power-history", scans.PowerHistoryView.as_view()),
    path("api/scans/optical/trends", scans.TrendsView.as_view()),
    path("api/scans/cleanup", scans.CleanupView.as_view()),
    path("api/scans/<int:pk>", scans.ScanView.as_view()),
    path("api/scans/<int:pk>/progress", alias(scans.ScanView).as_view()),
    path("api/scans/<int:pk>/cancel", scans.ScanCancelView.as_view()),
    path("api/scans/<int:pk>/resume", scans.ScanResumeView.as_view()),
    path("api/scans/<int:pk>/results", scans.ScanResultsView.as_view()),
    path("api/scans/<int:pk>/review", scans.ScanReviewView.as_view()),
    path("api/executors", executors.ExecutorsView.as_view()),
    path("api/executors/runs/<int:pk>", executors.RunView.as_view()),
    path("api/executors/runs/<int:pk>/cancel", executors.RunCancelView.as_view()),
    path("api/executors/<str:kind>/execute", executors.ExecuteView.as_view()),
    path("api/parsers", executors.ParsersView.as_view()),
    path("api/parsers/<path:name>/parse", executors.ParseView.as_view()),
    path("api/targeting/resolve", executors.TargetingView.as_view()),
]
