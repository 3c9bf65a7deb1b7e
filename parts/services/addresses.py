"""Addresses of the web that people type: shops, product pages."""

from __future__ import annotations

import re

from parts.errors.stock import StockInvalid

# Browsers skip some of these where they read an address.
UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028\u2029\u2060\ufeff]")
SCHEME = re.compile(r"(?!(localhost|[^:]*\.[^:]*):\d)[a-z][a-z0-9+.-]*:", re.I)  # no host's port
WEB = re.compile(r"https?://[^/?#]", re.I)
REFUSAL = "An address that begins with http:// or https://."


def may_be_linked(address: str) -> bool:
    """Whether an address is of http or https, or names no scheme; as a browser would read it."""
    seen = UNSEEN.sub("", address)
    return not SCHEME.match(seen) or WEB.match(seen) is not None


def require_linkable(field: str, address: str | None) -> None:
    """Refuse an address that could be a program, by its field."""
    if address and not may_be_linked(address):
        raise StockInvalid(**{field: REFUSAL})
