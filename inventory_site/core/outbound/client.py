"""`fetch`: the only way out by HTTP."""

import functools
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.utils.datastructures import CaseInsensitiveMapping

from inventory_site.core.outbound.addresses import Target, parse_target, require_allowed
from inventory_site.core.outbound.errors import OutboundFailed, OutboundRefused
from inventory_site.core.outbound.wire import Deadline, PinnedConnection, exchange

MIB = 1024 * 1024
MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
SAME_METHOD = frozenset({307, 308})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
FOR_ONE_ORIGIN = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
OF_A_BODY = frozenset({"content-type", "content-length", "content-encoding"})

Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: `headers` ask without regard to case, `url` is where it came from in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def system_resolver(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the machine knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    max_bytes: int = 10 * MIB,
    timeout_s: float = 10.0,
    allow: Iterable[str] = (),
    resolver: Resolver = system_resolver,
    tls: ssl.SSLContext | None = None,
) -> Fetched:
    """Call another machine and return its answer, whatever its status.

    A name is resolved once per hop, every address it has must be public or allowed (by
    `OUTBOUND_ALLOW` or `allow`, in the same notation), and the call goes to one of those. Follows
    at most 5 redirects, each checked the same way, never from https to http; credentials stay with
    their origin. `timeout_s` bounds the whole call but the system's own name look-up, `max_bytes`
    the body, packed and unpacked.

    Raises `OutboundRefused` and `OutboundFailed`. Not to be called while a transaction is open.
    """
    if method not in METHODS:
        raise ValueError(f"{method!r} is not a method that may be sent")
    allowed = [*settings.OUTBOUND_ALLOW, *allow]
    deadline, secure = Deadline(timeout_s), tls or default_tls()
    target, sent = parse_target(url), dict(headers or {})
    for _ in range(MAX_REDIRECTS + 1):
        connection = _connection(target, allowed, resolver, deadline, secure)
        status, pairs, content = exchange(
            connection, target, method, _with_defaults(sent), body, max_bytes
        )
        answer = Fetched(status, _joined(pairs), content, target.url)
        place = answer.headers.get("Location")
        if status not in REDIRECTS or not place:
            return answer
        following = _following(target, place)
        sent = _headers_for(following, target, sent)
        if status not in SAME_METHOD and method not in {"GET", "HEAD"}:
            method, body = "GET", None
            sent = {name: text for name, text in sent.items() if name.lower() not in OF_A_BODY}
        target = following
    raise OutboundFailed("redirects")


@functools.cache
def default_tls() -> ssl.SSLContext:
    """The machine's own certificate authorities; names are checked."""
    return ssl.create_default_context()


def _connection(
    target: Target,
    allowed: list[str],
    resolver: Resolver,
    deadline: Deadline,
    tls: ssl.SSLContext,
) -> PinnedConnection:
    try:
        addresses = resolver(target.host, target.port)
    except (OSError, UnicodeError) as err:
        raise OutboundFailed("not_found") from err
    if not addresses:
        raise OutboundFailed("not_found")
    require_allowed(target, addresses, allowed)
    return PinnedConnection(target, addresses, deadline, tls)


def _following(target: Target, place: str) -> Target:
    """The next hop; a step down from https is refused."""
    try:
        following = parse_target(urljoin(target.url, place.strip()))
    except ValueError as err:
        raise OutboundRefused("This is not an address of the web.") from err
    if target.scheme == "https" and following.scheme == "http":
        raise OutboundRefused("The host sent the call from https to http.")
    return following


def _headers_for(following: Target, target: Target, sent: dict[str, str]) -> dict[str, str]:
    if following.origin == target.origin:
        return sent
    return {name: text for name, text in sent.items() if name.lower() not in FOR_ONE_ORIGIN}


def _with_defaults(sent: Mapping[str, str]) -> dict[str, str]:
    given = {name.lower() for name in sent}
    defaults = {"User-Agent": "Patchbay", "Accept-Encoding": "gzip", "Connection": "close"}
    return {**{k: v for k, v in defaults.items() if k.lower() not in given}, **sent}


def _joined(pairs: list[tuple[str, str]]) -> CaseInsensitiveMapping:
    joined: dict[str, str] = {}
    for name, text in pairs:
        known = joined.get(name.lower())
        joined[name.lower()] = text if known is None else f"{known}, {text}"
    return CaseInsensitiveMapping(joined)
