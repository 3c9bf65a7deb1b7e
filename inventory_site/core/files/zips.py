"""Reading ZIP files that strangers sent.

Every number that is believed here is checked against the file itself first: the table of contents
is sized before it is read, entries may not overlap, and `read_entry` stops at the size that was
declared.
"""

import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from inventory_site.core.errors import DomainError

MIB = 1024 * 1024
END_RECORD = struct.Struct("<4s4H2LH")
END_SIGNATURE = b"PK\x05\x06"
ZIP64_LOCATOR = b"PK\x06\x07"
ZIP64_LOCATOR_BYTES = 20
LONGEST_COMMENT = 0xFFFF
BYTES_PER_CONTENTS_ENTRY = 1024
ENCRYPTED = 0x1
READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
BAD_NAME = re.compile(r"(?:^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|[\x00-\x1f\x7f\\])")


class BadArchive(DomainError):
    """The archive is broken, or more than the reader may unpack; nothing was unpacked."""

    code = "BAD_ARCHIVE"


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """How much an archive may hold; `ratio` is unpacked to packed bytes of one entry."""

    entries: int = 1000
    total_bytes: int = 200 * MIB
    ratio: int = 200
    name_length: int = 255


@dataclass(frozen=True, slots=True)
class Entry:
    """One file inside an archive; sizes in bytes."""

    name: str
    size: int
    packed_size: int


DEFAULT_LIMITS = ZipLimits()


def inspect_zip(content: BinaryIO, limits: ZipLimits = DEFAULT_LIMITS) -> list[Entry]:
    """Return the files of an archive, or raise `BadArchive`; unpacks nothing.

    Refused: too many entries, too large or too dense a content, encrypted entries, links, names
    that leave the folder, methods other than stored and deflate, overlapping entries, ZIP64.
    """
    with _opened(content, limits) as archive:
        infos = archive.infolist()
        if len(infos) > limits.entries:
            raise BadArchive(
                f"The archive has more than {limits.entries} entries.", limit=limits.entries
            )
        _refuse_overlap(infos)
        for info in infos:
            _refuse_entry(info, limits)
        if sum(info.file_size for info in infos) > limits.total_bytes:
            raise BadArchive(
                "The archive unpacks to more than the limit.", limit=limits.total_bytes
            )
        return [
            Entry(info.filename, info.file_size, info.compress_size)
            for info in infos
            if not info.is_dir()
        ]


def read_entry(content: BinaryIO, name: str, limits: ZipLimits = DEFAULT_LIMITS) -> bytes:
    """Return one entry of an archive that `inspect_zip` accepts, at most its declared size."""
    inspect_zip(content, limits)
    with _opened(content, limits) as archive:
        try:
            return archive.read(name)
        except KeyError as err:
            raise BadArchive("The archive has no such entry.", entry=name) from err
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as err:
            raise BadArchive("The archive is damaged.") from err


def entry_names(content: BinaryIO, limits: ZipLimits = DEFAULT_LIMITS) -> list[str]:
    """Return the names in the table of contents, or raise `BadArchive`."""
    with _opened(content, limits) as archive:
        return archive.namelist()


def _opened(content: BinaryIO, limits: ZipLimits) -> zipfile.ZipFile:
    _refuse_contents(content, limits)
    try:
        return zipfile.ZipFile(content)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as err:
        raise BadArchive("This is not a readable ZIP file.") from err


def _refuse_contents(content: BinaryIO, limits: ZipLimits) -> None:
    """Look at the end record before the library reads the whole table of contents into memory."""
    size = content.seek(0, 2)
    content.seek(max(0, size - LONGEST_COMMENT - END_RECORD.size - ZIP64_LOCATOR_BYTES))
    tail = content.read()
    at = tail.rfind(END_SIGNATURE)
    if at < 0 or len(tail) - at < END_RECORD.size:
        raise BadArchive("This is not a readable ZIP file.")
    _, _, _, _, count, contents_size, _, _ = END_RECORD.unpack_from(tail, at)
    if tail[max(0, at - ZIP64_LOCATOR_BYTES) : at].startswith(ZIP64_LOCATOR):
        raise BadArchive("ZIP64 archives are not accepted.")
    if count > limits.entries or contents_size > limits.entries * BYTES_PER_CONTENTS_ENTRY:
        raise BadArchive(
            f"The archive has more than {limits.entries} entries.", limit=limits.entries
        )


def _refuse_overlap(infos: list[zipfile.ZipInfo]) -> None:
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            raise BadArchive("Entries of the archive overlap.")
        end = info.header_offset + info.compress_size


def _refuse_entry(info: zipfile.ZipInfo, limits: ZipLimits) -> None:
    name = info.orig_filename
    if BAD_NAME.search(name) or not name or len(name) > limits.name_length:
        raise BadArchive("An entry of the archive has an unsafe name.")
    if info.flag_bits & ENCRYPTED:
        raise BadArchive("The archive is encrypted.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise BadArchive("The archive holds a link.")
    if info.compress_type not in READABLE:
        raise BadArchive("The archive uses a packing method that is not accepted.")
    if info.file_size > MIB and info.file_size > limits.ratio * max(info.compress_size, 1):
        raise BadArchive("The archive unpacks to far more than its size.", ratio=limits.ratio)
