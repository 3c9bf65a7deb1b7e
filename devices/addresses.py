"""IP addresses and lists of targets, in plain Python.

Addresses come as plain text, with a mask (`10.0.0.1/32`) or with leading zeros; they leave in their
normal form. Ranges are `a-b` (`10.0.0.1-3` shortens the end), CIDR, or comma lists of those.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator

MAX_TARGETS = 65_536
SHORT_END = re.compile(r"\A\d{1,3}\Z")
HOST_NAME = re.compile(r"\A(?!-)[A-Za-z0-9._-]{1,253}\Z")


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
    end = last.strip()
    if low and SHORT_END.match(end) and "." in low:
        end = f"{low.rpartition('.')[0]}.{end}"
    high = normal_ip(end)
    if low is None or high is None:
        return []
    a, b = ipaddress.ip_address(low), ipaddress.ip_address(high)
    if a.version != b.version or int(b) < int(a):
        return []
    if int(b) - int(a) >= MAX_TARGETS:
        raise BadTargets(f"{first}-{last} holds more than {MAX_TARGETS} addresses")
    kind = type(a)
    return [str(kind(number)) for number in range(int(a), int(b) + 1)]


def expand_text(text: str) -> list[str]:
    """Expand `10.0.0.1-3,10.0.1.0/30`; junk and reversed ranges give nothing, repeats fall away."""
    found: list[str] = []
    for part in re.split(r"[,\s]+", text.strip()):
        found.extend(_expand_part(part))
    return unique(found)


def _expand_part(part: str) -> list[str]:
    if not part:
        return []
    if "/" in part:
        try:
            return hosts_of(part)
        except BadTargets as err:
            if "more than" in str(err):
                raise
            return []
    if "-" in part and normal_ip(part.partition("-")[0]):
        first, _, last = part.partition("-")
        return range_of(first, last)
    ip = normal_ip(part)
    return [ip] if ip else []


def expand_lines(lines: Iterable[str], *, turn_round: bool = True) -> list[str]:
    """Expand lines of addresses, ranges, networks and host names; a reversed range is turned."""
    found: list[str] = []
    for line in lines:
        for part in re.split(r"[,\s]+", line.strip()):
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
    if dash and normal_ip(first):
        found = range_of(first, last)
        return found or (range_of(last, first) if turn_round else [])
    ip = normal_ip(part)
    if ip:
        return [ip]
    if re.fullmatch(r"[\d.]+", part) or not HOST_NAME.match(part):
        raise BadTargets(f"{part} is neither an address, a range, a network nor a host name")
    return [part]


def unique(items: Iterable[str]) -> list[str]:
    """Return the items once each, in order."""
    return list(dict.fromkeys(items))


def chunks(items: list[str], size: int) -> Iterator[list[str]]:
    """Yield slices of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
