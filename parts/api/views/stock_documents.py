"""Documents, covers, previews and logos (contract 4.5, 4.7)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.parsers import MultiPartParser, StrictJSONParser
from inventory_site.core.files.serve import file_response
from parts.api.serializers.stock_more import (
    CopyInput,
    CoverInput,
    DocumentUpload,
    LinkInput,
    TitleInput,
    UrlInput,
)
from parts.api.stock_base import (
    StockView,
    listed_whole,
    number_in_path,
    present,
    says,
    sent,
    whole,
)
from parts.api.views.stock_boxes import require_seller
from parts.api.views.stock_kits import require_kit
from parts.api.views.stock_parts import require_part
from parts.api.wire.existing import existing
from parts.api.wire.parts import seller_json
from parts.choices.stock import DocumentKind
from parts.errors.stock import FileTypeNotAllowed, RecordNotFound, StockInvalid
from parts.models import StockDocument
from parts.selectors.covers import image_url_of, thumbnail_url
from parts.services import documents, previews, thumbnails
from parts.services.blob_store import IMAGES
from parts.services.documents import Parent, Upload
from parts.services.pictures import RASTER

SAFE_PAGE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
FOREVER = "private, max-age=31536000, immutable"
PICTURES = frozenset({*RASTER, "image/gif", "application/pdf"})
BYTES = extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})


def upload_of(file: Any) -> Upload:
    """Return an upload of the request as the services take it."""
    return Upload(file.name or "", file.size, file.file)


def document_json(row: StockDocument, *, cover_id: int | None) -> dict[str, Any]:
    """Return a document as the wire shows it."""
    has_bytes = row.blob_id is not None
    return {
        "id": row.pk,
        "part_id4": row.part.id4 if row.part else None,
        "project_id": row.kit_id,
        "kind": row.kind,
        "title": row.title,
        "original_filename": row.original_filename,
        "content_type": row.content_type,
        "file_size": row.file_size,
        "sha256": row.blob.sha256 if row.blob else None,
        "s3_key": row.blob.key if row.blob else None,
        "url": row.url,
        "public_url": f"/api/stock/documents/{row.pk}/content" if has_bytes else None,
        "thumbnail_url": thumbnail_url(row),
        "is_cover": row.pk == cover_id,
        "fetch_status": row.fetch_status,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


class ParentDocumentView(StockView):
    """Documents of a part (`id4`) or of a kit (`pk`)."""

    parser_classes = (StrictJSONParser, MultiPartParser)

    @says()
    def list(self, request: Request, id4: str = "", pk: str = "") -> Response:
        """List the documents, oldest first."""
        parent = _parent(id4, pk)
        rows = parent.documents.select_related("part", "blob").order_by("created_at", "pk")
        if kind := request.query_params.get("kind", ""):
            if kind not in DocumentKind.values:
                raise StockInvalid(kind=f"kind must be one of {', '.join(DocumentKind.values)}.")
            rows = rows.filter(kind=kind)
        cover = parent.cover_document_id
        return listed_whole(request, [document_json(row, cover_id=cover) for row in rows])

    @says(DocumentUpload, 201)
    def create(self, request: Request, id4: str = "", pk: str = "") -> Response:
        """Add a file (multipart) or a link (JSON)."""
        parent = _parent(id4, pk)
        if request.content_type.startswith("multipart/"):
            values = sent(DocumentUpload, request)
            row = documents.upload_document(
                actor=request.user,
                parent=parent,
                upload=upload_of(values["file"]),
                title=values.get("title"),
                set_as_cover=values["set_as_cover"],
            )
        else:
            values = sent(LinkInput, request)
            row = documents.link_document(actor=request.user, parent=parent, **values)
        return Response(_shown(row.pk), status=201)

    @says()
    def cover(self, request: Request, id4: str = "", pk: str = "") -> Response:
        """Return the cover."""
        return Response(_cover_json(_parent(id4, pk)))

    @says(CoverInput)
    def set_cover(self, request: Request, id4: str = "", pk: str = "") -> Response:
        """Choose the cover, or none."""
        parent, values = _parent(id4, pk), sent(CoverInput, request)
        row = documents.set_cover(
            actor=request.user, parent=parent, document_id=values["document_id"]
        )
        return Response(_cover_json(row))

    @says()
    def remove_cover(self, request: Request, id4: str = "", pk: str = "") -> Response:
        """Take the cover away; the document stays."""
        row = documents.set_cover(actor=request.user, parent=_parent(id4, pk), document_id=None)
        return Response(_cover_json(row))


class DocumentView(StockView):
    """One document."""

    @says()
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a document."""
        return Response(_shown(_require_document(pk).pk))

    @says(TitleInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the title."""
        number = number_in_path(pk, "Document")
        values = present(TitleInput, request)
        documents.update_document(actor=request.user, document_id=number, values=values)
        return Response(_shown(number))

    @says(status=204)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a document."""
        number = number_in_path(pk, "Document")
        documents.delete_document(actor=request.user, document_id=number)
        return Response(status=204)

    @says(CopyInput, 201)
    def copy(self, request: Request, pk: str) -> Response:
        """Give another part the same document."""
        number, values = number_in_path(pk, "Document"), sent(CopyInput, request)
        row = documents.copy_document(
            actor=request.user,
            document_id=number,
            target_id4=values["target_part_id4"],
            set_as_cover=values["set_as_cover"],
        )
        return Response(_shown(row.pk), status=201)

    @BYTES
    def content(self, request: Request, pk: str) -> HttpResponseBase:
        """Return the bytes; `download=1` as an attachment."""
        row = _require_document(pk)
        if row.blob is None:
            raise RecordNotFound("Content of document", pk)
        return _file(
            request,
            storage=row.blob.storage,
            key=row.blob.key,
            name=row.original_filename or row.title,
            content_type=row.blob.content_type,
            etag=row.blob.sha256,
            inline=request.query_params.get("download") not in {"1", "true"},
        )

    @BYTES
    def thumbnail(self, request: Request, pk: str) -> HttpResponseBase:
        """Return a JPEG that fits into `size` x `size`."""
        size = whole(request, "size", thumbnails.USUAL_SIZE, 1, thumbnails.LARGEST_SIZE)
        row = _require_document(pk)
        key = thumbnails.thumbnail_key(row, size)
        return _file(
            request,
            storage=IMAGES,
            key=key,
            name=f"thumbnail_{row.pk}.jpg",
            content_type="image/jpeg",
            etag=key.rpartition("/")[2],
            inline=True,
        )


class PreviewView(StockView):
    """Other people's pages."""

    reading = frozenset({"preview"})

    @says(UrlInput)
    def preview(self, request: Request) -> Response:
        """Say what an address is."""
        url = sent(UrlInput, request)["url"]
        return Response(previews.wire_of(previews.preview_of(url)))

    @BYTES
    def image(self, request: Request) -> HttpResponse:
        """Return the picture of an address."""
        url = _url_of(request)
        picture = previews.picture_of(previews.page_or_refusal(url))
        if picture is None:
            raise RecordNotFound("Preview image of", url)
        return _foreign(picture.body, picture.content_type)

    @BYTES
    def proxy(self, request: Request) -> HttpResponse:
        """Return a PDF or raster picture of an address, for a viewer in the page."""
        page = previews.page_or_refusal(_url_of(request))
        if page.content_type not in PICTURES:
            raise FileTypeNotAllowed(page.content_type, status=415)
        return _foreign(page.body, page.content_type)


class LogoView(StockView):
    """Logos of sellers."""

    parser_classes = (MultiPartParser,)

    @BYTES
    def retrieve(self, request: Request, pk: str) -> HttpResponseBase:
        """Return the logo."""
        seller = require_seller(pk)
        if seller.logo is None:
            raise RecordNotFound("Logo of seller", pk)
        return _file(
            request,
            storage=seller.logo.storage,
            key=seller.logo.key,
            name=f"logo_{seller.pk}",
            content_type=seller.logo.content_type,
            etag=seller.logo.sha256,
            inline=True,
        )

    @says(DocumentUpload)
    def update(self, request: Request, pk: str) -> Response:
        """Set the logo."""
        seller, values = require_seller(pk), sent(DocumentUpload, request)
        upload = upload_of(values["file"])
        return Response(
            seller_json(documents.set_logo(actor=request.user, seller=seller, upload=upload))
        )

    @says(status=204)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove the logo."""
        documents.remove_logo(actor=request.user, seller=require_seller(pk))
        return Response(status=204)


def _parent(id4: str, pk: str) -> Parent:
    return require_part(id4) if id4 else require_kit(pk)


def _cover_json(parent: Parent) -> dict[str, Any]:
    return {
        "cover_document_id": parent.cover_document_id,
        "image_url": image_url_of(parent.cover_document),
    }


def _require_document(pk: str) -> StockDocument:
    number = number_in_path(pk, "Document")
    row = StockDocument.objects.select_related("blob", "preview").filter(pk=number).first()
    if row is None:
        raise RecordNotFound("Document", pk)
    return row


def _shown(pk: int) -> dict[str, Any]:
    rows = StockDocument.objects.select_related("part", "kit", "blob").filter(pk=pk)
    row = existing(rows, "Document", pk)
    parent = row.part or row.kit
    return document_json(row, cover_id=parent.cover_document_id if parent else None)


def _file(request: Request, **file: Any) -> HttpResponseBase:
    inner: HttpRequest = request._request
    response = file_response(inner, **file)
    response["Content-Security-Policy"] = SAFE_PAGE
    response["Cache-Control"] = FOREVER
    return response


def _foreign(body: bytes, content_type: str) -> HttpResponse:
    return HttpResponse(
        body,
        content_type=content_type,
        headers={
            "Content-Disposition": "inline",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": SAFE_PAGE,
            "Cache-Control": "private, max-age=3600",
        },
    )


def _url_of(request: Request) -> str:
    url = request.query_params.get("url", "").strip()
    if not url or len(url) > 2000:
        raise StockInvalid(url="url is required.")
    return url
