"""Asking a device by SNMP while somebody waits; every answer comes within the page's 8 seconds."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from asgiref.sync import async_to_sync

from devices import policy
from devices.errors import Invalid, RemoteFailed
from devices.executors import saos_mib as mib
from devices.executors import snmp
from devices.executors.base import is_host
from devices.executors.snmp_codec import VarBind
from devices.executors.snmp_engine import GARBLED_TEXT, SnmpEngine
from devices.models import Credential, ManagementAddress
from devices.services import runs, vault_resolve, vault_use
from devices.services.vault_use import Used
from devices.values import wanted_id, within

BOUND_S, PAGE_S, MAX_HOSTS, MAX_ROWS = 5.0, 6.5, 100, 5000
TIMEOUT_S = 1.5
SYSTEM = [f"{snmp.SYSTEM}.{column}.0" for column in (1, 3, 4, 5, 6)]
GIVEN_UP = ("timeout", "unreachable", "auth_failed", "no_answer")


@dataclass(frozen=True, slots=True)
class Way:
    """How a host is asked, until when, and with which credential; its community never shows."""

    host: str
    config: Mapping[str, Any] = field(repr=False)
    credential: Credential | None = None
    ends: float = field(default_factory=lambda: time.monotonic() + PAGE_S)


def way_to(host: Any, query: Mapping[str, Any], *, actor: Any) -> Way:
    """Return how to ask a host: by the community sent, the credential named, or the vault's.

    Raises `Invalid`, and what opening a credential raises.
    """
    policy.require(actor, policy.CONNECT)
    text = str(host or "").strip()
    if not text:
        raise Invalid("host", "host is required")
    if not is_host(text):
        raise Invalid("host", f"Invalid host: {text[:100]}")
    config: dict[str, Any] = {
        "timeout": TIMEOUT_S,
        "retries": 1,
        "version": str(query.get("version") or "2c"),
    }
    port = ManagementAddress.objects.filter(ip=text).values_list("snmp_port", flat=True).first()
    config["port"] = _port(query.get("port")) or port or 161
    credential, document = _secret(text, query, actor)
    config |= runs.secret_config(document)
    wrong = snmp.SnmpExecutor().check(config)
    if wrong:
        raise Invalid(wrong.partition(" ")[0], wrong)
    return Way(text, config, credential)


def _port(value: Any) -> int | None:
    if value in (None, ""):
        return None
    return within(value, "port", 1, 65_535)


def _secret(
    host: str, query: Mapping[str, Any], actor: Any
) -> tuple[Credential | None, Mapping[str, Any]]:
    if query.get("credential_id"):
        pk = wanted_id(query["credential_id"], "credential_id")
        return vault_use.open_for_use(pk, actor=actor)
    if query.get("community"):
        return None, {"community": str(query["community"])}
    found = vault_resolve.resolve(host, "snmp", actor=actor)
    if found is None:
        return None, {"community": "public"}
    return found.row, found.credentials


def system(way: Way, *, actor: Any) -> dict[str, Any]:
    """Return what a device says of itself; `uptime` in ticks of 10 ms."""
    rows = _told(way, _get(way, SYSTEM), actor)
    by_oid = {row.oid_text: row for row in rows}
    texts = [by_oid[oid].text if oid in by_oid else "" for oid in SYSTEM]
    uptime = by_oid[SYSTEM[1]].value if SYSTEM[1] in by_oid else None
    return {
        "host": way.host,
        "name": texts[3],
        "description": texts[0],
        "uptime": uptime if isinstance(uptime, int) else None,
        "location": texts[4],
        "contact": texts[2],
    }


def alarms(way: Way, *, actor: Any) -> dict[str, Any]:
    """Return the active alarms."""
    found = mib.alarms(_walk(way, mib.columns(mib.ALARM, mib.ALARM_COLUMNS), actor))
    severities = Counter(str(row["severity"]) for row in found)
    return {
        "host": way.host,
        "alarms": found,
        "count": len(found),
        "by_severity": dict(severities),
    }


def ports(way: Way, *, actor: Any) -> dict[str, Any]:
    """Return the ports; of a device without the vendor's table its interfaces."""
    found = mib.ports(_walk(way, mib.columns(mib.PORT, mib.PORT_COLUMNS), actor))
    if not found:
        plain = _walk(way, mib.columns(mib.IF_TABLE, (2, 7, 8)), actor)
        found = mib.plain_ports(plain, _walk(way, [mib.IF_NAME], actor))
    up = sum(row["oper_state"] == "up" for row in found)
    return {
        "host": way.host,
        "ports": found,
        "count": len(found),
        "up": up,
        "down": len(found) - up,
    }


def transceivers(way: Way, *, actor: Any) -> dict[str, Any]:
    """Return the transceivers with their light levels."""
    found = mib.transceivers(_walk(way, mib.columns(mib.XCVR, mib.XCVR_COLUMNS), actor))
    return {"host": way.host, "transceivers": found, "count": len(found)}


def port_stats(way: Way, *, actor: Any) -> dict[str, Any]:
    """Return the counters of ports."""
    wanted = [
        *mib.columns(mib.STATS64, mib.STATS64_COLUMNS),
        *mib.columns(mib.STATS32, mib.STATS_COLUMNS),
    ]
    found = mib.port_stats(_walk(way, wanted, actor))
    return {"host": way.host, "port_stats": found, "count": len(found)}


def chassis(way: Way, *, actor: Any) -> dict[str, Any]:
    """Return power supplies, fans and temperatures."""
    wanted = mib.columns(mib.CHASSIS, mib.CHASSIS_COLUMNS)
    return {"host": way.host, **mib.chassis(_walk(way, wanted, actor))}


def lag(way: Way, *, actor: Any) -> dict[str, Any]:
    """Return link aggregates."""
    found = mib.aggregates(_walk(way, mib.columns(mib.LAG, mib.LAG_COLUMNS), actor))
    return {"host": way.host, "lags": found, "count": len(found)}


def rings(way: Way, *, actor: Any) -> dict[str, Any]:
    """Return virtual rings."""
    found = mib.rings(_walk(way, mib.columns(mib.RING, mib.RING_COLUMNS), actor))
    return {"host": way.host, "rings": found, "count": len(found)}


def raps_global(way: Way, *, actor: Any) -> dict[str, Any]:
    """Return the switch-wide ring state."""
    return {"host": way.host, **mib.raps_global(_walk(way, [f"{mib.RAPS}.1.1"], actor))}


def _module(name: str) -> Callable[..., dict[str, Any]]:
    def read(way: Way, *, actor: Any) -> dict[str, Any]:
        rows = [snmp.row_dict(row) for row in _walk(way, [mib.MODULES[name]], actor)]
        return {"host": way.host, name: rows, "count": len(rows)}

    read.__doc__ = f"Return the rows of the vendor's {name} module."
    return read


READS: dict[str, Callable[..., dict[str, Any]]] = {
    "system": system,
    "alarms": alarms,
    "ports": ports,
    "transceivers": transceivers,
    "port-stats": port_stats,
    "chassis": chassis,
    "lag": lag,
    "rings": rings,
    "raps/global": raps_global,
    **{name: _module(name) for name in mib.MODULES},
}


def poll(way: Way, *, actor: Any) -> dict[str, Any]:
    """Return system, ports, transceivers and alarms of one device in one go."""
    found = {"system": system(way, actor=actor)}
    found |= {name: READS[name](way, actor=actor)[name] for name in ("ports", "transceivers")}
    return {
        "host": way.host,
        "success": True,
        **found,
        "alarms": alarms(way, actor=actor)["alarms"],
    }


def poll_hosts(
    hosts: Sequence[Any], query: Mapping[str, Any], *, actor: Any
) -> list[dict[str, Any]]:
    """Ask many hosts who they are; what is no host is a row with its reason too.

    Raises `Invalid` for what the query says of all.
    """
    ways: dict[int, Way] = {}
    rows: dict[int, dict[str, Any]] = {}
    for at, host in enumerate(hosts):
        try:
            ways[at] = way_to(host, query, actor=actor)
        except Invalid as err:
            if err.field != "host" and err.field in query:
                raise
            named = str(host or "").strip()[:100]
            rows[at] = {"host": named, "success": False, "error": err.message}
    rows |= zip(ways, poll_batch(list(ways.values()), actor=actor), strict=True)
    return [rows[at] for at in range(len(hosts))]


def poll_batch(ways: Sequence[Way], *, actor: Any) -> list[dict[str, Any]]:
    """Ask many devices who they are, at once; one that fails is a row with its reason.

    All end with the first: its time began with the call.
    """
    ends = min((way.ends for way in ways), default=0.0)
    answers = async_to_sync(_all_systems)([replace(way, ends=ends) for way in ways])
    asked = list(zip(ways, answers, strict=True))
    uses = [use for way, answer in asked for use in _uses(way, answer.error)]
    if uses:
        vault_use.log_uses(uses, actor=actor)
    found = []
    for way, answer in asked:
        if answer.error:
            found.append({"host": way.host, "success": False, "error": answer.error})
            continue
        texts = {row.oid_text: row for row in answer.rows}
        name, uptime = texts.get(SYSTEM[3]), texts.get(SYSTEM[1])
        found.append(
            {
                "host": way.host,
                "success": True,
                "name": name.text if name else "",
                "description": texts[SYSTEM[0]].text if SYSTEM[0] in texts else "",
                "uptime": uptime.value if uptime else None,
            }
        )
    return found


def get_rows(way: Way, oids: Sequence[str], *, walk: bool, actor: Any) -> list[VarBind]:
    """GET, or walk, numeric OIDs; raises `RemoteFailed` when nothing answered."""
    return _walk(way, oids, actor) if walk else _told(way, _get(way, oids), actor)


async def _all_systems(ways: Sequence[Way]) -> list[snmp.Answer]:
    async with SnmpEngine() as engine:
        asked = (snmp.ask(way.host, SYSTEM, way.config, engine=engine) for way in ways)
        bounded = (_bounded(way, one) for way, one in zip(ways, asked, strict=True))
        return list(await asyncio.gather(*bounded))


async def _bounded(way: Way, asked: Any) -> snmp.Answer:
    try:
        return await asyncio.wait_for(asked, min(BOUND_S, way.ends - time.monotonic()))
    except TimeoutError:
        return snmp.Answer(error=snmp.TIMEOUT_TEXT, error_code="timeout")


def _get(way: Way, oids: Sequence[str]) -> snmp.Answer:
    async def ask() -> snmp.Answer:
        return await _bounded(way, snmp.ask(way.host, oids, way.config))

    return async_to_sync(ask)()


def _walk(way: Way, oids: Sequence[str], actor: Any) -> list[VarBind]:
    """Walk columns side by side, once the device has answered at all.

    A column that broke off fails the whole: what it lacks would read as `down` or as absent.
    """
    answers = async_to_sync(_columns)(way, oids)
    rows = [row for answer in answers for row in answer.rows]
    broken = (answer.error for answer in answers if len(answer.rows) < MAX_ROWS)
    return _told(way, snmp.Answer(rows, next(filter(None, broken), "")), actor)


async def _columns(way: Way, oids: Sequence[str]) -> list[snmp.Answer]:
    async with SnmpEngine() as engine:
        head = await _bounded(way, snmp.ask(way.host, SYSTEM[1:2], way.config, engine=engine))
        if head.error_code in GIVEN_UP or head.error == GARBLED_TEXT:
            return [head]
        asked = (
            snmp.ask(way.host, [oid], way.config, walk=True, engine=engine, max_rows=MAX_ROWS)
            for oid in oids
        )
        return list(await asyncio.gather(*(_bounded(way, one) for one in asked)))


def _told(way: Way, answer: snmp.Answer, actor: Any) -> list[VarBind]:
    _log(way, answer.error, actor)
    if answer.error:
        raise RemoteFailed("SNMP_ERROR", answer.error, host=way.host)
    return [row for row in answer.rows if row.value is not None]


def _log(way: Way, error: str, actor: Any) -> None:
    if uses := _uses(way, error):
        vault_use.log_uses(uses, actor=actor)


def _uses(way: Way, error: str) -> list[Used]:
    return [Used(way.credential, way.host, "SNMP", not error, error)] if way.credential else []
