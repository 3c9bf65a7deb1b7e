"""Looking at pictures and PDFs in a limited child (contract 5.8.6)."""

from __future__ import annotations

import io
import json
import shutil
from typing import Any, BinaryIO

from PIL import Image, ImageDraw, ImageFont

from parts.conversion import Limits, Outcome, run_limited

PICTURE = "parts.conversion.children.picture"
LIMITS = Limits(cpu_s=15, wall_s=20, memory_bytes=1024 * 1024 * 1024, output_bytes=64 * 1024 * 1024)
RASTER = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
FORMATS = RASTER | {"image/gif": "GIF"}
PDF_RENDERER = "pdftoppm"
ICON_SIDE = 256


class NotAPicture(Exception):
    """The bytes do not decode; the message says why."""


def measure(content: BinaryIO | bytes) -> dict[str, Any]:
    """Return width, height and format of a picture that decodes; raises `NotAPicture`."""
    outcome = run_limited(PICTURE, content, LIMITS, arguments=["check"])
    if not outcome.ok:
        raise NotAPicture(outcome.message or "the picture cannot be read")
    facts: dict[str, Any] = json.loads(outcome.output)
    return facts


def as_png(content: BinaryIO | bytes) -> bytes:
    """Return the picture as PNG; raises `NotAPicture`."""
    return _bytes_of(run_limited(PICTURE, content, LIMITS, arguments=["png"]))


def thumbnail_of(content: BinaryIO | bytes, size: int) -> bytes:
    """Return a JPEG that fits into `size` x `size`; raises `NotAPicture`."""
    return _bytes_of(run_limited(PICTURE, content, LIMITS, arguments=["thumbnail", str(size)]))


def has_pdf_renderer() -> bool:
    """Whether first pages of PDFs can be drawn on this machine."""
    return shutil.which(PDF_RENDERER) is not None


def pdf_icon(size: int) -> bytes:
    """Return the icon of a PDF as a JPEG, at most `ICON_SIDE` pixels high."""
    icon = Image.new("RGB", (ICON_SIDE * 3 // 4, ICON_SIDE), "white")
    pen = ImageDraw.Draw(icon)
    width, height = icon.size
    pen.rectangle((4, 4, width - 5, height - 5), outline="#b91c1c", width=6)
    pen.rectangle((4, height // 2, width - 5, height * 3 // 4), fill="#b91c1c")
    pen.text(
        (width // 2, height * 5 // 8),
        "PDF",
        fill="white",
        font=ImageFont.load_default(56),
        anchor="mm",
    )
    icon.thumbnail((size, size))
    out = io.BytesIO()
    icon.save(out, "JPEG", quality=85)
    return out.getvalue()


def pdf_thumbnail_of(content: BinaryIO, size: int) -> bytes:
    """Return the first page of a PDF as a JPEG; raises `NotAPicture` without a renderer too."""
    program = shutil.which(PDF_RENDERER)
    if program is None:
        raise NotAPicture("no PDF renderer is installed")
    command = [program, "-f", "1", "-l", "1", "-singlefile", "-png", "-scale-to", "1000", "-"]
    page = _bytes_of(run_limited(command, content, LIMITS))
    return thumbnail_of(page, size)


def _bytes_of(outcome: Outcome) -> bytes:
    if not outcome.ok:
        raise NotAPicture(outcome.message or "the picture cannot be read")
    return outcome.output
