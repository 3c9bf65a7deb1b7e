"""Forms with files, whose names arrive as they were sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict, multipartparser
from django.http.multipartparser import InterBoundaryIter, LazyStream, MultiPartParser
from django.utils.datastructures import MultiValueDict

from inventory_site.core.files.headers import without_controls

Parsed = tuple[QueryDict, MultiValueDict[str, Any]]
END_OF_HEADERS = b"\r\n\r\n"
LONGEST_HEADERS = 1024  # as Django's


class AnyLetters(InterBoundaryIter):
    """Django's reader of parts, which drops a part whose headers are in Latin-1; this one does
    not."""

    def __next__(self) -> LazyStream:
        part = super().__next__()
        _write_headers_in_utf8(part)
        return part


multipartparser.InterBoundaryIter = AnyLetters  # type: ignore[misc]  # the parser takes no other


class AsSentMultiPartParser(MultiPartParser):
    """Django's parser, but `&amp;` in the name of a file stays `&amp;`."""

    def sanitize_file_name(self, file_name: str) -> str | None:
        """Return the last part of the name without control characters; None when nothing is
        left."""
        base = file_name.replace("\\", "/").rpartition("/")[2]
        name = without_controls(base)
        return None if name in {"", ".", ".."} else name


def _write_headers_in_utf8(stream: LazyStream) -> None:
    """Write each line of a part's headers that is no UTF-8 anew; the content stays as it is."""
    begun = stream.read(LONGEST_HEADERS)
    head, end, content = begun.partition(END_OF_HEADERS)
    if end:
        head = b"\r\n".join(map(_in_utf8, head.split(b"\r\n")))
    stream.unget(head + end + content)


def _in_utf8(line: bytes) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1").encode()
    return line


def keep_names(request: HttpRequest) -> None:
    """Have Django read the form of this request, whoever asks for it first, with our parser."""

    def parse(meta: Mapping[str, Any], stream: Any) -> Parsed:
        handlers = request.upload_handlers
        return AsSentMultiPartParser(meta, stream, handlers, request.encoding).parse()

    request.parse_file_upload = parse  # type: ignore[method-assign, assignment]  # the stubs know less
