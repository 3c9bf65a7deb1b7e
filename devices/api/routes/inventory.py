"""Paths of devices and their groups."""

from django.urls import path

from devices.api.base import alias
from devices.api.views import devices, groups, inventory_v1

GROUPS = (
    ("", groups.GroupListView),
    ("/preview", groups.GroupPreviewView),
    ("/<int:pk>", groups.GroupView),
    ("/<int:pk>/devices", groups.GroupDevicesView),
    ("/<int:pk>/devices/<str:ip>", groups.GroupDeviceView),
)

urlpatterns = [
    path("api/devices", devices.DeviceListView.as_view(), name="devices"),
    path("api/devices/import", devices.ImportDevicesView.as_view()),
    path("api/devices/summary/networks", devices.NetworkSummaryView.as_view()),
    path("api/devices/summary/stats", devices.StatsView.as_view()),
    path("api/devices/<str:key>", devices.DeviceDetailView.as_view()),
    path("api/devices/<str:key>/groups", devices.DeviceGroupsOfView.as_view()),
    path("api/devices/<str:key>/history", devices.DeviceHistoryView.as_view()),
    path("api/devices/<str:key>/interfaces", devices.DeviceInterfacesView.as_view()),
    path("api/devices/<str:key>/power-history", devices.PowerHistoryView.as_view()),
    *(path(f"api/device_groups{end}", view.as_view()) for end, view in GROUPS),
    *(
        path(f"{root}{end}", alias(view).as_view())
        for root in ("api/groups", "api/device-groups", "inventory/v1/groups")
        for end, view in GROUPS
    ),
    path("inventory/v1/devices", inventory_v1.DevicesView.as_view()),
    path("inventory/v1/devices/<str:key>", inventory_v1.DeviceView.as_view()),
    path("inventory/v1/devices/<str:key>/interfaces", inventory_v1.InterfacesView.as_view()),
    path("inventory/v1/topology", inventory_v1.TopologyView.as_view()),
    path("inventory/v1/sites", inventory_v1.SitesView.as_view()),
    path("inventory/v1/modules", inventory_v1.ModulesView.as_view()),
    path("inventory/v1/racks", inventory_v1.RacksView.as_view()),
]
