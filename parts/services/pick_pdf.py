"""A pick list on paper (contract 5.6.5)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from inventory_site.core.pdf_text import markup
from parts.models import Box, PickList, PickListLine

LONGEST = 50
MARGIN, PADDING, FOOT = 15 * mm, 6, 9 * mm  # a frame has 6 points of padding of its own
HEADER = ("Location", "Part ID", "Description", "Expected", "Actual", "Used")
WIDTHS = (22 * mm, 17 * mm, 77 * mm, 24 * mm, 20 * mm, 20 * mm)
PLAIN = getSampleStyleSheet()["Normal"]
TITLE = ParagraphStyle("title", PLAIN, fontName="Helvetica-Bold", fontSize=15, leading=19)
BOX = ParagraphStyle("box", PLAIN, fontName="Helvetica-Bold", fontSize=11, leading=14)
TEXT = ParagraphStyle("text", PLAIN, fontSize=9, leading=11)
STYLE = TableStyle(
    [
        ("SPAN", (0, 0), (-1, 0)),
        ("LEFTPADDING", (0, 0), (-1, 0), 0),
        ("GRID", (0, 1), (-1, -1), 0.5, colors.grey),
        ("BACKGROUND", (0, 1), (-1, 1), colors.whitesmoke),
        ("FONTNAME", (0, 1), (-1, 1), "Helvetica-Bold"),
        ("FONTNAME", (0, 2), (1, -1), "Courier-Bold"),
        ("FONTSIZE", (0, 1), (-1, 1), 9),
        ("ALIGN", (3, 1), (3, -1), "RIGHT"),
        ("VALIGN", (0, 1), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 2), (-1, -1), 5),
        ("BOTTOMPADDING", (0, 2), (-1, -1), 5),
    ]
)


class Numbered(Canvas):
    """Pages that say which of how many they are, so they are drawn when all are there."""

    def __init__(self, *args: Any, foot: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.foot = foot
        self.waiting: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keep the page until the last one is there."""
        self.waiting.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Draw all pages, each with its foot."""
        pages = self.waiting
        for number, page in enumerate(pages, start=1):
            self.__dict__.update(page)
            self.setFont("Helvetica", 9)
            self.drawString(MARGIN, FOOT, self.foot)
            self.drawRightString(A4[0] - MARGIN, FOOT, f"Page {number} of {len(pages)}")
            super().showPage()
        super().save()


def pick_list_pdf(row: PickList) -> bytes:
    """Return the list as a PDF: one table per box, places in order.

    A box that goes on over a page says again which it is.
    """
    lines = sorted(
        row.lines.select_related("part"), key=lambda line: (line.box_no, line.loc_no, line.pk)
    )
    facts = (
        f"Pick list {row.pk} · {row.created_at:%Y-%m-%d} · {row.status} · "
        f"{row.requested_units} units"
    )
    title = f"Pick List for {row.kit.name}"
    story: list[Flowable] = [
        Paragraph(markup(title, bold=True), TITLE),
        Spacer(1, 1 * mm),
        Paragraph(markup(facts), PLAIN),
    ]
    if not lines:
        story += [Spacer(1, 6 * mm), Paragraph("No lines to pick", PLAIN)]
    names = dict(Box.objects.values_list("box_no", "description"))
    for box_no, group in groupby(lines, key=lambda line: line.box_no):
        heading = f"#{box_no} - {names.get(box_no, '')}"
        story += [Spacer(1, 6 * mm), _table(heading, list(group))]
    out = io.BytesIO()
    page = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN - PADDING,
        rightMargin=MARGIN - PADDING,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        author="Patchbay",
    )
    page.build(story, canvasmaker=partial(Numbered, foot=f"Pick list {row.pk}"))
    return out.getvalue()


def shortened(text: str) -> str:
    """Return the first 50 characters, with dots when there are more."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _table(heading: str, lines: Sequence[PickListLine]) -> Table:
    rows: list[tuple[str | Paragraph, ...]] = [
        (Paragraph(markup(heading, bold=True), BOX), "", "", "", "", ""),
        HEADER,
    ]
    for line in lines:
        rows.append(
            (
                f"{line.box_no}-{line.loc_no}",
                line.part.id4,
                Paragraph(markup(shortened(line.part.description)), TEXT),
                str(line.quantity_to_pick),
                "",
                "",
            )
        )
    return Table(rows, colWidths=WIDTHS, style=STYLE, repeatRows=2)
