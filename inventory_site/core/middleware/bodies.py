"""Bodies, made whole before Django reads them and taken to their end after it.

Django reads no more than `Content-Length` says, so a chunked body would count as empty; and a
server drops the connection of a body that nobody read, under the caller's next request.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

from inventory_site.core.files.limits import limit_for
from inventory_site.core.whole import whole_number
from inventory_site.error_shapes import error_response

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PIECE = 64 * 1024
KEPT_IN_MEMORY = 1024 * 1024
TAKEN_UNREAD = 4 * 1024 * 1024  # bytes; beyond that closing the connection is cheaper


class WholeBody:
    """A WSGI application that gives another one bodies of known length.

    Media types come out in lower case, since they mean the same in any case (RFC 9110 8.3.1).
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(
        self, asked: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        kind, semicolon, rest = asked.get("CONTENT_TYPE", "").partition(";")
        if kind:
            asked["CONTENT_TYPE"] = f"{kind.lower()}{semicolon}{rest}"
        if asked.get("CONTENT_LENGTH") or not _is_chunked(asked):
            return self._announced(asked, start_response)
        if not asked.get("wsgi.input_terminated"):
            return _length_required(asked, start_response)
        spool = spooled(asked)
        return _Answer(self.application(asked, start_response), spool)

    def _announced(
        self, asked: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a request that announced its length, and take what the answer did not need."""
        body = Counted(asked["wsgi.input"], _length(asked))
        asked["wsgi.input"] = body
        answer = self.application(asked, start_response)
        if body.left <= TAKEN_UNREAD:
            body.take_rest()
        return answer


class Counted:
    """A body that knows how many of its announced bytes nobody has read yet."""

    def __init__(self, source: IO[bytes], length: int) -> None:
        self.source, self.left = source, length

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, never more than were announced."""
        wanted = self.left if size is None or size < 0 else min(size, self.left)
        return self._counted(self.source.read(wanted)) if wanted else b""

    def readline(self, size: int = -1) -> bytes:
        """Return a line, or up to `size` bytes of it."""
        wanted = self.left if size is None or size < 0 else min(size, self.left)
        return self._counted(self.source.readline(wanted)) if wanted else b""

    def take_rest(self) -> None:
        """Read the body to its end."""
        while self.read(PIECE):
            pass

    def _counted(self, piece: bytes) -> bytes:
        self.left = self.left - len(piece) if piece else 0
        return piece


def spooled(asked: dict[str, Any]) -> IO[bytes]:
    """Move the body to a temporary file and announce its length.

    Reading stops just beyond the limit; `BodyLimitMiddleware` refuses the length with 413.
    """
    source, limit = asked["wsgi.input"], limit_for(WSGIRequest(asked))
    spool = tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY, dir=str(settings.FILE_UPLOAD_TEMP_DIR))
    size = 0
    while size <= limit and (piece := source.read(min(PIECE, limit + 1 - size))):
        size += spool.write(piece)
    spool.seek(0)
    asked["wsgi.input"], asked["CONTENT_LENGTH"] = spool, str(size)
    return spool


class _Answer:
    """An answer that closes the spooled body with itself."""

    def __init__(self, answer: Iterable[bytes], spool: IO[bytes]) -> None:
        self.answer, self.spool = answer, spool

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.answer)

    def close(self) -> None:
        try:
            getattr(self.answer, "close", lambda: None)()
        finally:
            self.spool.close()


def _length(asked: dict[str, Any]) -> int:
    return whole_number(asked.get("CONTENT_LENGTH")) or 0


def _is_chunked(asked: dict[str, Any]) -> bool:
    return "chunked" in asked.get("HTTP_TRANSFER_ENCODING", "").lower()


def _length_required(asked: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    response = error_response(
        WSGIRequest(asked),
        status=411,
        code="LENGTH_REQUIRED",
        message="The request must announce its Content-Length.",
    )
    start_response(f"411 {response.reason_phrase}", list(response.items()))
    return [response.content]
