"""IP addresses and lists of targets, in plain Python.

Addresses come as plain text, with a mask (`10.0.0.1/32`) or with leading zeros; they leave in their
normal form. Ranges are `a-b` (`10.0.0.1-3` shortens the end), CIDR, or comma lists of those.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

MAX_TARGETS = 65_536
SHORT_END = re.compile(r"\A\d{1,3}\Z")
AROUND_DASH = re.compile(r"(?<=[\da-f])(?:\s+-\s*|-\s+)(?=[\da-f])", re.IGNORECASE)
HOST_NAME = re.compile(r"\A(?!-)[A-Za-z0-9._-]{1,253}\Z")

Item = TypeVar("Item")


class BadTargets(ValueError):
    """A list of targets that cannot be read, or is too long."""


def normal_ip(text: object) -> str | None:
    """Return an address in its normal form; None when it is none.

    A mask of all bits falls away; with any other the text is a network, no address.
    """
    if not isinstance(text, str):
        return None
    plain, slash, mask = text.strip().partition("/")
    if slash and mask != ("128" if ":" in plain else "32"):
        return None
    if ":" not in plain:
        parts = plain.split(".")
        if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
            return None
        if any(len(part) > 3 or int(part) > 255 for part in parts):
            return None
        return ".".join(str(int(part)) for part in parts)
    try:
        address = ipaddress.IPv6Address(plain)
    except ValueError:
        return None
    return str(address.ipv4_mapped or address) if address.scope_id is None else None


def ip_of_interface(text: object) -> str | None:
    """Return the address of an interface such as NetBox's `10.0.0.1/24`; None when it is none."""
    return normal_ip(text.partition("/")[0]) if isinstance(text, str) else None


def sort_key(ip: str) -> str:
    """Return text that sorts as addresses do: version, then the number in hex."""
    address = ipaddress.ip_address(ip)
    return f"{address.version}{int(address):032x}"


def order_of(target: str) -> str:
    """Return text that sorts addresses as numbers, and host names after them."""
    return sort_key(target) if normal_ip(target) == target else f"~{target}"


def hosts_of(cidr: str) -> list[str]:
    """Return the hosts of a network without its first and last address (/31 both, /32 the one).

    Host bits may be set. Raises `BadTargets`.
    """
    try:
        network = ipaddress.ip_network(cidr.strip(), strict=False)
    except ValueError as err:
        raise BadTargets(f"{cidr} is not a network such as 10.0.0.0/24") from err
    if network.num_addresses > MAX_TARGETS + 2:
        raise BadTargets(f"{cidr} holds more than {MAX_TARGETS} addresses")
    return [str(host) for host in network.hosts()]


def range_of(first: str, last: str) -> list[str]:
    """Return the addresses from first to last; none when they are reversed or junk."""
    low = normal_ip(first)
    high = None if low is None else normal_ip(_end_of(low, last.strip()))
    if low is None or high is None:
        return []
    a, b = ipaddress.ip_address(low), ipaddress.ip_address(high)
    if a.version != b.version or int(b) < int(a):
        return []
    if int(b) - int(a) >= MAX_TARGETS:
        raise BadTargets(f"{first}-{last} holds more than {MAX_TARGETS} addresses")
    kind = type(a)
    return [str(kind(number)) for number in range(int(a), int(b) + 1)]


def between(first: str, last: str) -> list[str]:
    """Return the addresses between two, whichever comes first; none without any.

    Raises `BadTargets` where they are no range.
    """
    if not (first or last):
        return []
    if normal_ip(first) is None:
        raise BadTargets(f"{first}-{last} is no range of addresses")
    return expand_lines([f"{first}-{last}"], turn_round=True)


def _end_of(low: str, end: str) -> str:
    """Return the whole end of a range; `9` after `10.0.0.1` is `10.0.0.9`."""
    return f"{low.rpartition('.')[0]}.{end}" if SHORT_END.match(end) and "." in low else end


def expand_lines(lines: Iterable[str], *, turn_round: bool = False) -> list[str]:
    """Expand lines of addresses, ranges, networks and host names; raises `BadTargets`.

    A range that runs backwards is refused, or turned round where that is asked for.
    """
    found: list[str] = []
    for line in lines:
        for part in re.split(r"[,\s]+", AROUND_DASH.sub("-", line.strip())):
            found.extend(_expand_line_part(part, turn_round))
            if len(found) > MAX_TARGETS:
                raise BadTargets(f"the list holds more than {MAX_TARGETS} addresses")
    return unique(found)


def _expand_line_part(part: str, turn_round: bool) -> list[str]:
    if not part:
        return []
    if "/" in part:
        return hosts_of(part)
    first, dash, last = part.partition("-")
    low = normal_ip(first) if dash else None
    if low is not None:
        found = range_of(low, last)
        if turn_round:
            found = found or range_of(_end_of(low, last), low)
        if not found:
            raise BadTargets(f"{part} names no address; ranges go up, as 10.0.0.1-20.")
        return found
    ip = normal_ip(part)
    if ip:
        return [ip]
    if re.fullmatch(r"[\d.]+", part) or not HOST_NAME.match(part):
        raise BadTargets(f"{part} is neither an address, a range, a network nor a host name")
    return [part]


def unique(items: Iterable[str]) -> list[str]:
    """Return the items once each, in order."""
    return list(dict.fromkeys(items))


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Yield slices of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
