"""Headers of downloads: the file name (RFC 6266, 8187) and byte ranges (RFC 9110, 14)."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

LONGEST_NAME = 255
CONTROLS = {"Cc", "Cs", "Zl", "Zp"}
TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
NOT_IN_QUOTES = re.compile(r'["\\%]')
RANGE = re.compile(r"bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})", re.I)


class UnsatisfiableRange(Exception):
    """The range begins behind the end; 416."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """First and last byte, both counted from 0, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.last - self.first + 1


def base_name(name: str) -> str:
    """Return the last part of a stranger's file name, without control characters; never empty."""
    last = re.split(r"[/\\]", name)[-1]
    return without_controls(last).strip()[:LONGEST_NAME] or "file"


def without_controls(name: str) -> str:
    """Return a name without control characters and what turns the direction of its text.

    Characters that join or part letters stay: without them Persian names and emoji are wrong.
    """
    turned = TURNS.sub("", name)
    return "".join(char for char in turned if unicodedata.category(char) not in CONTROLS)


def content_disposition(name: str, *, inline: bool = False) -> str:
    """Return the header's value: `attachment; filename="x.pdf"`.

    Names that do not fit there also get `filename*`, and a fallback in plain letters.
    """
    how, shown = "inline" if inline else "attachment", base_name(name)
    if shown.isascii() and not NOT_IN_QUOTES.search(shown):
        return f'{how}; filename="{shown}"'
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode()
    plain = NOT_IN_QUOTES.sub("_", plain).strip()
    if not plain or plain.startswith("."):
        plain = f"file{plain}"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}"


def parse_range(header: str, size: int) -> ByteRange | None:
    """Return the one range that is asked for, or raise `UnsatisfiableRange`.

    Nothing when the header is absent, unclear or asks for several ranges.
    """
    found = RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first_text, last_text = found.groups()
    if not first_text:
        return _suffix(int(last_text), size)
    first = int(first_text)
    last = min(int(last_text), size - 1) if last_text else size - 1
    if last_text and int(last_text) < first:
        return None
    if first >= size:
        raise UnsatisfiableRange
    return ByteRange(first, last)


def _suffix(length: int, size: int) -> ByteRange:
    if not length or not size:
        raise UnsatisfiableRange
    return ByteRange(max(0, size - length), size - 1)
