"""Paths of the lab inventory front end, at the root and below /lab."""

from django.urls import include, path

from devices.api.clients.lab_inventory import attachments, devices, registers
from devices.services.registers import DEVICE_TYPES, MANUFACTURERS, SITES, TAGS

REGISTERS = (
    ("device-types", DEVICE_TYPES),
    ("manufacturers", MANUFACTURERS),
    ("sites", SITES),
    ("tags", TAGS),
)


def _register_paths() -> list[object]:
    found: list[object] = []
    for word, register in REGISTERS:
        rows, row = registers.pair(register)
        found.append(path(word, rows.as_view()))
        found.append(path(f"{word}/<int:pk>", row.as_view()))
    return found


inventory = [
    *_register_paths(),
    path("devices", devices.DevicesView.as_view()),
    path("devices/bulk-update", devices.BulkUpdateView.as_view()),
    path("devices/export", devices.ExportView.as_view()),
    path("devices/import", devices.ImportView.as_view()),
    path("devices/oi/<path:oi_id>", devices.DeviceByOiView.as_view()),
    path("devices/<int:pk>", devices.DeviceView.as_view()),
    path("devices/<int:pk>/history", devices.HistoryView.as_view()),
    path("devices/<int:pk>/tags", devices.DeviceTagsView.as_view()),
    path("devices/<int:pk>/tags/<int:tag_id>", devices.DeviceTagView.as_view()),
    path("devices/<int:pk>/attachments", attachments.AttachmentsView.as_view()),
    path("attachments/<int:pk>", attachments.AttachmentView.as_view()),
    path("attachments/<int:pk>/download", attachments.AttachmentDownloadView.as_view()),
    path("stats/summary", devices.StatsView.as_view()),
]

scheduler = devices.SchedulerDevicesView.as_view()

urlpatterns = [
    path("api/inventory/", include(inventory)),
    path("lab/api/inventory/", include(inventory)),
    path("devices", scheduler),
    path("lab/devices", scheduler),
    path("lab/api/devices", scheduler),
]
