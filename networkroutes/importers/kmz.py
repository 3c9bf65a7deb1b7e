"""Is this a KMZ? Plain Python: bytes in, a verdict out (OGC KML 2.2)."""

from __future__ import annotations

import io
import zipfile
from typing import IO

from lxml import etree

MAX_ENTRIES = 1000
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_KML_BYTES = 32 * 1024 * 1024
MAIN_ENTRY = "doc.kml"


class NotKmz(ValueError):
    """The content is neither a ZIP with a KML entry nor well-formed KML text."""


def as_kmz(source: IO[bytes]) -> IO[bytes]:
    """Return a KMZ stream: the source itself, or the source's KML text zipped as `doc.kml`.

    Raises `NotKmz` for anything else, for encrypted or oversized archives and for broken XML.
    """
    source.seek(0)
    head = source.read(4)
    source.seek(0)
    if head.startswith(b"PK"):
        _check_archive(source)
        source.seek(0)
        return source
    text = source.read(MAX_KML_BYTES + 1)
    if len(text) > MAX_KML_BYTES:
        raise NotKmz("KML text is too large")
    check_kml(text)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MAIN_ENTRY, text)
    packed.seek(0)
    return packed


def check_kml(text: bytes) -> None:
    """Raise `NotKmz` unless the text is well-formed XML whose root is `kml`; entities are not
    opened."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as err:
        raise NotKmz("not well-formed XML") from err
    if etree.QName(root).localname.lower() != "kml":
        raise NotKmz("the root element is not kml")


def _check_archive(source: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as err:
        raise NotKmz("not a ZIP archive") from err
    if len(entries) > MAX_ENTRIES:
        raise NotKmz("too many entries")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise NotKmz("too large when unpacked")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise NotKmz("encrypted")
    if not any(entry.filename.lower().endswith(".kml") for entry in entries):
        raise NotKmz("no KML entry")
