"""SNMP SET of any version, on pysnmp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pysnmp.hlapi.v3arch import asyncio as api
from pysnmp.proto import rfc1902

from devices.executors.snmp_codec import parse_oid
from devices.executors.snmp_v3 import V3Answer, account_of, answer_of, transport_to
from inventory_site.core.whole import whole_number

KINDS: dict[str, Any] = {
    "Integer": rfc1902.Integer32,
    "OctetString": rfc1902.OctetString,
    "ObjectIdentifier": rfc1902.ObjectName,
    "Gauge32": rfc1902.Gauge32,
    "Counter32": rfc1902.Counter32,
    "Counter64": rfc1902.Counter64,
    "TimeTicks": rfc1902.TimeTicks,
    "IpAddress": rfc1902.IpAddress,
}
NUMBERS = frozenset({"Integer", "Gauge32", "Counter32", "Counter64", "TimeTicks"})


def typed(kind: str, value: Any) -> Any:
    """Return a value as SNMP sends it; raises `ValueError` naming what is wrong."""
    if kind not in KINDS:
        raise ValueError(f"type must be one of {', '.join(KINDS)}")
    if kind in NUMBERS:
        sent = value if isinstance(value, bool) else str(value).strip()
        value = whole_number(sent, digits=20, signed=True)  # of Counter64
        if value is None:
            raise ValueError(f"a value of type {kind} must be a whole number")
    if kind == "ObjectIdentifier":
        value = parse_oid(str(value))
    try:
        return KINDS[kind](value)
    except Exception as err:
        raise ValueError(f"{value!s:.60} does not fit the type {kind}") from err


async def send(host: str, oid: str, kind: str, value: Any, config: Mapping[str, Any]) -> V3Answer:
    """Set one object, of any version; the answer holds the value taken. Raises `Unreachable`."""
    wanted = typed(kind, value)
    engine = api.SnmpEngine()
    try:
        target = await transport_to(host, config)
        context = api.ContextData(contextName=str(config.get("context") or "").encode())
        bound = api.ObjectType(api.ObjectIdentity(oid), wanted)
        found = await api.set_cmd(
            engine, account_of(config), target, context, bound, lookupMib=False
        )
        return answer_of(*found)
    finally:
        engine.close_dispatcher()
