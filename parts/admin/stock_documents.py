"""Documents on the pages of parts and kits: adding, the cover, removing, and reading a PDF."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from inventory_site.core.admin import Answer, Verb, toast
from inventory_site.core.errors import DomainError
from parts import policy
from parts.admin.stock_pages import stock_page, verb_address
from parts.admin.stock_words import page_of
from parts.choices.stock import DocumentKind, KitStatus
from parts.models import Kit, StockDocument, StockPart
from parts.selectors.covers import thumbnail_url
from parts.services import documents

TAB = "?tab=documents"


class DocumentForm(forms.Form):
    """A file, or an address."""

    file = forms.FileField(label="File", required=False, help_text="A picture or a PDF.")
    url = forms.CharField(label="Or a link", required=False, max_length=2000)
    title = forms.CharField(label="Title", required=False, max_length=255)

    def clean(self) -> dict[str, Any]:
        """One of both is needed."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("file") and not data.get("url"):
            self.add_error("file", "Choose a file, or write a link.")
        return data


def _add(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    parent = objects[0]
    file, title = data.get("file"), data.get("title") or None
    if file:
        upload = documents.Upload(file.name, file.size, file.file)
        row = documents.upload_document(
            actor=request.user, parent=parent, upload=upload, title=title
        )
    else:
        row = documents.link_document(
            actor=request.user, parent=parent, url=data["url"].strip(), title=title
        )
    return Answer(f"{row.title} is kept.", url=page_of(parent) + TAB, goes=True)


ADD_DOCUMENT = Verb(
    slug="add-document",
    label="Add document",
    permission=policy.CHANGE_STOCK,
    run=_add,
    form=DocumentForm,
    on_list=False,
    fits=lambda parent: _is_open(parent),
    icon="upload",
)


def _is_open(parent: StockPart | Kit) -> bool:
    """Documents of an archived kit stay as they are."""
    return isinstance(parent, StockPart) or parent.status == KitStatus.ACTIVE


def documents_tab(request: HttpRequest, parent: StockPart | Kit) -> dict[str, Any]:
    """Return what the tab of documents shows."""
    rows = parent.documents.select_related("blob").order_by("created_at", "pk")
    return {
        "documents": [
            {
                "row": row,
                "picture": thumbnail_url(row),
                "is_cover": row.pk == parent.cover_document_id,
                "can_cover": row.kind == DocumentKind.IMAGE,
                "can_show": row.blob_id is not None and row.content_type != documents.SVG,
            }
            for row in rows
        ],
        "may_change": request.user.has_perm(policy.CHANGE_STOCK) and _is_open(parent),
        "add_url": verb_address(str(parent._meta.model_name), ADD_DOCUMENT.slug, parent.pk),
    }


def show_document(admin: Any, request: HttpRequest, document_id: int) -> HttpResponseBase:
    """Show a document inside the admin; a PDF page by page, drawn in the browser."""
    row = _document(request, document_id)
    if row.blob is None or row.content_type == documents.SVG:
        raise Http404
    parent = row.part or row.kit
    return stock_page(
        admin,
        request,
        "parts/admin/document.html",
        row.title,
        document=row,
        parent=parent,
        back=page_of(parent) + TAB,
        content_url=f"/api/stock/documents/{row.pk}/content",
        is_pdf=row.content_type == documents.PDF,
    )


def change_document(request: HttpRequest, document_id: int, what: str) -> HttpResponseBase:
    """Make a picture the cover, or remove a document; POST only."""
    row = _document(request, document_id)
    parent = row.part or row.kit
    if parent is None or request.method != "POST" or what not in {"cover", "remove"}:
        raise Http404
    if not request.user.has_perm(policy.CHANGE_STOCK):
        raise PermissionDenied
    try:
        if what == "cover":
            documents.set_cover(actor=request.user, parent=parent, document_id=row.pk)
            toast(request, f"{row.title} is the cover.")
        else:
            documents.delete_document(actor=request.user, document_id=row.pk)
            toast(request, f"{row.title} is removed.")
    except DomainError as refusal:
        toast(request, refusal.message)
    return redirect(page_of(parent) + TAB)


def _document(request: HttpRequest, document_id: int) -> StockDocument:
    if not request.user.has_perm(policy.VIEW_STOCK):
        raise PermissionDenied
    rows = StockDocument.objects.select_related("blob", "part", "kit")
    row = rows.filter(pk=document_id).first()
    if row is None:
        raise Http404
    return row
