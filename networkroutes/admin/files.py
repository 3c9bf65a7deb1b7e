"""Stored files of circuits, as lists over all circuits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    ReadOnlyAdmin,
    ServiceAdmin,
    column,
    identifier,
    register,
    toast,
    when,
)
from inventory_site.core.errors import DomainError
from networkroutes.admin import downloads
from networkroutes.admin.words import CIRCUITS, plain, route_link, size_words
from networkroutes.models import KmzFile, TestResultsFile
from networkroutes.services import files


class StoredFilePage:
    """What both lists of stored files share: size, time, download."""

    list_display = ["original_name", "circuit", "size", "uploaded"]
    list_select_related = ["route"]
    search_fields = ["original_name", "route__circuit_id"]
    ordering = ["-uploaded_at", "-pk"]
    phone_columns = ["circuit", "size", "uploaded"]
    export_fields = [
        ("Name", "original_name"),
        ("Circuit", "route__circuit_id"),
        ("Size, bytes", "file_size"),
        ("Uploaded (UTC)", "uploaded_at"),
        ("SHA-256", "sha256"),
    ]
    summary = ["original_name", "circuit", "size", "uploaded", "checksum", "download"]
    details_title = ""
    fields = ["original_name"]

    class Media:
        css = {"all": ["networkroutes/routes.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The summary says it all."""
        return []

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.download_view)  # type: ignore[attr-defined]  # a mixin of ModelAdmin
        name = f"networkroutes_{self.opts.model_name}_download"  # type: ignore[attr-defined]  # as above
        return [path("<int:pk>/download/", view, name=name), *super().get_urls()]  # type: ignore[misc]  # of ModelAdmin

    def download_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send the file."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]  # as above
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=pk).first()  # type: ignore[attr-defined]  # as above
        if row is None:
            raise Http404
        try:
            return self.send(request, row)
        except DomainError as refusal:
            toast(request, refusal.message, level=messages.ERROR)
            return redirect(self.object_url(row))  # type: ignore[attr-defined]  # as above

    def send(self, request: HttpRequest, row: Any) -> HttpResponseBase:
        """Stream the blob, or refuse."""
        raise NotImplementedError

    @column("Circuit", order="route__circuit_id")
    def circuit(self, obj: Any) -> SafeString | str:
        return route_link(obj.route) if obj.route else plain(None)

    @column("Size", numeric=True, order="file_size")
    def size(self, obj: Any) -> str:
        return size_words(obj.file_size)

    @column("Uploaded", order="uploaded_at")
    def uploaded(self, obj: Any) -> SafeString:
        return when(obj.uploaded_at)

    @column("SHA-256")
    def checksum(self, obj: Any) -> SafeString:
        return identifier(obj.sha256)

    @column("File")
    def download(self, obj: Any) -> SafeString:
        url = reverse(f"admin:networkroutes_{obj._meta.model_name}_download", args=[obj.pk])
        return format_html('<a href="{}" download>Download</a>', url)


@register(TestResultsFile)
class TestResultsFileAdmin(StoredFilePage, ServiceAdmin):
    """Test results of all circuits; uploaded on the circuit's page."""

    empty_text = "No test results yet: open a circuit and upload them under Files."
    filled_by = CIRCUITS

    def send(self, request: HttpRequest, row: TestResultsFile) -> HttpResponseBase:
        """Stream the blob, or refuse."""
        return downloads.send_result(request, row)

    def service_delete(self, request: HttpRequest, obj: TestResultsFile) -> None:
        """Remove the file."""
        files.delete_test_results(actor=request.user, file_id=obj.pk)


@register(KmzFile)
class KmzFileAdmin(StoredFilePage, ReadOnlyAdmin):
    """Maps of all circuits, and generated ones."""

    empty_text = "No maps yet: open a circuit and upload one."
    filled_by = CIRCUITS

    def send(self, request: HttpRequest, row: KmzFile) -> HttpResponseBase:
        """Stream the blob, or refuse."""
        return downloads.send_map(request, row)
