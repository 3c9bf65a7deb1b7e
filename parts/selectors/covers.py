"""Where the picture of a part or kit is read."""

from __future__ import annotations

from parts.models import StockDocument

SVG = "image/svg+xml"


def has_thumbnail(document: StockDocument) -> bool:
    """Whether a thumbnail can be made: of raster pictures and PDFs, and of links with a preview."""
    return document.blob_id is not None or document.preview_id is not None


def thumbnail_url(document: StockDocument) -> str | None:
    """Return the path of the thumbnail; nothing where there is none."""
    if not has_thumbnail(document) or document.content_type == SVG:
        return None
    return f"/api/stock/documents/{document.pk}/thumbnail"


def image_url_of(cover: StockDocument | None) -> str | None:
    """Return the path of a cover's thumbnail."""
    return thumbnail_url(cover) if cover is not None else None
