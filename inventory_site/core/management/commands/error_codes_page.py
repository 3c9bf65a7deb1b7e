"""Write the table of error codes from the refusals that exist."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.conf import settings

from inventory_site.core.errors import DomainError
from inventory_site.core.management.pages import PageCommand

PAGE = Path("docs") / "error-codes.md"
PACKAGES = ("inventory_site", "accounts", "networkroutes", "parts", "devices", "workflows")
DECLARES_A_CODE = re.compile(r"^    code(?:, status_code)? = \"[A-Z0-9]", re.MULTILINE)

WITHOUT_A_CLASS = {
    "BAD_REQUEST": (400, "The request is malformed, e.g. names a host that is not this site."),
    "CSRF_FAILED": (403, "A session cookie came without its `X-XSRF-TOKEN`."),
    "METHOD_NOT_ALLOWED": (405, "The address does not know this method."),
    "LENGTH_REQUIRED": (411, "The body came without a length and without an end."),
    "NOT_ACCEPTABLE": (406, "The answer cannot be given in the form that was asked for."),
    "UNSUPPORTED_MEDIA_TYPE": (415, "The body is neither JSON nor a form."),
    "THROTTLED": (429, "Too many calls; `Retry-After` says when to come again."),
    "INTERNAL_ERROR": (500, "A defect; the log knows it by the `X-Request-ID`."),
}

HEAD = """\
# Error codes

Made by `make docs` from the refusals in the code; `make test` fails when it is stale. Native paths
answer `{"success": false, "error": {"code", "message", "details"?}}`. A code is for programs and is
never renamed; the message is for people and may change.

| Code | Status | Meaning |
|---|---|---|
"""


def render() -> str:
    """Return the page: one row per code, in alphabetical order."""
    meanings: dict[tuple[str, int], list[str]] = defaultdict(list)
    for code, (status, meaning) in WITHOUT_A_CLASS.items():
        meanings[code, status].append(meaning)
    for kind in sorted(_refusals(), key=lambda kind: (kind.__module__, kind.__qualname__)):
        meanings[kind.code, kind.status_code].append(_first_sentence(kind))
    rows = (
        f"| `{code}` | {status} | {' '.join(dict.fromkeys(texts))} |\n"
        for (code, status), texts in sorted(meanings.items())
    )
    return HEAD + "".join(rows)


def _refusals() -> Iterator[type[DomainError]]:
    """Every class of refusal that has a code of its own."""
    for name in _modules():
        for _, kind in inspect.getmembers(import_module(name), inspect.isclass):
            if kind.__module__ == name and issubclass(kind, DomainError) and "code" in vars(kind):
                yield kind


def _modules() -> Iterator[str]:
    for package in PACKAGES:
        for path in sorted((Path(settings.BASE_DIR) / package).rglob("*.py")):
            if DECLARES_A_CODE.search(path.read_text()):
                dotted = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
                yield dotted.removesuffix(".__init__")


def _first_sentence(kind: type[DomainError]) -> str:
    text = " ".join((kind.__doc__ or "").split())
    return re.split(r"(?<=\.) ", text)[0]


class Command(PageCommand):
    """Prints, writes or checks `docs/error-codes.md`."""

    help = "Prints the table of error codes; --write puts it into docs/, --check fails when stale."
    page = PAGE
    render = staticmethod(render)
