"""Who gets what at every address: anonymous, viewer, operator, admin, a key with one scope.

`docs/access-table.csv` is the reviewed answer; `pytest tests/architecture/test_access.py
--write-access` writes it anew, and a reviewer reads the difference. A cell tells GET, then POST
with an empty object: `yes` is let in (whatever the answer to no such row), `no` is refused,
`sign in` asks who it is, blank is no such method.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import transaction
from django.http import Http404
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from accounts.models import Session
from accounts.models.audit import AppendOnly
from accounts.session_store import SessionStore
from tests.architecture.access_rows import Rows

FILE = Path(__file__).resolve().parents[2] / "docs" / "access-table.csv"
CALLERS = ("anonymous", "viewer", "operator", "admin", "key")
SCOPE = "locations:view"
PARAMETER = re.compile(r"<(?:\w+:)?\w+>|\(\?P<\w+>(?:[^()]|\([^()]*\))*\)")
NOBODY = "99999999"  # no row has this number
NOWHERE = "256.256.256.256"  # no address, so that nothing is asked over the network
LET_IN = {502, 503, 504}  # what stands behind the view does not answer
BODIES: dict[str, dict[str, Any]] = {
    "get": {},
    "post": {"data": "{}", "content_type": "application/json"},
}
WORDS = {401: "sign in", 403: "no", 404: "yes", 405: ""}
PAGES = "/admin/login/"
SKIPPED = ("/api/schema", "/docs", "/redoc", "/metrics")
Row = tuple[str, ...]


def addresses(
    found: list[URLPattern | URLResolver] | None = None, prefix: str = "/"
) -> Iterator[str]:
    """Give every pattern of the project as one text."""
    for entry in get_resolver().url_patterns if found is None else found:
        text = prefix + str(entry.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, text)
        else:
            yield text


def swept() -> list[str]:
    """Return the addresses that are asked, in order; a verb of the admin is an address."""
    rows = Rows()
    found = set(addresses()) - set(SKIPPED)
    return sorted({text for pattern in found for text in rows.spelt_out(pattern)})


def table(callers: dict[str, Any]) -> list[Row]:
    """Ask every address as every caller, with GET and with an empty POST."""
    rows = Rows()
    asked = [(text, rows.path_of(text)) for text in swept()]
    return [
        (text, *(answer_of(callers[name], text, path) for name in CALLERS)) for text, path in asked
    ]


def answer_of(user: Any, text: str, path: str) -> str:
    """Say what a caller gets from GET and from POST; `path` is the address with keys of rows."""
    path = PARAMETER.sub(NOBODY, path.replace("<str:host>", NOWHERE)).replace("\\", "")
    reads = _word(_answer("get", path, user))
    if text.startswith("/admin/") and text.endswith("/"):
        return reads  # a form that may be opened may be sent
    writes = _word(_answer("post", path, user))
    return reads if reads == writes else f"{reads} / {writes}".strip()


def _answer(method: str, path: str, user: Any) -> int:
    """Call the view itself: what it decides is wanted, not the drawing of the page."""
    request = getattr(RequestFactory(), method)(path, **BODIES[method])
    is_key = getattr(user, "narrowed_to", None) is not None
    request.user = AnonymousUser() if is_key else user
    request.session, request.csrf_processing_done = SessionStore(), True
    request.session.row = Session(pk=0)
    request._dont_enforce_csrf_checks = True
    request._messages = CookieStorage(request)
    if user.is_authenticated:
        request._force_auth_user = user
    try:
        with transaction.atomic():
            view, args, kwargs = resolve(request.path_info)
            answer = view(request, *args, **kwargs)
            transaction.set_rollback(True)
    except Http404:
        return 404
    except PermissionDenied:
        return 403
    except (SuspiciousOperation, AppendOnly):
        return 400
    except Exception:  # noqa: BLE001  a view that breaks is a cell of the table
        return 500
    is_door = answer.status_code == 302 and PAGES in answer.get("Location", "")
    return 401 if is_door else answer.status_code


def _word(status: int) -> str:
    if status >= 500 and status not in LET_IN:
        return "error"
    return WORDS.get(status, "yes")


def read() -> list[Row]:
    """Return the reviewed table."""
    with FILE.open(newline="") as stream:
        return [tuple(row) for row in list(csv.reader(stream))[1:]]


def as_text(rows: list[Row]) -> str:
    """Return the table as the file holds it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("address", *CALLERS))
    writer.writerows(rows)
    return out.getvalue()
