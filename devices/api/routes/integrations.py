"""Paths of NetBox, and the replaced tool's unprefixed ones."""

from django.urls import path

from devices.api.base import Ends, alias
from devices.api.views import legacy, netbox, netbox_objects
from devices.api.views.netbox_objects import CountedView, list_view

NETBOX: Ends = (
    ("settings", netbox.SettingsView),
    ("test", netbox.TestView),
    ("status", netbox.StatusView),
    ("sync", netbox.SyncView),
    ("sync/<int:pk>", netbox.SyncOneView),
    ("inventory/preview", netbox.InventoryPreviewView),
    ("inventory/sync", netbox.InventorySyncView),
    ("discover", netbox.DiscoverView),
    ("autodiscovery", netbox.AutodiscoveryView),
    ("autodiscovery/<int:pk>", netbox.AutodiscoveryJobView),
    ("devices/cached", netbox.CachedDevicesView),
    ("devices/<int:pk>", netbox_objects.OneDeviceView),
    ("devices/<int:pk>/cached", netbox.CachedDeviceView),
    ("devices/<int:pk>/interfaces", netbox_objects.InterfacesView),
    *(
        (name, list_view(name))
        for name in ("sites", "device-roles", "device-types", "manufacturers", "tags")
    ),
    ("ip-addresses", list_view("ip-addresses", CountedView)),
)
NATIVE: Ends = (
    ("devices", netbox_objects.DevicesView),
    ("prefixes", list_view("prefixes", CountedView)),
    ("ip-ranges", list_view("ip-ranges", CountedView)),
)

urlpatterns = [
    *(path(f"api/netbox/{end}", view.as_view()) for end, view in NETBOX),
    *(path(f"api/netbox/{end}", view.as_view()) for end, view in NATIVE),
    *(path(f"integrations/v1/netbox/{end}", alias(view).as_view()) for end, view in NETBOX),
    path("integrations/v1/netbox/devices", alias(netbox.FlatDevicesView).as_view()),
    path("integrations/v1/netbox/prefixes", alias(netbox_objects.FlatPrefixesView).as_view()),
    path("integrations/v1/netbox/ip-ranges", alias(netbox_objects.FlatRangesView).as_view()),
    path("topology_data", legacy.TopologyDataView.as_view()),
    path("power_history", legacy.PowerHistoryView.as_view()),
    path("get_ssh_cli_interfaces", legacy.InterfacesView.as_view()),
    path("get_combined_interfaces", legacy.InterfacesView.as_view()),
    path("data", legacy.DataView.as_view()),
    path("network_groups", legacy.NetworkRangesView.as_view()),
    path("api/network-ranges", legacy.NetworkRangesView.as_view()),
    path("api/custom-groups", legacy.CustomGroupsView.as_view()),
    path("progress", legacy.ProgressView.as_view()),
    path("scan", legacy.StartScanView.as_view()),
    path("snmp_scan", legacy.StartScanView.as_view()),
    path("scan_selected", legacy.StartScanView.as_view(is_of_all=False)),
    path("ssh_scan", legacy.StartScanView.as_view(kind="interfaces", is_of_all=False)),
    path("cancel_scan", legacy.CancelScanView.as_view()),
]
