"""A pick list on paper (contract 5.6.5)."""

from __future__ import annotations

import io
from itertools import groupby

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from inventory_site.core.pdf_text import markup
from parts.models import Box, PickList, PickListLine

LONGEST = 50
HEADER = ("Location", "Part ID", "Description", "Expected", "Actual", "Used")
WIDTHS = (22 * mm, 20 * mm, 74 * mm, 20 * mm, 20 * mm, 20 * mm)
STYLE = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
        ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
        ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
        ("FONTNAME", (0, 1), (1, -1), "Courier"),
        ("ALIGN", (3, 1), (3, -1), "RIGHT"),
    ]
)


def pick_list_pdf(row: PickList) -> bytes:
    """Return the list as a PDF: one table per box, places in order."""
    styles = getSampleStyleSheet()
    lines = sorted(
        row.lines.select_related("part"), key=lambda line: (line.box_no, line.loc_no, line.pk)
    )
    facts = (
        f"Pick list {row.pk} · {row.created_at:%Y-%m-%d} · {row.status} · "
        f"{row.requested_units} units"
    )
    title = f"Pick List for {row.kit.name}"
    story: list[Flowable] = [
        Paragraph(markup(title, bold=True), styles["Title"]),
        Paragraph(markup(facts), styles["Normal"]),
        Spacer(1, 6 * mm),
    ]
    if not lines:
        story.append(Paragraph("No lines to pick", styles["Normal"]))
    names = dict(Box.objects.values_list("box_no", "description"))
    for box_no, group in groupby(lines, key=lambda line: line.box_no):
        heading = f"#{box_no} - {names.get(box_no, '')}"
        story += [Paragraph(markup(heading, bold=True), styles["Heading2"]), _table(list(group))]
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, title=title, author="Patchbay").build(story)
    return out.getvalue()


def shortened(text: str) -> str:
    """Return the first 50 characters, with dots when there are more."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _table(lines: list[PickListLine]) -> Table:
    rows: list[tuple[str | Paragraph, ...]] = [HEADER]
    plain = getSampleStyleSheet()["Normal"]
    for line in lines:
        rows.append(
            (
                f"{line.box_no}-{line.loc_no}",
                line.part.id4,
                Paragraph(markup(shortened(line.part.description)), plain),
                str(line.quantity_to_pick),
                "",
                "",
            )
        )
    return Table(rows, colWidths=WIDTHS, style=STYLE, repeatRows=1)
