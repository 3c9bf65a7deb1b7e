"""Reads and writes of a NetBox, through the house's outgoing client."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from math import inf
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson

from devices.services.integration import BULLETS
from devices.services.remote_json import unverified
from inventory_site.core.outbound import Fetched, OutboundFailed, OutboundRefused, fetch

RETRIED = frozenset({429, 500, 502, 503, 504})
RETRIES, BACKOFF_S, TIMEOUT_S, PAGE = 3, 0.5, 30.0, 100
MAX_PAGES, QUICK_S, ANSWER_S = 10_000, 6.0, 1.0
ODD = frozenset({"too_large", "redirects"})  # reached, but not to be used
MAX_ID = 2**31 - 1  # what the cache can hold


class NetBoxFailed(Exception):
    """NetBox could not be reached, or answered with an error; `status` 0 is "not reached"."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class OutOfTime(NetBoxFailed):
    """What a quick client may take was over before it had all."""


class NetBoxClient:
    """Asks one NetBox with one token; the host may be private, since a person configured it.

    A quick client, for a page that waits, takes 6 s in all, from when it was made; what it asks
    again has to fit into them.
    """

    def __init__(
        self, url: str, token: str, *, verify: bool = True, is_quick: bool = False
    ) -> None:
        self.url, self._token = url.rstrip("/"), token
        self._timeout_s = QUICK_S if is_quick else TIMEOUT_S
        self._ends = time.monotonic() + QUICK_S if is_quick else inf
        self._host = urlsplit(url).hostname or ""
        self._tls = None if verify else unverified()
        self.has_moved = False  # a list changed while it was read, so a row may have been missed

    def left_s(self) -> float:
        """Return the seconds that a quick client may still take; endless for others."""
        return self._ends - time.monotonic()

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return an object; idempotent, so it is tried again after 429 and 5xx."""
        url = f"{self.url}{path}{'?' + urlencode(query, doseq=True) if query else ''}"
        answer = self._fetch(url)
        for attempt in range(RETRIES):
            wait_s = BACKOFF_S * 2**attempt
            if answer.status not in RETRIED or self.left_s() < wait_s + ANSWER_S:
                break
            time.sleep(wait_s)
            answer = self._fetch(url)
        return self._read(answer)

    def all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return every object of a list."""
        return list(self.each(path, **query))

    def each(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield every object of a list, page by page: a NetBox may answer fewer than asked.

        Of `next` only the query is taken, so that the token stays with its own host. Raises
        `NetBoxFailed` for a list that goes on past its count.
        """
        asked: dict[str, Any] = {"limit": PAGE, **query, "offset": 0}
        count, most, got = None, 0, 0
        for _ in range(MAX_PAGES):
            answer = self.get(path, **asked)
            self.has_moved |= count is not None and answer.get("count") != count
            count = answer.get("count")
            most = max(most, count) if isinstance(count, int) else most
            rows = rows_of(answer)
            got += len(rows)
            if answer.get("next") and (not rows or got >= most):
                raise NetBoxFailed("NetBox API error: the list goes on past its count")
            yield from rows
            following = {**asked, **parse_qs(str(answer.get("next") or "").partition("?")[2])}
            if following == asked:
                return
            asked = following

    def send(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Write; sent once, since a second POST would make a second object.

        Returns the object that NetBox then has, by its `id`; nothing after a DELETE.
        """
        answer = self._fetch(f"{self.url}{path}", method, body)
        if method == "DELETE" and answer.status < 400:
            return {}
        return _known(self._read(answer))

    def first(self, path: str, **query: Any) -> dict[str, Any] | None:
        """Return the first object of a list, or nothing."""
        rows = rows_of(self.get(path, **query, limit=1))
        return _known(rows[0]) if rows else None

    def one(self, path: str, pk: Any) -> dict[str, Any]:
        """Return the object of an id; raises `NetBoxFailed`, its status 404 when there is none."""
        return _known(self.get(f"{path}{pk}/"))

    def _fetch(self, url: str, method: str = "GET", body: Any = None) -> Fetched:
        left_s = min(self._timeout_s, self.left_s())
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
            if isinstance(err, OutboundFailed) and err.reason in ODD:
                raise NetBoxFailed(f"NetBox API error: {err.message}") from err
            raise NetBoxFailed(f"Cannot connect to NetBox at {self.url}") from err

    def _read(self, answer: Fetched) -> dict[str, Any]:
        if answer.status >= 400:
            text = answer.body.decode(errors="replace")  # which may echo our token
            text = (text.replace(self._token, BULLETS) if self._token else text)[
                :500
            ]  # may be echoed
            raise NetBoxFailed(f"NetBox API error: {answer.status} {text}", answer.status)
        try:
            found = orjson.loads(answer.body)
        except orjson.JSONDecodeError as err:
            raise NetBoxFailed("NetBox API error: the answer is no JSON") from err
        if not isinstance(found, dict):
            raise NetBoxFailed("NetBox API error: the answer is no object")
        return found


def rows_of(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the objects of a list's page; raises `NetBoxFailed` for anything else in there."""
    rows = answer.get("results") or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NetBoxFailed("NetBox API error: the answer is no list of objects")
    return rows


def is_id(value: Any) -> bool:
    """Whether a value can be the id of one of NetBox's objects."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID


def _known(row: dict[str, Any]) -> dict[str, Any]:
    if not is_id(row.get("id")):
        raise NetBoxFailed("NetBox API error: the answer is no object with an id")
    return row
