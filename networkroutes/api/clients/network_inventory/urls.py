"""Root paths of the network-inventory front end; each without a trailing slash."""

from django.urls import path

from networkroutes.api.clients.network_inventory.views import (
    channels,
    design,
    files,
    latency,
    register,
    routes,
)

urlpatterns = [
    path("repository_types", register.RepositoryTypesView.as_view()),
    path("carriers", routes.CarriersView.as_view()),
    path("core_outages", routes.CoreOutagesView.as_view()),
    path("network_routes", routes.RouteListView.as_view()),
    path("network_routes_search", routes.RouteSearchView.as_view()),
    path("network_routes_export", routes.RouteExportView.as_view()),
    path("network_routes/<str:circuit_id>", routes.RouteView.as_view()),
    path("network_routes/<str:circuit_id>/upload_kmz", files.UploadKmzView.as_view()),
    path(
        "network_routes/<str:circuit_id>/upload_test_results",
        files.UploadTestResultsView.as_view(),
    ),
    path("network_routes/<str:circuit_id>/test_results_files", files.TestResultsListView.as_view()),
    path(
        "network_routes/<str:circuit_id>/download_test_results", files.TestResultsZipView.as_view()
    ),
    path("test_results_files/<str:file_id>", files.TestResultsFileView.as_view()),
    path("download_kmz/<path:filename>", files.DownloadKmzView.as_view()),
    path("api/download_kmz/<path:filename>", files.DownloadKmzView.as_view()),
    path("api/api/download_kmz/<path:filename>", files.DownloadKmzView.as_view()),
    path("backend/kmz_files/<path:filename>", files.DownloadKmzView.as_view()),
    path("dark_fiber_details", channels.ChannelListView.as_view()),
    path("dark_fiber_details/<str:key>", channels.ChannelView.as_view()),
    path("dark_fiber_details/<str:key>/reserve", channels.ReserveView.as_view()),
    path("dark_fiber_details/<str:key>/release", channels.ReleaseView.as_view()),
    path("reservation_logs", channels.ReservationLogsView.as_view()),
    path("locations", register.LocationsView.as_view()),
    path("locations/<str:location_id>", register.LocationView.as_view()),
    path("exchange_rates", register.ExchangeRatesView.as_view()),
    path("exchange_rates/<str:rate_id>", register.ExchangeRateView.as_view()),
    path("network_design/find_path", design.FindPathView.as_view()),
    path("network_design/calculate_pricing", design.CalculatePricingView.as_view()),
    path("network_design/generate_kmz", design.GenerateKmzView.as_view()),
    path("network_design/save_search", design.SaveSearchView.as_view()),
    path("network_design/saved_searches", design.SavedSearchesView.as_view()),
    path("network_design/saved_searches/<str:search_id>", design.SavedSearchView.as_view()),
    path("network_design/audit_logs", design.AuditLogsView.as_view()),
    path("network_design/audit_logs/export", design.AuditLogsExportView.as_view()),
    path("live_latency/batch", latency.LiveLatencyBatchView.as_view()),
    path("live_latency/ingest", latency.LiveLatencyIngestView.as_view()),
    path("live_latency/<str:circuit_id>", latency.LiveLatencyView.as_view()),
]
