"""Which shape an error has that no view made (404, 405, CSRF, 500), by path."""

from django.http import HttpRequest, JsonResponse

CLIENT_ROOTS = frozenset(
    {
        "backend",
        "promo-pricing",
        "pricing_logic",
        "carrier_directory",
        "bulk-upload",
        "carriers",
        "change-logs",
        "core_outages",
        "dark_fiber_details",
        "download_kmz",
        "exchange_rates",
        "live_latency",
        "locations",
        "network_design",
        "network_routes",
        "network_routes_export",
        "network_routes_search",
        "repository_types",
        "reservation_logs",
        "test_results_files",
    }
)

ENVELOPE, ERROR, DETAIL, HTML, UNION = "envelope", "error", "detail", "html", "union"

WITH_DETAILS = "/api/stock"  # whose contract promises `details.message` in every error
LAB_ADMIN = ("v2/", "checkAdminSession", "register")

SHAPES: tuple[tuple[str, str], ...] = (
    *((f"/admin/{word}", DETAIL) for word in LAB_ADMIN),
    ("/admin/", HTML),
    ("/api/download_kmz/", ERROR),
    ("/api/api/download_kmz/", ERROR),
    ("/api/parts", ERROR),
    ("/api/inventory/", DETAIL),
    ("/api", ENVELOPE),
    ("/auth/", ENVELOPE),
    ("/identity/", ENVELOPE),
    ("/inventory/", ENVELOPE),
    ("/monitoring/", ENVELOPE),
    ("/automation/", ENVELOPE),
    ("/integrations/", ENVELOPE),
    ("/credentials/", ENVELOPE),
    ("/notifications/", ENVELOPE),
    ("/system/", ENVELOPE),
    ("/check-", ENVELOPE),
    ("/lab/", DETAIL),
    ("/devices", DETAIL),
    *((f"/{word}", DETAIL) for word in ("login", "logout", "session", "users")),
)


def shape_of(path: str) -> str:
    """Return the shape of errors below a path; unowned paths answer every client's shape at
    once."""
    if path[1:].partition("/")[0].lower() in CLIENT_ROOTS:
        return ERROR
    return next((shape for prefix, shape in SHAPES if path.startswith(prefix)), UNION)


def error_response(request: HttpRequest, *, status: int, code: str, message: str) -> JsonResponse:
    """Build the body of an error that no view made."""
    shape = shape_of(request.path)
    if shape == ENVELOPE:
        said: dict[str, object] = {"code": code, "message": message}
        if request.path.startswith(WITH_DETAILS):
            said["details"] = {"message": message}
        body: dict[str, object] = {"success": False, "error": said}
        if not request.path.startswith("/api"):
            body["detail"] = said  # where the front end of the versioned names looks
    elif shape == DETAIL:
        body = {"detail": message}
    elif shape == ERROR:
        body = {"error": message}
    else:
        body = {"error": message, "detail": message}
    return JsonResponse(body, status=status)
