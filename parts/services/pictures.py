"""Looking at pictures and PDFs in a limited child (contract 5.8.6)."""

from __future__ import annotations

import json
import shutil
from typing import Any, BinaryIO

from parts.conversion import Limits, Outcome, run_limited

PICTURE = "parts.conversion.children.picture"
LIMITS = Limits(cpu_s=15, wall_s=20, memory_bytes=1024 * 1024 * 1024, output_bytes=64 * 1024 * 1024)
RASTER = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
PDF_RENDERER = "pdftoppm"


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
