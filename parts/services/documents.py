"""Documents of parts and kits (contract 4.5, 5.8)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db.models import Q

from accounts.services import audit
from inventory_site.core.errors import TooLarge
from inventory_site.core.files.headers import base_name
from inventory_site.core.files.sniff import sniff_file
from inventory_site.core.locks import guarded, lock
from inventory_site.core.tasks import enqueue
from parts import policy
from parts.choices.stock import DocumentKind, FetchStatus
from parts.errors.stock import (
    FileTooLarge,
    FileTypeNotAllowed,
    InvalidOperation,
    RecordNotFound,
    StockInvalid,
    UrlNotAllowed,
)
from parts.models import Kit, Seller, StockDocument, StockPart, StoredBlob
from parts.services import blob_store, search
from parts.services.fetching import FetchFailed, Page, get_page
from parts.services.kits import locked_kit, require_active
from parts.services.pictures import FORMATS, RASTER, NotAPicture, measure
from parts.services.previews import is_web_address, kind_of, picture_of, title_of

PDF, SVG = "application/pdf", "image/svg+xml"
LONGEST_TITLE, CHANGE = 255, "change documents"
Parent = StockPart | Kit


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    name: str
    size: int
    stream: BinaryIO


def upload_document(
    *,
    actor: Any,
    parent: Parent,
    upload: Upload,
    title: str | None = None,
    set_as_cover: bool = False,
) -> StockDocument:
    """Keep a PDF or picture; the type is found from the bytes.

    Raises `FileTypeNotAllowed`, `FileTooLarge`, `StockInvalid` for an empty file or long title.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    name = base_name(upload.name)
    _require_title(title)
    content_type = checked_type(upload)
    blob = stored(upload.stream, content_type)
    with guarded():
        document = StockDocument(
            kind=DocumentKind.PDF if content_type == PDF else DocumentKind.IMAGE,
            title=title or name[:LONGEST_TITLE],
            original_filename=name,
            content_type=content_type,
            file_size=blob.size,
            blob=blob,
        )
        return _added(actor, parent, document, set_as_cover)


def link_document(
    *,
    actor: Any,
    parent: Parent,
    url: str,
    title: str | None = None,
    fetch: bool = True,
    set_as_cover: bool = False,
) -> StockDocument:
    """Keep a link, and what it leads to when that is a PDF or picture.

    A page that cannot be read is kept as a failed link; `UrlNotAllowed` when the guard refuses, and
    for what is no address of the web.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    _require_title(title)
    if not fetch:
        if not is_web_address(url):
            raise UrlNotAllowed("Only http and https addresses may be linked.")
        document = _plain_link(url, title, FetchStatus.SKIPPED)
    else:
        try:
            document = _of_page(url, title, get_page(url))
        except FetchFailed:
            document = _plain_link(url, title, FetchStatus.FAILED)
    with guarded():
        return _added(actor, parent, document, set_as_cover)


def update_document(*, actor: Any, document_id: int, values: Mapping[str, Any]) -> StockDocument:
    """Change the title."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        document = _locked(document_id)
        if document.kit is not None:
            require_active(document.kit, CHANGE)
        before = document.title
        document.title = values.get("title", before)
        if document.title == before:
            return document
        document.save()
        _after_change(document)
        audit.record(
            actor,
            "document.updated",
            document,
            before={"title": before},
            after={"title": document.title},
        )
    return document


def delete_document(*, actor: Any, document_id: int) -> None:
    """Remove a document; the oldest other picture becomes the cover when the cover went."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        document = _required(document_id)
        parent = _locked_parent(document.part or cast(Kit, document.kit))
        document = _locked(document_id)
        was_cover = parent.cover_document_id == document.pk
        audit.record(actor, "document.deleted", document, before={"title": document.title})
        document.delete()
        if was_cover:
            _set_cover(parent, _pictures(parent).first())
        _refresh(parent)


def copy_document(
    *, actor: Any, document_id: int, target_id4: str, set_as_cover: bool = False
) -> StockDocument:
    """Give another part the same document; the bytes are shared."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        document = _locked(document_id)
        target = StockPart.objects.filter(id4=target_id4).first()
        if target is None:
            raise RecordNotFound("Part", target_id4)
        copy = StockDocument(
            kind=document.kind,
            title=document.title,
            original_filename=document.original_filename,
            content_type=document.content_type,
            file_size=document.file_size,
            blob=document.blob,
            preview=document.preview,
            url=document.url,
            fetch_status=document.fetch_status,
        )
        return _added(actor, target, copy, set_as_cover)


def set_cover(*, actor: Any, parent: Parent, document_id: int | None) -> Parent:
    """Choose the picture that stands for a part or kit; None takes it away."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = _locked_parent(parent)
        document = None
        if document_id is not None:
            document = _locked(document_id)
            if not _belongs(document, row):
                cause = f"attachment {document_id} does not belong to {row}"
                raise InvalidOperation("set cover", cause)
            if document.kind != DocumentKind.IMAGE:
                raise InvalidOperation("set cover", f"attachment {document_id} is not an image")
        if row.cover_document_id == document_id:
            return row
        _set_cover(row, document)
        audit.record(actor, "cover.set", row, after={"document": document_id})
    return row


def set_logo(*, actor: Any, seller: Seller, upload: Upload) -> Seller:
    """Keep a picture as the logo of a seller."""
    policy.require(actor, policy.CHANGE_STOCK)
    content_type = checked_type(upload, allow_pdf=False)
    blob = stored(upload.stream, content_type)
    with guarded():
        row = lock(Seller.objects.filter(pk=seller.pk)).get()
        row.logo = blob
        row.save()
        audit.record(actor, "seller.logo_set", row)
    return row


def remove_logo(*, actor: Any, seller: Seller) -> None:
    """Take a seller's logo away."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = lock(Seller.objects.filter(pk=seller.pk)).get()
        if row.logo_id is None:
            return
        row.logo = None
        row.save()
        audit.record(actor, "seller.logo_removed", row)


def checked_type(upload: Upload, *, allow_pdf: bool = True) -> str:
    """Return the type of an upload by its bytes, or refuse it."""
    if not upload.size:
        raise StockInvalid(file="The file is empty.")
    upload.stream.seek(0)
    kind = sniff_file(upload.stream)
    if kind not in {*RASTER, SVG} and not (allow_pdf and kind == PDF):
        raise FileTypeNotAllowed(kind)
    limit = limit_of(kind)
    if upload.size > limit:
        raise FileTooLarge(limit)
    if kind in RASTER:
        require_picture(upload.stream, kind)
    return kind


def limit_of(kind: str) -> int:
    """Return the most bytes a document of a type may have."""
    if kind == PDF:
        return int(settings.STOCK_MAX_DOCUMENT_BYTES)
    return int(settings.STOCK_MAX_IMAGE_BYTES)


def stored(stream: BinaryIO, content_type: str) -> StoredBlob:
    """Keep bytes whose type was checked."""
    storage = blob_store.DOCS if content_type == PDF else blob_store.IMAGES
    limit = limit_of(content_type)
    try:
        return blob_store.keep(stream, storage=storage, content_type=content_type, max_bytes=limit)
    except TooLarge as err:
        raise FileTooLarge(limit) from err


def unused_blobs() -> Q:
    """Say to the sweep which blobs no document, preview or logo uses."""
    return Q(stock_documents__isnull=True, stock_previews__isnull=True, sellers__isnull=True)


def require_picture(stream: BinaryIO, kind: str) -> None:
    """Refuse a picture that cannot be read, or is of another kind than it says."""
    stream.seek(0)
    try:
        facts = measure(stream)
    except NotAPicture as err:
        raise StockInvalid(file=f"{err}.".capitalize()) from err
    finally:
        stream.seek(0)
    if facts["format"] != FORMATS[kind]:
        raise FileTypeNotAllowed(kind)


def _require_title(title: str | None) -> None:
    if title is not None and len(title) > LONGEST_TITLE:
        raise StockInvalid(title=f"At most {LONGEST_TITLE} characters.")


def _plain_link(url: str, title: str | None, status: str) -> StockDocument:
    name = title or url
    return StockDocument(
        kind=DocumentKind.LINK, title=name[:LONGEST_TITLE], url=url, fetch_status=status
    )


def _of_page(url: str, title: str | None, page: Page) -> StockDocument:
    """Make the document of what an address gave; the bytes are stored already."""
    document = _plain_link(url, title or title_of(page), FetchStatus.OK)
    kind, body = kind_of(page), io.BytesIO(page.body)
    if kind == "webpage":
        picture = picture_of(page)
        if picture is not None:
            document.preview = stored(io.BytesIO(picture.body), picture.content_type)
        return document
    upload = Upload(page.url, len(page.body), body)
    try:
        content_type = checked_type(upload)
    except (FileTypeNotAllowed, StockInvalid):
        return document
    except FileTooLarge:
        document.fetch_status = FetchStatus.FAILED
        return document
    document.blob = stored(body, content_type)
    document.kind = DocumentKind.PDF if content_type == PDF else DocumentKind.IMAGE
    document.content_type, document.file_size = content_type, document.blob.size
    document.original_filename = base_name(page.url.partition("?")[0])
    return document


def _added(
    actor: Any, parent: Parent, document: StockDocument, set_as_cover: bool
) -> StockDocument:
    """Write a document under its locked parent, with cover, search, audit and thumbnail."""
    row = _locked_parent(parent)
    if isinstance(row, StockPart):
        document.part = row
    else:
        document.kit = row
    document.save(force_insert=True)
    if document.kind == DocumentKind.IMAGE and (set_as_cover or row.cover_document_id is None):
        _set_cover(row, document)
    _refresh(row)
    audit.record(actor, "document.added", document, after={"title": document.title})
    if document.blob_id or document.preview_id:
        enqueue("parts.make_thumbnail", document.pk)
    return document


def _locked_parent(parent: Parent) -> Parent:
    if isinstance(parent, Kit):
        kit = locked_kit(parent.pk)
        require_active(kit, CHANGE)
        return kit
    row = lock(StockPart.objects.filter(pk=parent.pk)).first()
    if row is None:
        raise RecordNotFound("Part", parent.id4)
    return row


def _required(document_id: int) -> StockDocument:
    """Read a document before its parent is locked, which comes first."""
    document = StockDocument.objects.filter(pk=document_id).first()
    if document is None:
        raise RecordNotFound("Document", document_id)
    return document


def _locked(document_id: int) -> StockDocument:
    document = lock(StockDocument.objects.filter(pk=document_id)).first()
    if document is None:
        raise RecordNotFound("Document", document_id)
    return document


def _belongs(document: StockDocument, parent: Parent) -> bool:
    if isinstance(parent, StockPart):
        return document.part_id == parent.pk
    return document.kit_id == parent.pk


def _pictures(parent: Parent) -> Any:
    return parent.documents.filter(kind=DocumentKind.IMAGE).order_by("created_at", "pk")


def _set_cover(parent: Parent, document: StockDocument | None) -> None:
    parent.cover_document = document
    parent.save(update_fields=["cover_document", "updated_at"])


def _after_change(document: StockDocument) -> None:
    if document.part_id is not None:
        search.refresh([document.part_id])


def _refresh(parent: Parent) -> None:
    if isinstance(parent, StockPart):
        search.refresh([parent.pk])
