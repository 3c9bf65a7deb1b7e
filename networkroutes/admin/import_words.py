"""How the lines of an import are told: on its page, and all of them as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import IO, Any

from django.http import Http404, HttpResponseBase

from inventory_site.core.admin import badge
from inventory_site.core.api.exports import csv_chunks, csv_response
from inventory_site.core.errors import NotFound
from inventory_site.core.files import blobs
from networkroutes.services import bulk, bulk_uploads
from networkroutes.services.bulk_rows import INSERT, KEEP, UPDATE

LOOKS = {
    INSERT: ("Create", "ok", "plus"),
    UPDATE: ("Update", "wait", "pencil"),
    KEEP: ("Unchanged", "idle", ""),
}
TABLES = {"network_routes": "Circuits", "pop_capabilities": "POP capabilities"}
SHOWN_ROWS = 100
COLUMNS = ("row", "action", "key", "changes", "errors")


def changed_row(shown: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the preview as the page's table shows it."""
    word, look, symbol = LOOKS[shown["action"]]
    changes = shown.get("changes", {}).items()
    return {
        "number": shown["row"],
        "badge": badge(word, look, symbol),
        "key": shown["key"],
        "changes": [(name, _said(change["old"]), _said(change["new"])) for name, change in changes],
    }


def table_words(slug: str) -> str:
    """Return the words of a table that an import fills."""
    return TABLES.get(slug, slug.replace("_", " ").capitalize())


def kept_file(key: str) -> AbstractContextManager[IO[bytes]]:
    """Open a kept file; 404 once it was applied or swept away."""
    try:
        return blobs.open_seekable(bulk_uploads.STORAGE, key)
    except NotFound as err:
        raise Http404 from err


def is_kept(key: str) -> bool:
    """Whether the file of an import is still there."""
    return bool(key) and blobs.exists(bulk_uploads.STORAGE, key)


def every_line_csv(actor: Any, *, key: str, module: str, upsert: bool) -> HttpResponseBase:
    """Return what a kept file would do, line by line, as a streamed CSV."""
    with kept_file(key) as source:
        lines = bulk.preview(actor=actor, slug=module, source=source, upsert=upsert)
        first = next(lines, None)  # refusals come before the first byte
    if first is None:
        raise Http404
    rows = _every_line(actor, key, module, upsert)
    return csv_response(csv_chunks(COLUMNS, rows), "import-preview")


def _every_line(actor: Any, key: str, module: str, upsert: bool) -> Iterator[list[Any]]:
    with kept_file(key) as source:
        lines = bulk.preview(actor=actor, slug=module, source=source, upsert=upsert)
        for row, shown in lines:
            yield [
                row.number,
                shown.get("action", "error"),
                shown.get("key", row.label),
                "; ".join(_changes(shown)),
                "; ".join(row.errors),
            ]


def _changes(shown: dict[str, Any]) -> list[str]:
    return [
        f"{name}: {_said(change['old'])} → {_said(change['new'])}"
        for name, change in shown.get("changes", {}).items()
    ]


def _said(value: Any) -> str:
    return "(empty)" if value in (None, "") else str(value)
