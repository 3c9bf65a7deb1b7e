"""One call to another system that speaks JSON, through the house's outgoing client."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from devices.errors import Invalid, RemoteFailed
from inventory_site.core.outbound import OutboundFailed, OutboundRefused, fetch


def call(
    url: str,
    *,
    code: str,
    name: str,
    method: str = "GET",
    query: Mapping[str, Any] | None = None,
    body: Any = None,
    token: str = "",
    verify: bool = True,
    timeout_s: float = 7.0,
) -> Any:
    """Return what the other system answers; raises `RemoteFailed`, which never holds the query.

    The host may be private, since an administrator configured it.
    """
    target = f"{url}?{urlencode(query)}" if query else url
    headers = {"Accept": "application/json"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        answer = fetch(
            target,
            method=method,
            headers=headers,
            body=None if body is None else orjson.dumps(body),
            timeout_s=timeout_s,
            allow=[urlsplit(url).hostname or ""],
            tls=None if verify else unverified(),
        )
    except (OutboundFailed, OutboundRefused) as err:
        raise RemoteFailed(code, f"Cannot connect to {name} at {origin(url)}") from err
    if answer.status >= 400:
        raise RemoteFailed(code, f"{name} answered {answer.status}")
    try:
        return orjson.loads(answer.body or b"null")
    except orjson.JSONDecodeError as err:
        raise RemoteFailed(code, f"The answer of {name} is no JSON") from err


def whole_object(found: Any, code: str, name: str) -> dict[str, Any]:
    """Return an answer that has to be an object; raises `RemoteFailed`."""
    if not isinstance(found, dict):
        raise RemoteFailed(code, f"The answer of {name} is no object")
    return found


def objects(found: Any, code: str, name: str) -> list[dict[str, Any]]:
    """Return a part of an answer that has to be a list of objects; raises `RemoteFailed`."""
    rows = found or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RemoteFailed(code, f"The answer of {name} is no list of objects")
    return rows


def origin(url: str) -> str:
    """Return scheme and host of a URL, without what may be secret."""
    split = urlsplit(url)
    return f"{split.scheme}://{split.hostname}{f':{split.port}' if split.port else ''}"


def base_url(value: Any) -> str:
    """Read a base URL of a body; raises `Invalid`."""
    text = str(value or "").strip().rstrip("/")
    if text and not text.startswith(("http://", "https://")):
        raise Invalid("url", "URL must start with http:// or https://")
    try:
        origin(text)
    except ValueError as err:  # an odd port or IPv6 address
        raise Invalid("url", f"URL is not valid: {err}") from err
    if re.search(r"[\s?#\x00-\x1f]", text):
        raise Invalid("url", "URL must not hold blanks, a query or a fragment")
    if "@" in urlsplit(text).netloc:  # it would be shown with the URL
        raise Invalid("url", "URL must not hold a name or password")
    return text


def unverified() -> ssl.SSLContext:
    """Return TLS settings that take any certificate, where an administrator chose so."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
