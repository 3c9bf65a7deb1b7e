"""Calls to other machines, by the one client that knows whom the house may call."""

from inventory_site.core.outbound.client import Fetched, fetch
from inventory_site.core.outbound.errors import OutboundFailed, OutboundRefused

__all__ = ["Fetched", "OutboundFailed", "OutboundRefused", "fetch"]
