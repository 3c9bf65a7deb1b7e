"""SNMP v3 on pysnmp: GET and walk, with cached keys of one shared engine per call."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pysnmp.hlapi.v3arch import asyncio as api
from pysnmp.proto import rfc1905

from devices.executors.snmp_accounts import protocol
from devices.executors.snmp_codec import VarBind, parse_oid
from devices.executors.snmp_engine import MAX_WALK_BYTES, MAX_WALK_S, STOPPED_TEXT, size_of
from devices.executors.snmp_socket import Unreachable

AUTH = {
    "MD5": api.USM_AUTH_HMAC96_MD5,
    "SHA": api.USM_AUTH_HMAC96_SHA,
    "SHA224": api.USM_AUTH_HMAC128_SHA224,
    "SHA256": api.USM_AUTH_HMAC192_SHA256,
    "SHA384": api.USM_AUTH_HMAC256_SHA384,
    "SHA512": api.USM_AUTH_HMAC384_SHA512,
}
PRIV = {
    "DES": api.USM_PRIV_CBC56_DES,
    "AES": api.USM_PRIV_CFB128_AES,
    "AES192": api.USM_PRIV_CFB192_AES,
    "AES256": api.USM_PRIV_CFB256_AES,
    "AES192B": api.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES256B": api.USM_PRIV_CFB256_AES_BLUMENTHAL,
}
TYPE_NAMES = {
    "OctetString": "OctetString",
    "Integer32": "Integer",
    "Integer": "Integer",
    "ObjectIdentifier": "ObjectIdentifier",
    "IpAddress": "IpAddress",
    "Counter32": "Counter32",
    "Counter64": "Counter64",
    "Gauge32": "Gauge32",
    "Unsigned32": "Gauge32",
    "TimeTicks": "TimeTicks",
    "Opaque": "Opaque",
    "Null": "Null",
}
AUTH_WORDS = ("digest", "usm user", "unsupported", "decryption", "authorization")


@dataclass(frozen=True, slots=True)
class V3Answer:
    """Rows, or why there are none; `is_auth` when the account was refused."""

    rows: list[VarBind] = field(default_factory=list)
    error: str = ""
    is_auth: bool = False


async def ask(
    host: str,
    oids: Sequence[str],
    config: Mapping[str, Any],
    *,
    walk: bool = False,
    limit: int = 50_000,
) -> V3Answer:
    """GET the OIDs, or walk the first of them; raises `Unreachable`."""
    engine = api.SnmpEngine()
    try:
        target = await transport_to(host, config)
        context = api.ContextData(contextName=str(config.get("context") or "").encode())
        if walk:
            return await _walk(engine, account_of(config), target, context, oids[0], limit)
        names = [api.ObjectType(api.ObjectIdentity(oid)) for oid in oids]
        found = await api.get_cmd(
            engine, account_of(config), target, context, *names, lookupMib=False
        )
        return answer_of(*found)
    finally:
        engine.close_dispatcher()


async def transport_to(host: str, config: Mapping[str, Any]) -> Any:
    """Return the way to an agent over IPv4 or IPv6; raises `Unreachable` for an unknown name."""
    port = int(config.get("port") or 161)
    try:
        [(family, _, _, _, address), *_] = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_DGRAM
        )
    except OSError as err:
        raise Unreachable(f"Cannot resolve {host}") from err
    kind = api.Udp6TransportTarget if family == socket.AF_INET6 else api.UdpTransportTarget
    return await kind.create(
        address[:2],
        timeout=float(config.get("timeout") or 5),
        retries=int(config.get("retries") or 0),
    )


async def _walk(
    engine: Any, account: Any, target: Any, context: Any, base: str, limit: int
) -> V3Answer:
    rows: list[VarBind] = []
    start = parse_oid(base)
    last, ends, left = base, time.monotonic() + MAX_WALK_S, MAX_WALK_BYTES
    while len(rows) < limit:
        if left <= 0:
            return V3Answer(rows, STOPPED_TEXT.format(f"{MAX_WALK_BYTES // 1024**2} MiB"))
        if time.monotonic() > ends:
            return V3Answer(rows, STOPPED_TEXT.format(f"{MAX_WALK_S:g} s"))
        name = api.ObjectType(api.ObjectIdentity(last))
        found = answer_of(
            *await api.bulk_cmd(engine, account, target, context, 0, 25, name, lookupMib=False)
        )
        if found.error or not found.rows:
            return V3Answer(rows, found.error, found.is_auth)
        for row in found.rows:
            if row.oid[: len(start)] != start or row.type == "endOfMibView":
                return V3Answer(rows)
            if row.oid <= parse_oid(last):
                return V3Answer(rows, f"The agent does not count up: {row.oid_text}")
            rows.append(row)
            last, left = row.oid_text, left - size_of(row)
    return V3Answer(rows, STOPPED_TEXT.format(f"{limit} rows"))


def account_of(config: Mapping[str, Any]) -> Any:
    """Return the account of a configuration: a community below version 3, else a user."""
    version = str(config.get("version") or "3")
    if version != "3":
        community = str(config.get("community") or "public")
        return api.CommunityData(community, mpModel=0 if version == "1" else 1)
    auth, priv = protocol(config.get("auth_protocol")), protocol(config.get("priv_protocol"))
    auth_key, priv_key = config.get("auth_password"), config.get("priv_password")
    return api.UsmUserData(
        str(config.get("security_name") or ""),
        authKey=str(auth_key) if auth_key else None,
        privKey=str(priv_key) if priv_key else None,
        authProtocol=AUTH.get(auth, AUTH["SHA"]) if auth_key else api.USM_AUTH_NONE,
        privProtocol=PRIV.get(priv, PRIV["AES"]) if priv_key else api.USM_PRIV_NONE,
    )


def answer_of(indication: Any, status: Any, index: Any, binds: Any) -> V3Answer:
    """Return pysnmp's answer as ours."""
    if indication:
        text = str(indication)
        if "No SNMP response" in text or "timed out" in text.lower():
            return V3Answer(error="No SNMP response received before timeout")
        return V3Answer(error=text, is_auth=any(word in text.lower() for word in AUTH_WORDS))
    if status:
        text = f"{status.prettyPrint()} at {int(index)}"
        return V3Answer(error=text, is_auth=text.startswith("authorization"))
    return V3Answer([row_of(name, value) for name, value in binds])


def row_of(name: Any, value: Any) -> VarBind:
    """Return one of pysnmp's rows as ours."""
    oid = tuple(int(part) for part in tuple(name))
    for exception, word in (
        (rfc1905.NoSuchObject, "noSuchObject"),
        (rfc1905.NoSuchInstance, "noSuchInstance"),
        (rfc1905.EndOfMibView, "endOfMibView"),
    ):
        if isinstance(value, exception):
            return VarBind(oid, word, None)
    kind = TYPE_NAMES.get(type(value).__name__, "OctetString")
    if kind == "ObjectIdentifier":
        return VarBind(oid, kind, ".".join(str(int(part)) for part in tuple(value)))
    if kind == "IpAddress":
        return VarBind(oid, kind, ".".join(str(part) for part in bytes(value)))
    if kind in {"OctetString", "Opaque"}:
        return VarBind(oid, kind, bytes(value))
    return VarBind(oid, kind, None if kind == "Null" else int(value))
