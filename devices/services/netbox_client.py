"""Reads and writes of a NetBox, through the house's outgoing client."""

from __future__ import annotations

import time
from collections.abc import Iterator
from math import inf
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson

from devices.services.remote_json import unverified
from inventory_site.core.outbound import Fetched, OutboundFailed, OutboundRefused, fetch

RETRIED = frozenset({429, 500, 502, 503, 504})
TRIES, BACKOFF_S, TIMEOUT_S, PAGE = 4, 0.5, 30.0, 100
MAX_PAGES, QUICK_S = 10_000, 6.0


class NetBoxFailed(Exception):
    """NetBox could not be reached, or answered with an error; `status` 0 is "not reached"."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class OutOfTime(NetBoxFailed):
    """What a quick client may take was over before it had all."""


class NetBoxClient:
    """Asks one NetBox with one token; the host may be private, since a person configured it.

    A quick client, for a page that waits, asks once and takes 6 s in all, from when it was made.
    """

    def __init__(
        self, url: str, token: str, *, verify: bool = True, is_quick: bool = False
    ) -> None:
        self._url, self._token = url.rstrip("/"), token
        self._timeout_s, self._tries = (QUICK_S, 1) if is_quick else (TIMEOUT_S, TRIES)
        self._ends = time.monotonic() + QUICK_S if is_quick else inf
        self._host = urlsplit(url).hostname or ""
        self._tls = None if verify else unverified()

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return an object; idempotent, so it is tried again after 429 and 5xx."""
        url = f"{self._url}{path}{'?' + urlencode(query, doseq=True) if query else ''}"
        for attempt in range(self._tries):
            answer = self._fetch(url)
            if answer.status not in RETRIED or attempt == self._tries - 1:
                break
            time.sleep(BACKOFF_S * 2**attempt)
        return _read(answer)

    def all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return every object of a list."""
        return list(self.each(path, **query))

    def each(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield every object of a list, page by page: a NetBox may answer fewer than asked.

        Of `next` only the query is taken, so that the token stays with its own host.
        """
        asked: dict[str, Any] = {**query, "limit": PAGE, "offset": 0}
        for _ in range(MAX_PAGES):
            answer = self.get(path, **asked)
            yield from answer.get("results") or []
            following = {**asked, **parse_qs(urlsplit(str(answer.get("next") or "")).query)}
            if following == asked:
                return
            asked = following

    def send(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Write; sent once, since a second POST would make a second object."""
        answer = self._fetch(f"{self._url}{path}", method, body)
        if answer.status == 204 or not answer.body.strip():
            return {} if answer.status < 400 else _read(answer)
        return _read(answer)

    def first(self, path: str, **query: Any) -> dict[str, Any] | None:
        """Return the first object of a list, or nothing."""
        rows = self.get(path, **query, limit=1).get("results") or []
        return rows[0] if rows else None

    def _fetch(self, url: str, method: str = "GET", body: Any = None) -> Fetched:
        left_s = min(self._timeout_s, self._ends - time.monotonic())
        if left_s <= 0:
            raise OutOfTime(f"NetBox did not answer all within {QUICK_S:.0f} s")
        headers = {"Authorization": f"Token {self._token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            return fetch(
                url,
                method=method,
                headers=headers,
                body=None if body is None else orjson.dumps(body),
                timeout_s=left_s,
                allow=[self._host],
                tls=self._tls,
            )
        except (OutboundFailed, OutboundRefused) as err:
            if time.monotonic() >= self._ends:
                raise OutOfTime(f"NetBox did not answer all within {QUICK_S:.0f} s") from err
            raise NetBoxFailed(f"Cannot connect to NetBox at {self._url}") from err


def _read(answer: Fetched) -> dict[str, Any]:
    if answer.status >= 400:
        text = answer.body[:500].decode(errors="replace")
        raise NetBoxFailed(f"NetBox API error: {answer.status} {text}", answer.status)
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError as err:
        raise NetBoxFailed("NetBox API error: the answer is no JSON") from err
    if not isinstance(found, dict):
        raise NetBoxFailed("NetBox API error: the answer is no object")
    return found
