"""Travellers: the paper that goes through the shop with a part (contract 10)."""

from __future__ import annotations

import io
from collections.abc import Sequence

import segno
from django.conf import settings
from reportlab.lib.pagesizes import A4, A6
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Frame, Paragraph

from inventory_site.core.errors import NotFound
from inventory_site.core.files import blobs
from inventory_site.core.pdf_text import markup
from parts.errors.fabrication import FieldRefused, NotThere, PartNotFound
from parts.models import FabricationPart
from parts.services import blob_store
from parts.services.fabrication_files import current_file

MOST_AT_ONCE = 100
PAGES = {"A6": A6, "A4": A4}
MARGIN, CODE = 6 * mm, 26 * mm
LONGEST_NOTES = 600
TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=14, leading=16)
TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=8, leading=10)


def traveller_pdf(parts: Sequence[FabricationPart], site_url: str) -> bytes:
    """Return one page per part; `site_url` is where the code leads without a public address set."""
    out = io.BytesIO()
    page = PAGES[settings.FABRICATION_TRAVELLER_PAGE]
    canvas = Canvas(out, pagesize=page)
    canvas.setTitle("Traveller" if len(parts) == 1 else "Travellers")
    canvas.setAuthor("Patchbay")
    for part in parts:
        _draw(canvas, page, part, address_of(part, site_url))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def address_of(part: FabricationPart, site_url: str) -> str:
    """Return what the code says: the part's address with the revision on the paper."""
    base = (settings.FABRICATION_PUBLIC_URL or site_url).rstrip("/")
    return f"{base}{settings.FABRICATION_BASE_PATH}/p/{part.uuid}?r={part.revision}"


def parts_of(ids: Sequence[int]) -> list[FabricationPart]:
    """Return parts in the order of their ids, at most 100; raises `PartNotFound`."""
    if not 1 <= len(ids) <= MOST_AT_ONCE:
        raise FieldRefused("ids", f"Between 1 and {MOST_AT_ONCE} ids")
    rows = FabricationPart.objects.in_bulk([pk for pk in ids if 0 < pk < 2**63])
    if any(pk not in rows for pk in ids):
        raise PartNotFound
    return [rows[pk] for pk in ids]


def picture_of(part: FabricationPart) -> bytes | None:
    """Return the rendered picture of a part's current file, if there is one."""
    try:
        model = getattr(current_file(part).blob, "converted_model", None)
        if model is None or not model.has_picture:
            return None
        return b"".join(blobs.open_stream(blob_store.IMAGES, model.picture_key))
    except (NotThere, NotFound):
        return None


def _draw(canvas: Canvas, page: tuple[float, float], part: FabricationPart, address: str) -> None:
    wide, high = page
    _draw_code(canvas, address, wide - MARGIN - CODE, high - MARGIN - CODE)
    left = wide - 3 * MARGIN - CODE
    head = Frame(MARGIN, high - MARGIN - CODE, left, CODE, 0, 0, 0, 0)
    head.addFromList(
        [
            Paragraph(markup(str(part)[:200], bold=True), TITLE),
            Paragraph(f"{markup(part.part_id or '')} · revision <b>{part.revision}</b>", TEXT),
            Paragraph(markup(f"{part.get_category_display()} · {part.status}"), TEXT),
        ],
        canvas,
    )
    picture = picture_of(part)
    picture_high = high * 0.38 if picture else 0
    if picture:
        canvas.drawImage(
            ImageReader(io.BytesIO(picture)),
            MARGIN,
            high - MARGIN - CODE - picture_high,
            wide - 2 * MARGIN,
            picture_high,
            mask="auto",
            preserveAspectRatio=True,
        )
    rest = high - 2 * MARGIN - CODE - picture_high
    body = Frame(MARGIN, MARGIN, wide - 2 * MARGIN, rest, 0, 4, 0, 0)
    body.addFromList([Paragraph(line, TEXT) for line in _facts(part)], canvas)


def _facts(part: FabricationPart) -> list[str]:
    material = ", ".join(text for text in (part.material, part.material_thickness) if text)
    pairs = (
        ("Amount", str(part.amount)),
        ("Material", material),
        ("Subsystem", part.subsystem or ""),
        ("Due", part.due_date.isoformat() if part.due_date else ""),
        ("Who", part.assigned or ""),
        ("File", part.file or ""),
        ("Notes", (part.notes or "")[:LONGEST_NOTES]),
    )
    return [f"<b>{label}</b> {markup(text)}" for label, text in pairs if text]


def _draw_code(canvas: Canvas, text: str, left: float, bottom: float) -> None:
    rows = [bytes(row) for row in segno.make(text, error="m").matrix]
    module = CODE / len(rows)
    canvas.setFillGray(0)
    for number, row in enumerate(rows):
        for column, is_dark in enumerate(row):
            if is_dark:
                top = bottom + CODE - (number + 1) * module
                canvas.rect(left + column * module, top, module, module, stroke=0, fill=1)
