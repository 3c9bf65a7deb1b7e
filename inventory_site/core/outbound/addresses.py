"""Whom the house may call: public addresses, and what the operator allows besides."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from inventory_site.core.outbound.errors import OutboundRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
NOT_IN_URL = re.compile(r"[\x00-\x20\x7f\\]")
HOST = re.compile(r"[A-Za-z0-9_.-]{1,253}")
NUMBER = re.compile(r"(?:\d+|0x[0-9a-f]*)", re.I)
PATH_SAFE = "/%:@!$&'()*+,;=~-._"
QUERY_SAFE = PATH_SAFE + "?"
# Public by number, yet answered by the machine's own host (Azure's wire server).
METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
UNICAST = (ipaddress.IPv6Network("2000::/3"), NAT64[0])
LOW_32_BITS = 0xFFFFFFFF
OWN_NAME = re.compile(r"(?:.+\.)?localhost|localhost\.localdomain|ip6-(?:localhost|loopback)")
NO_NAME = re.compile(r"(?:.+\.)?invalid")
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address of the web: `host` in ASCII, without brackets; `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The address as text."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """What stands in the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Whom credentials belong to."""
        return self.scheme, self.host, self.port


def parse_target(url: str) -> Target:
    """Take an address apart, or raise `OutboundRefused`.

    Only http and https, no credentials, no numbers as host names but a full IPv4 or IPv6 address.
    """
    if NOT_IN_URL.search(url):
        raise OutboundRefused("This is not an address of the web.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as err:
        raise OutboundRefused("This is not an address of the web.") from err
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not parts.hostname or port == 0:
        raise OutboundRefused("Only http and https addresses may be called.")
    if parts.username is not None or parts.password is not None:
        raise OutboundRefused("An address may not hold a user name or password.")
    path = quote(parts.path or "/", safe=PATH_SAFE)
    query = f"?{quote(parts.query, safe=QUERY_SAFE)}" if parts.query else ""
    return Target(scheme, _plain_host(parts.hostname), port or DEFAULT_PORTS[scheme], path + query)


def require_allowed(target: Target, addresses: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise `OutboundRefused` unless every address of the target is public or allowed."""
    entries = [_Entry.parse(text) for text in allowed]
    if any(entry.names(target) for entry in entries):
        return
    for text in addresses:
        address = ipaddress.ip_address(text.partition("%")[0])
        if is_public(address) or any(entry.holds(address, target.port) for entry in entries):
            continue
        raise OutboundRefused


def require_askable(url: str, allowed: Iterable[str]) -> None:
    """Raise `OutboundRefused` for an address that may never be called, whatever DNS says.

    Nobody is asked: names are judged that mean this machine or no machine everywhere (RFC 6761).
    """
    target, entries = parse_target(url), list(allowed)
    if _is_address(target.host):
        require_allowed(target, [target.host], entries)
        return
    own = LOOPBACK if OWN_NAME.fullmatch(target.host) else ()
    if (own or NO_NAME.fullmatch(target.host)) and not (
        is_listed(target.host, target.port, [], entries)
        or any(is_listed(target.host, target.port, [one], entries) for one in own)
    ):
        raise OutboundRefused


def is_listed(host: str, port: int, addresses: Iterable[str], allowed: Iterable[str]) -> bool:
    """Whether the operator named the host, or every address of it, for this port."""
    entries = [_Entry.parse(text) for text in allowed]
    target = Target("http", host, port, "/")
    if any(entry.names(target) for entry in entries):
        return True
    found = [ipaddress.ip_address(text.partition("%")[0]) for text in addresses]
    return bool(found) and all(
        any(entry.holds(address, port) for entry in entries) for address in found
    )


def is_public(address: Address) -> bool:
    """Whether an address, and any IPv4 address it carries inside, is out on the internet."""
    return all(_is_global(one) for one in (address, *_inside(address)))


def _is_global(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and not any(
        address in network for network in UNICAST
    ):
        return False
    special = address.is_multicast or (address.version == 4 and address.is_reserved)
    return address.is_global and not special and address not in METADATA


def _inside(address: Address) -> list[Address]:
    """IPv4 addresses that an IPv6 one leads to: mapped, compatible, NAT64, 6to4, Teredo."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address] = [one for one in (address.ipv4_mapped, address.sixtofour) if one]
    found += address.teredo or ()
    if int(address) <= LOW_32_BITS or any(address in network for network in NAT64):
        found.append(ipaddress.IPv4Address(int(address) & LOW_32_BITS))
    return found


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _plain_host(host: str) -> str:
    """Return an address or an ASCII name; refuse numbers in disguise (`2130706433`, `0x7f.1`)."""
    try:
        return str(ipaddress.ip_address(host.partition("%")[0] if ":" in host else host))
    except ValueError:
        pass
    try:
        name = host.rstrip(".").encode("idna").decode()
    except UnicodeError as err:
        raise OutboundRefused("This is not an address of the web.") from err
    if not HOST.fullmatch(name) or NUMBER.fullmatch(name.rpartition(".")[2]):
        raise OutboundRefused
    return name.lower()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the allow list: a network, an address or a name, for one port if given."""

    text: str
    port: int | None
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None

    @classmethod
    def parse(cls, text: str) -> "_Entry":
        text = text.strip().lower()
        host, port = text, None
        if match := re.fullmatch(r"\[([^]]+)\](?::(\d+))?|([^:]+):(\d+)", text):
            host = match[1] or match[3]
            port = int(match[2] or match[4]) if match[2] or match[4] else None
        try:
            return cls(host, port, ipaddress.ip_network(host, strict=False))
        except ValueError:
            return cls(host.rstrip("."), port, None)

    def names(self, target: Target) -> bool:
        """Whether the entry allows the target by its name."""
        return self.network is None and self.text == target.host and self._fits(target.port)

    def holds(self, address: Address, port: int) -> bool:
        """Whether the entry allows an address."""
        return self.network is not None and address in self.network and self._fits(port)

    def _fits(self, port: int) -> bool:
        return self.port is None or self.port == port
