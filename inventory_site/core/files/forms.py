"""Forms with files, whose names arrive as they were sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import MultiValueDict

from inventory_site.core.files.headers import without_controls

Parsed = tuple[QueryDict, MultiValueDict[str, Any]]


class AsSentMultiPartParser(MultiPartParser):
    """Django's parser, but `&amp;` in the name of a file stays `&amp;`."""

    def sanitize_file_name(self, file_name: str) -> str | None:
        """Return the last part of the name without control characters; None when nothing is
        left."""
        base = file_name.replace("\\", "/").rpartition("/")[2]
        name = without_controls(base)
        return None if name in {"", ".", ".."} else name


def keep_names(request: HttpRequest) -> None:
    """Have Django read the form of this request, whoever asks for it first, with our parser."""

    def parse(meta: Mapping[str, Any], stream: Any) -> Parsed:
        handlers = request.upload_handlers
        return AsSentMultiPartParser(meta, stream, handlers, request.encoding).parse()

    request.parse_file_upload = parse  # type: ignore[method-assign, assignment]  # the stubs know less
