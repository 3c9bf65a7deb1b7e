"""Label sheets (contract 12.1): a page per label, as PDF or SVG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import segno
from barcode import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from inventory_site.core import pdf_text
from parts.errors.stock import RecordNotFound, StockInvalid
from parts.models import Box, BoxLocation, StockPart

MOST_LABELS = 300
SMALLEST_MM, LARGEST_MM = 12.0, 210.0
FONT, BOLD = "Helvetica", "Courier-Bold"
MARGIN_MM = 1.5
SMALLEST_TITLE_MM = 2.5
QR_QUIET, BARS_QUIET = 4, 10  # modules kept white around (ISO/IEC 18004 and 15417)


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a label: large text, small text, and what its codes hold."""

    title: str
    text: str
    payload: str
    plain: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """How labels look: size in mm, code `qr`, `code128` or `none`."""

    width_mm: float = 62.0
    height_mm: float = 29.0
    code: str = "qr"
    copies: int = 1


@dataclass(frozen=True, slots=True)
class _Laid:
    """A label with its measures in mm, from the top left; a QR code's include its quiet zone."""

    title_size: float
    text_size: float
    lines: list[str]
    code_size: float
    code_left: float = 0.0
    code_top: float = 0.0
    text_left: float = MARGIN_MM


def labels_for(
    *, parts: Sequence[str], boxes: Sequence[int], places: Sequence[tuple[int, int]]
) -> list[Label]:
    """Return the labels asked for, or raise `RecordNotFound` naming what does not exist."""
    return [
        *(_part_label(id4) for id4 in parts),
        *(_box_label(box_no) for box_no in boxes),
        *(_place_label(place) for place in places),
    ]


def sheet_of(size: str, code: str, copies: int, count: int) -> Sheet:
    """Return the sheet for a size like `62x29`, or raise `StockInvalid`."""
    width, _, height = size.lower().partition("x")
    try:
        sides = float(width), float(height)
    except ValueError:
        sides = (0.0, 0.0)
    if not all(SMALLEST_MM <= side <= LARGEST_MM for side in sides):
        raise StockInvalid(size="size is WIDTHxHEIGHT in mm, each from 12 to 210.")
    if code not in {"qr", "code128", "none"}:
        raise StockInvalid(code="code must be qr, code128 or none.")
    if not 1 <= count * copies <= MOST_LABELS:
        raise StockInvalid(copies=f"Between 1 and {MOST_LABELS} labels at once.")
    return Sheet(*sides, code, copies)


def labels_pdf(labels: Sequence[Label], sheet: Sheet) -> bytes:
    """Return a PDF with one label per page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(sheet.width_mm * mm, sheet.height_mm * mm))
    canvas.setTitle("Labels")
    for label in labels:
        for _ in range(sheet.copies):
            _draw(canvas, label, sheet)
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def labels_svg(labels: Sequence[Label], sheet: Sheet) -> str:
    """Return one SVG with the labels below each other."""
    drawn = [
        _svg(label, sheet, number * sheet.height_mm)
        for number, label in enumerate(label for label in labels for _ in range(sheet.copies))
    ]
    height = sheet.height_mm * len(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sheet.width_mm:g}mm" '
        f'height="{height:g}mm" viewBox="0 0 {sheet.width_mm:g} {height:g}">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(drawn)}</svg>'
    )


def _part_label(id4: str) -> Label:
    part = StockPart.objects.filter(id4=id4).first()
    if part is None:
        raise RecordNotFound("Part", id4)
    return Label(part.id4, part.description, f"STK:P:{part.id4}", part.id4)


def _box_label(box_no: int) -> Label:
    box = Box.objects.filter(box_no=box_no).first()
    if box is None:
        raise RecordNotFound("Box", box_no)
    return Label(f"#{box_no}", box.description, f"STK:B:{box_no}", str(box_no))


def _place_label(place: tuple[int, int]) -> Label:
    shown = f"{place[0]}-{place[1]}"
    row = BoxLocation.objects.filter(box_no=place[0], loc_no=place[1]).select_related("box").first()
    if row is None:
        raise RecordNotFound("Location", shown)
    return Label(shown, row.box.description, f"STK:L:{shown}", shown)


def _laid(label: Label, sheet: Sheet) -> _Laid:
    side, width = sheet.height_mm - 2 * MARGIN_MM, sheet.width_mm - 2 * MARGIN_MM
    text = min(max(side * 0.13, 1.6), 4.0)
    if sheet.code != "qr":
        code = side * 0.4 if sheet.code == "code128" else 0.0
        title = _title_size(label, side * 0.38, width)
        fitting = max(int((side - title - code) / (text * 1.2)), 0)
        return _Laid(title, text, _wrapped(label.text, text, width)[:fitting], code)
    code = min(sheet.height_mm, sheet.width_mm * 0.45)
    room = sheet.width_mm - code - MARGIN_MM
    title = _title_size(label, side * 0.38, room)
    if title < SMALLEST_TITLE_MM:
        return _stacked(label, sheet, side, width)
    top = (sheet.height_mm - code) / 2
    return _Laid(title, text, _wrapped(label.text, text, room), code, code_top=top, text_left=code)


def _stacked(label: Label, sheet: Sheet, side: float, width: float) -> _Laid:
    """The name over the code, for labels on which it would be too small beside it."""
    title = _title_size(label, side * 0.38, width)
    top = MARGIN_MM + title
    code = min(sheet.height_mm - top, sheet.width_mm)
    left = (sheet.width_mm - code) / 2
    return _Laid(title, 0.0, [], code, code_left=left, code_top=top)


def _title_size(label: Label, most: float, room: float) -> float:
    return min(most, room / max(len(label.title), 1) / 0.62)


def _wrapped(text: str, size: float, room: float) -> list[str]:
    """At most two lines that fit; the second ends in dots when more was said."""

    def is_wide(line: str) -> bool:
        return pdf_text.width_of(line, FONT, size) > room

    lines: list[str] = []
    words = text.split()
    while words and len(lines) < 2:
        line = words.pop(0)
        while words and not is_wide(f"{line} {words[0]}"):
            line = f"{line} {words.pop(0)}"
        whole = line
        while is_wide(line) and len(line) > 1:
            line = line[:-1]
        if rest := whole[len(line) :]:
            words.insert(0, rest)
        lines.append(line)
    if words and lines:
        lines[-1] = f"{lines[-1][:-3]}..." if len(lines[-1]) > 3 else lines[-1]
    return lines


def _modules(text: str, width: float) -> tuple[str, float]:
    """The bars of a Code 128 as ones and zeros, and how wide one is with both quiet zones."""
    bars: str = Code128(text).build()[0]
    return bars, width / (len(bars) + 2 * BARS_QUIET)


def _qr(payload: str, side: float) -> tuple[Sequence[Sequence[int]], float]:
    """The modules of a QR code, and how large one is with the quiet zone around."""
    matrix = segno.make(payload, error="m", micro=False).matrix
    return matrix, side / (len(matrix) + 2 * QR_QUIET)


def _draw(canvas: Canvas, label: Label, sheet: Sheet) -> None:
    laid, top = _laid(label, sheet), sheet.height_mm - MARGIN_MM
    left = laid.text_left
    if sheet.code == "qr":
        bottom = sheet.height_mm - laid.code_top - laid.code_size
        _draw_qr(canvas, label.payload, laid.code_left, bottom, laid.code_size)
    canvas.setFont(BOLD, laid.title_size * mm)
    canvas.drawString(left * mm, (top - laid.title_size * 0.8) * mm, label.title)
    line_at = top - laid.title_size - laid.text_size
    for line in laid.lines:
        pdf_text.draw(canvas, left * mm, line_at * mm, line, FONT, laid.text_size * mm)
        line_at -= laid.text_size * 1.2
    if sheet.code == "code128":
        _draw_bars(canvas, label.plain, sheet, laid.code_size)


def _draw_qr(canvas: Canvas, payload: str, left: float, bottom: float, side: float) -> None:
    matrix, step = _qr(payload, side)
    top = bottom + side
    for row, line in enumerate(matrix, start=QR_QUIET):
        for column, dark in enumerate(line, start=QR_QUIET):
            if dark:
                y = top - (row + 1) * step
                canvas.rect(
                    (left + column * step) * mm, y * mm, step * mm, step * mm, stroke=0, fill=1
                )


def _draw_bars(canvas: Canvas, text: str, sheet: Sheet, height: float) -> None:
    bars, step = _modules(text, sheet.width_mm)
    for number, bar in enumerate(bars, start=BARS_QUIET):
        if bar == "1":
            x = number * step * mm
            canvas.rect(x, MARGIN_MM * mm, step * mm, height * mm, stroke=0, fill=1)


def _svg(label: Label, sheet: Sheet, down: float) -> str:
    laid, shapes = _laid(label, sheet), []
    if sheet.code == "qr":
        matrix, step = _qr(label.payload, laid.code_size)
        squares = "".join(
            f"M{laid.code_left + column * step:.3f} {laid.code_top + row * step:.3f}"
            f"h{step:.3f}v{step:.3f}h-{step:.3f}z"
            for row, line in enumerate(matrix, start=QR_QUIET)
            for column, dark in enumerate(line, start=QR_QUIET)
            if dark
        )
        shapes.append(f'<path d="{squares}"/>')
    if sheet.code == "code128":
        bars, step = _modules(label.plain, sheet.width_mm)
        y = sheet.height_mm - MARGIN_MM - laid.code_size
        path = "".join(
            f"M{number * step:.3f} {y:.3f}h{step:.3f}v{laid.code_size:.3f}h-{step:.3f}z"
            for number, bar in enumerate(bars, start=BARS_QUIET)
            if bar == "1"
        )
        shapes.append(f'<path d="{path}"/>')
    left = laid.text_left
    y = MARGIN_MM + laid.title_size * 0.8
    shapes.append(_svg_text(label.title, left, y, laid.title_size, "monospace", bold=True))
    y = MARGIN_MM + laid.title_size + laid.text_size
    for number, line in enumerate(laid.lines):
        at = y + number * laid.text_size * 1.2
        shapes.append(_svg_text(line, left, at, laid.text_size, "sans-serif"))
    return f'<g transform="translate(0 {down:g})">{"".join(shapes)}</g>'


def _svg_text(
    text: str, x: float, y: float, size: float, family: str, *, bold: bool = False
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size:.2f}" '
        f'font-family="{family}"{weight}>{escape(text)}</text>'
    )
