"""What a file is, by its content; its name is never asked.

Our own table comes first and knows what the house stores; libmagic, where it is installed, is asked
only about what the table does not know. So both set-ups say the same about every type of the table.
"""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Callable
from typing import BinaryIO

try:
    import magic
except ImportError:  # python-magic raises this when libmagic is not installed
    magic = None  # type: ignore[assignment]  # asked for before use

HEAD_BYTES = 4096
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
ZIP = "application/zip"
KMZ = "application/vnd.google-earth.kmz"
KML = "application/vnd.google-earth.kml+xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"glTF", "model/gltf-binary"),
)
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|script|iframe|style|table|div|img|a|p|h1|br|meta|link)"
    r"[\s>/]",
    re.I,
)
XML_PREAMBLE = re.compile(
    r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!doctype[^>\[]*(?:\[.*?\])?\s*>)*", re.I | re.S
)
BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

Opener = Callable[[], BinaryIO]


def sniff(head: bytes, opener: Opener | None = None) -> str:
    """Return the media type of content that begins with `head` (4 KiB are enough).

    `opener` gives the whole content, seekable; without it an archive is plain `application/zip`.
    """
    head = head[:HEAD_BYTES]
    known = _by_signature(head) or _by_archive(head, opener) or _by_text(head)
    return known or _by_magic(head) or UNKNOWN


def sniff_file(content: BinaryIO) -> str:
    """Return the media type of an open, seekable file, e.g. an upload; its position is kept."""
    place = content.tell()
    try:
        content.seek(0)
        return sniff(content.read(HEAD_BYTES), lambda: content)
    finally:
        content.seek(place)


def _by_signature(head: bytes) -> str | None:
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _by_archive(head: bytes, opener: Opener | None) -> str | None:
    if not head.startswith(ZIP_STARTS):
        return None
    if opener is None:
        return ZIP
    from inventory_site.core.files.zips import BadArchive, entry_names

    try:
        names = entry_names(opener())
    except (BadArchive, OSError, zipfile.BadZipFile):
        return ZIP
    return _archive_kind(names)


def _archive_kind(names: list[str]) -> str:
    if "[Content_Types].xml" in names:
        if "xl/workbook.xml" in names:
            return XLSX
        if "word/document.xml" in names:
            return DOCX
    return KMZ if any(name.lower().endswith(".kml") for name in names) else ZIP


def _by_text(head: bytes) -> str | None:
    text = _decoded(head)
    if not text:
        return None
    if text.lstrip().startswith("ISO-10303-21;"):
        return "model/step"
    return _markup_kind(text) or _csv_kind(text) or TEXT


def _decoded(head: bytes) -> str | None:
    """The head as text, without a character cut in two at its end; nothing when it is not text."""
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), "utf-8")
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    return None if BINARY.search(text) else text


def _markup_kind(text: str) -> str | None:
    body = text[XML_PREAMBLE.match(text).end() :]  # type: ignore[union-attr]  # it matches nothing too
    if re.match(r"<(?:\w+:)?svg[\s>/]", body, re.I):
        return "image/svg+xml"
    if re.match(r"<(?:\w+:)?kml[\s>/]", body, re.I):
        return KML
    if HTML.search(text[:1024]):
        return "text/html"
    return "application/xml" if text.lstrip().startswith("<?xml") else None


def _csv_kind(text: str) -> str | None:
    """Two complete lines or more with the same number of cells, at least two."""
    lines = text.splitlines(keepends=True)
    complete = lines if len(text) < HEAD_BYTES // 2 else lines[:-1]
    for delimiter in ",;\t":
        try:
            rows = list(
                csv.reader(io.StringIO("".join(complete[:20])), delimiter=delimiter, strict=True)
            )
        except csv.Error:
            continue
        widths = {len(row) for row in rows if row}
        if len(rows) >= 2 and len(widths) == 1 and widths.pop() >= 2:
            return "text/csv"
    return None


def _by_magic(head: bytes) -> str | None:
    if magic is None or not head:
        return None
    try:
        return str(magic.from_buffer(head, mime=True))
    except magic.MagicException:
        return None
