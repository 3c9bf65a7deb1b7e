"""Files of a device: attached, downloaded, removed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from devices import policy
from devices.models import Device, DeviceAttachment
from devices.services import attachments
from inventory_site.core.admin import (
    EMPTY,
    Answer,
    ReadOnlyAdmin,
    ShortTable,
    Tab,
    Verb,
    column,
    each,
    register,
    when,
)
from inventory_site.core.errors import NotFound
from inventory_site.core.files.serve import file_response


class FileForm(forms.Form):
    """A file to keep with a device."""

    file = forms.FileField(help_text="A manual, a photo, a configuration; 25 MB at most.")


def download_url(row: DeviceAttachment) -> str:
    """Return where a file is downloaded from."""
    return reverse("admin:devices_deviceattachment_download", args=[row.pk])


def _attach(request: HttpRequest, objects: list[Device], data: dict[str, Any]) -> Answer:
    sent = data["file"]
    attachments.add_attachment(
        objects[0].pk,
        actor=request.user,
        name=sent.name or "",
        stream=sent,
        mime_type=sent.content_type or "",
    )
    url = f"{reverse('admin:devices_device_change', args=[objects[0].pk])}?tab=files"
    return Answer(f"{sent.name} is kept with {objects[0]}.", url=url, goes=True)


FILE_VERBS = [
    Verb(
        slug="attach",
        label="Attach a file",
        permission=policy.CHANGE,
        run=_attach,
        form=FileForm,
        icon="upload",
        on_list=False,
    )
]


def _remove_link(request: HttpRequest, row: DeviceAttachment) -> SafeString | str:
    if not request.user.has_perm(policy.CHANGE):
        return EMPTY
    url = reverse("admin:devices_deviceattachment_verb", args=["remove"])
    return format_html(
        '<a class="pb-danger-text" href="{}?ids={}&next={}" data-dialog>Remove</a>',
        url,
        row.pk,
        f"{reverse('admin:devices_device_change', args=[row.device_id])}?tab=files",
    )


def _files(request: HttpRequest, device: Device) -> dict[str, Any]:
    rows = device.attachments.select_related("uploaded_by").order_by("-created_at", "-pk")
    table = ShortTable(
        "Files",
        ("File", "Size", "Added", "By", "Remove"),
        [
            (
                format_html('<a href="{}" download>{}</a>', download_url(row), row.file_name),
                filesizeformat(row.size_bytes or 0),
                when(row.created_at),
                row.uploaded_by.shown_name if row.uploaded_by else EMPTY,
                _remove_link(request, row),
            )
            for row in rows
        ],
        empty="No file yet; the verb Attach a file keeps one.",
    )
    return {"tables": [table]}


FILES_TAB = Tab(
    "files",
    "Files",
    context=_files,
    count=lambda request, device: device.attachments.count() or None,
)


def _remove(request: HttpRequest, row: DeviceAttachment, data: dict[str, Any]) -> str:
    attachments.delete_attachment(row.pk, actor=request.user)
    return f"{row.file_name} is removed."


@register(DeviceAttachment)
class DeviceAttachmentAdmin(ReadOnlyAdmin):
    """Files of devices."""

    list_display = ["file_name", "device", "file_type", "size_bytes", "added"]
    list_filter = ["file_type"]
    list_select_related = ["device"]
    search_fields = ["file_name", "device__name"]
    phone_columns = ["device"]
    fields = ["device", "file_name", "file_type", "mime_type", "size_bytes"]
    empty_text = "No device has a file yet; choose a device and use Attach a file."
    verbs = [
        Verb(
            slug="download",
            label="Download",
            permission=policy.VIEW,
            page=download_url,
            icon="download",
            on_list=False,
        ),
        Verb(
            slug="remove",
            label="Remove",
            permission=policy.CHANGE,
            run=each(_remove, "removed"),
            follows="The file is gone for good.",
            danger=True,
            icon="trash-2",
            ends_on_list=True,
        ),
    ]

    def get_urls(self) -> list[Any]:
        """Add the download."""
        view = self.admin_site.admin_view(self.download_view)
        place = path("<int:pk>/download/", view, name="devices_deviceattachment_download")
        return [place, *super().get_urls()]

    def download_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send the file, never shown inline."""
        if not request.user.has_perm(policy.VIEW):
            raise PermissionDenied
        try:
            row = attachments.attachment(pk)
            return file_response(
                request,
                storage=attachments.STORAGE,
                key=row.key,
                name=row.file_name,
                content_type=row.mime_type or "application/octet-stream",
                last_modified=row.created_at,
            )
        except NotFound as err:
            raise Http404 from err

    @column("Added", order="created_at", export="created_at")
    def added(self, obj: DeviceAttachment) -> SafeString:
        return when(obj.created_at)
