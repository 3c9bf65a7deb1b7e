"""Paths of the lab inventory front end, at the root and below /lab."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from devices.api.clients.lab_inventory import attachments, devices, registers
from devices.services.registers import DEVICE_TYPES, MANUFACTURERS, SITES, TAGS
from inventory_site.core.whole import whole_number

REGISTERS = (
    ("device-types", DEVICE_TYPES),
    ("manufacturers", MANUFACTURERS),
    ("sites", SITES),
    ("tags", TAGS),
)


class RowNumber(StringConverter):
    """A row's number; what is none stays a text, which the view answers with a 422."""

    def to_python(self, value: str) -> int | str:  # type: ignore[override]  # by design
        """Return a number where it is one."""
        number = whole_number(value, signed=True)
        return value if number is None else number


register_converter(RowNumber, "lab_number")


def _register_paths() -> list[object]:
    found: list[object] = []
    for word, register in REGISTERS:
        rows, row = registers.pair(register)
        found.append(path(word, rows.as_view()))
        found.append(path(f"{word}/<lab_number:pk>", row.as_view()))
    return found


inventory = [
    *_register_paths(),
    path("devices", devices.DevicesView.as_view()),
    path("devices/bulk-update", devices.BulkUpdateView.as_view()),
    path("devices/export", devices.ExportView.as_view()),
    path("devices/import", devices.ImportView.as_view()),
    path("devices/oi/<path:oi_id>", devices.DeviceByOiView.as_view()),
    path("devices/<lab_number:pk>", devices.DeviceView.as_view()),
    path("devices/<lab_number:pk>/history", devices.HistoryView.as_view()),
    path("devices/<lab_number:pk>/tags", devices.DeviceTagsView.as_view()),
    path("devices/<lab_number:pk>/tags/<lab_number:tag_id>", devices.DeviceTagView.as_view()),
    path("devices/<lab_number:pk>/attachments", attachments.AttachmentsView.as_view()),
    path("attachments/<lab_number:pk>", attachments.AttachmentView.as_view()),
    path("attachments/<lab_number:pk>/download", attachments.AttachmentDownloadView.as_view()),
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
