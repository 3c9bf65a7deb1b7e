"""Uploads, deliveries, rendered pictures (contract 3.4 to 3.6)."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpResponseBase
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.errors import NotFound
from inventory_site.core.files.limits import body_length
from inventory_site.core.files.serve import file_response
from parts.api.clients.fabrication import wire
from parts.api.clients.fabrication.base import FabricationView, plain_cache, version_of
from parts.errors.fabrication import FabricationFileTooLarge, NotThere, UploadRefused
from parts.fabrication import filenames
from parts.models import FabricationFile
from parts.selectors.fabrication_lists import part_of
from parts.services import fabrication_files as files
from parts.services import fabrication_models as models
from parts.services import fabrication_views as views

FORM_BYTES = 1024 * 1024
VIEW_FIELD = re.compile(r"view_([0-7])")
GLB_TYPE = "model/gltf-binary"
GONE = "File not found on server"


class UploadView(FabricationView):
    """`/api/parts/{id}/upload`."""

    failures = {"POST": "Failed to upload file"}

    def post(self, request: Request, part_id: int) -> Response:
        """Keep a file; of a STEP file wait a while for its model."""
        part_of(part_id)
        upload = uploaded(request)
        row = files.upload_file(
            actor=request.user,
            part_id=part_id,
            upload=upload,
            reason=str(request.data.get("reason", "")) if request.data else "",
            expected_version=version_of(request),
        )
        is_step = filenames.is_step(row.stored_name)
        model = models.wait_for_model(row.blob) if is_step else None
        return Response(wire.upload_json(row, model), status=201)


class DownloadView(FabricationView):
    """`/api/parts/{id}/download`."""

    failures = {"GET": "Failed to download file"}

    def get(self, request: Request, part_id: int) -> HttpResponseBase:
        """Deliver the current file as an attachment."""
        return delivered(request, files.current_file(part_of(part_id)))


class FileView(FabricationView):
    """`/api/parts/{id}/file`."""

    failures = {"GET": "Failed to retrieve file"}

    def get(self, request: Request, part_id: int) -> HttpResponseBase:
        """Deliver the current file to be shown."""
        return delivered(request, files.current_file(part_of(part_id)), inline=True)


class ModelView(FabricationView):
    """`/api/parts/{id}/model`."""

    failures = {"GET": "Failed to retrieve model"}

    def get(self, request: Request, part_id: int) -> HttpResponseBase:
        """Deliver the GLB of the current file, converting it when needed."""
        return model_of_part(request, part_id)


class ViewsView(FabricationView):
    """`/api/parts/{id}/views`."""

    failures = {"POST": "Failed to upload views", "GET": "Failed to retrieve views manifest"}

    def get(self, request: Request, part_id: int) -> Response:
        """Return the manifest, null when there are no pictures."""
        part = part_of(part_id)
        rows = list(part.views.all())
        return Response({"views": wire.manifest_json(part, rows) if rows else None})

    def post(self, request: Request, part_id: int) -> Response:
        """Keep rendered pictures."""
        part_of(part_id)
        pictures = {}
        for name, upload in sent_files(request).items():
            if match := VIEW_FIELD.fullmatch(name):
                if upload.size > views.MAX_BYTES:
                    raise UploadRefused("Invalid view image")
                pictures[int(match.group(1))] = upload.read()
        part = views.store_views(actor=request.user, part_id=part_id, pictures=pictures)
        manifest = wire.manifest_json(part, list(part.views.all()))
        return Response({"success": True, "views": manifest})


class ViewImageView(FabricationView):
    """`/api/parts/{id}/views/{n}`."""

    failures = {"GET": "Failed to retrieve view image"}

    def get(self, request: Request, part_id: int, index: int) -> HttpResponseBase:
        """Deliver one rendered picture."""
        row = views.view_of(part_of(part_id), index)
        try:
            response = file_response(
                request._request,
                storage=row.blob.storage,
                key=row.blob.key,
                name=str(row),
                content_type=views.PNG,
                inline=True,
                last_modified=row.created_at,
                etag=row.blob.sha256,
            )
        except NotFound as err:
            raise NotThere("View image not found") from err
        return plain_cache(response)


class RevisionsView(FabricationView):
    """`/api/parts/{id}/revisions`."""

    failures = {"GET": "Failed to retrieve revisions"}

    def get(self, request: Request, part_id: int) -> Response:
        """List the revisions, newest first."""
        part = part_of(part_id)
        rows = files.revisions_of(part)
        found = [wire.revision_json(row, part.revision) for row in rows]
        return Response({"revision": part.revision, "revisions": found})


class RevisionFileView(FabricationView):
    """`/api/parts/{id}/revisions/{rev}/download`."""

    failures = {"GET": "Failed to download file"}

    def get(self, request: Request, part_id: int, revision: str) -> HttpResponseBase:
        """Deliver the file of a revision."""
        return delivered(request, files.revision_file(part_of(part_id), revision))


def delivered(request: Request, row: FabricationFile, *, inline: bool = False) -> HttpResponseBase:
    """Stream a stored file."""
    try:
        response = file_response(
            request._request,
            storage=row.blob.storage,
            key=row.blob.key,
            name=row.stored_name,
            content_type=row.content_type,
            inline=inline,
            last_modified=row.uploaded_at,
            etag=row.blob.sha256,
        )
    except NotFound as err:
        raise NotThere(GONE) from err
    return plain_cache(response)


def model_of_part(request: Request, part_id: int) -> HttpResponseBase:
    """Stream the model that belongs to the bytes of a part's current file."""
    part = part_of(part_id)
    try:
        row = files.current_file(part)
    except NotThere as err:
        raise err if not part.file else NotThere("Original file not found") from err
    if not filenames.is_step(row.stored_name):
        raise NotThere("No 3D model for this file type")
    model = models.ready_model(row.blob)
    response = file_response(
        request._request,
        storage="docs",
        key=model.key,
        name=f"{filenames.stem_of(row.stored_name)}.glb",
        content_type=GLB_TYPE,
        inline=True,
        etag=f"{row.blob.sha256}-{model.quality}",
    )
    return plain_cache(response)


def uploaded(request: Request) -> files.Upload:
    """Return the one file of the form; raises `UploadRefused`, `FabricationFileTooLarge`."""
    limit = settings.FABRICATION_MAX_FILE_BYTES
    if body_length(request._request) > limit + FORM_BYTES:
        raise FabricationFileTooLarge(limit)
    found = sent_files(request).get("file")
    if found is None:
        raise UploadRefused("No file provided")
    return files.Upload(found.name or "", found.size, found.file)


def sent_files(request: Request) -> dict[str, Any]:
    """Return the files of a form by field; anything else has none."""
    try:
        return dict(request.FILES.items())
    except RequestDataTooBig as err:
        raise FabricationFileTooLarge(settings.FABRICATION_MAX_FILE_BYTES) from err
    except (TooManyFilesSent, ParseError):
        return {}
