"""Paths of PRTG, its import, MCP, and of what discovery begins with."""

from django.urls import path

from devices.api.base import Ends, alias
from devices.api.views import others
from devices.api.views.discovery_defaults import DiscoveryDefaultsView, DiscoveryTestView
from devices.api.views.others import create_view, rows_view

ROWS = {kind: rows_view(kind) for kind in ("devices", "sensors", "groups")}
PRTG: Ends = (
    ("settings", others.PrtgSettingsView),
    ("test", others.PrtgTestView),
    ("status", others.PrtgStatusView),
    ("alerts", others.PrtgAlertsView),
    *ROWS.items(),
    ("sync/preview", others.PrtgPreviewView),
    ("sync/netbox", others.PrtgSyncView),
    ("webhook", others.PrtgWebhookView),
)
IMPORT: Ends = (
    ("netbox-options", others.ImportOptionsView),
    *((what, create_view(what)) for what in others.CREATED),
)
IMPORT_NAMES: Ends = (
    ("prtg-groups", ROWS["groups"]),
    ("prtg-devices", ROWS["devices"]),
    ("preview", others.PrtgPreviewView),
    ("execute", others.PrtgSyncView),
)
MCP: Ends = (
    ("settings", others.McpSettingsView),
    ("test", others.McpTestView),
    ("sync/equipment", others.McpSyncEquipmentView),
    ("sync/netbox", others.McpSyncNetBoxView),
)
TREES = (("prtg", PRTG), ("import", IMPORT), ("mcp", MCP))

urlpatterns = [
    path("api/settings", DiscoveryDefaultsView.as_view()),
    path("api/settings/test", DiscoveryTestView.as_view()),
    *(path(f"api/{root}/{end}", view.as_view()) for root, ends in TREES for end, view in ends),
    *(path(f"api/import/{end}", alias(view).as_view()) for end, view in IMPORT_NAMES),
    *(
        path(f"integrations/v1/{root}/{end}", alias(view).as_view())
        for root, ends in (*TREES, ("import", IMPORT_NAMES))
        for end, view in ends
    ),
    *(
        path(f"{root}/prtg/test-connection", alias(others.PrtgTestView).as_view())
        for root in ("api", "integrations/v1")
    ),
]
