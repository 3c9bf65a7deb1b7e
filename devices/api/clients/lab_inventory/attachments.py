"""The files of the lab's devices: `/api/inventory/…attachments…`."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices.api.clients.lab_inventory.base import FileView, LabView
from devices.api.clients.lab_inventory.forms import Unprocessable
from devices.api.clients.lab_inventory.shown import found, shown, stamp
from devices.errors import Missing
from devices.services import attachments
from inventory_site.core.errors import AuthenticationRequired, NotFound
from inventory_site.core.files.serve import file_response


class AttachmentsView(FileView):
    """GET, POST /api/inventory/devices/{id}/attachments."""

    def get(self, request: Request, pk: int) -> Response:
        """Answer the device's files."""
        return Response(
            [
                {
                    "id": row.pk,
                    "file_name": row.file_name,
                    "file_type": row.file_type,
                    "mime_type": row.mime_type,
                    "size_bytes": row.size_bytes,
                    "uploaded_by_id": row.uploaded_by_id,
                    "created_at": stamp(row.created_at),
                }
                for row in found(pk).attachments.all()
            ]
        )

    def post(self, request: Request, pk: int) -> Response:
        """Store a file; answer the device."""
        upload = request.FILES.get("file")
        if upload is None:
            raise Unprocessable("file", "field required", kind="value_error.missing")
        try:
            attachments.add_attachment(
                pk,
                actor=request.user,
                name=upload.name or "",
                stream=upload,
                mime_type=upload.content_type or "",
            )
        except Missing as err:
            err.message = "Device not found"
            raise
        return Response(shown(found(pk)))


class AttachmentDownloadView(LabView):
    """GET /api/inventory/attachments/{id}/download."""

    number = "attachment_id"

    def get(self, request: Request, pk: int) -> Any:
        """Send the file as a download."""
        row = attachments.attachment(pk)
        try:
            return file_response(
                request._request,
                storage=attachments.STORAGE,
                key=row.key,
                name=row.file_name,
                content_type=row.mime_type or "application/octet-stream",
            )
        except NotFound as err:
            missing = Missing("Attachment", pk)
            missing.message = "File missing on server"
            raise missing from err


class AttachmentView(LabView):
    """DELETE /api/inventory/attachments/{id}; its 401 has a sentence of its own."""

    number = "attachment_id"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse as every view does, but strangers in the words of this path."""
        try:
            super().initial(request, *args, **kwargs)
        except AuthenticationRequired as err:
            raise AuthenticationRequired("Authentication required") from err

    def delete(self, request: Request, pk: int) -> Response:
        """Remove a file."""
        attachments.delete_attachment(pk, actor=request.user)
        return Response(status=204)
