"""The SNMP executor: GET, walk, many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from devices.executors import snmp_codec as codec
from devices.executors.base import MAX_OUTPUT_BYTES, Outcome, first_error, positive
from devices.executors.snmp_accounts import wrong_account
from devices.executors.snmp_codec import VarBind, parse_oid
from devices.executors.snmp_engine import SILENT_TEXT, SnmpEngine, error_text
from devices.executors.snmp_requests import Agent, Garbled, NoAnswer
from devices.executors.snmp_socket import Unreachable

SYSTEM = "1.3.6.1.2.1.1"
IF_TABLE, IFX_TABLE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
NAMES: dict[str, str] = {
    **{
        name: f"{SYSTEM}.{column}"
        for column, name in enumerate(
            ("sysDescr", "sysObjectID", "sysUpTime", "sysContact", "sysName", "sysLocation"), 1
        )
    },
    **{
        name: f"{IF_TABLE}.{column}"
        for column, name in (
            (2, "ifDescr"),
            (3, "ifType"),
            (5, "ifSpeed"),
            (6, "ifPhysAddress"),
            (7, "ifAdminStatus"),
            (8, "ifOperStatus"),
            (10, "ifInOctets"),
            (13, "ifInDiscards"),
            (14, "ifInErrors"),
            (16, "ifOutOctets"),
            (19, "ifOutDiscards"),
            (20, "ifOutErrors"),
        )
    },
    **{
        name: f"{IFX_TABLE}.{column}"
        for column, name in (
            (1, "ifName"),
            (6, "ifHCInOctets"),
            (7, "ifHCInUcastPkts"),
            (10, "ifHCOutOctets"),
            (11, "ifHCOutUcastPkts"),
            (15, "ifHighSpeed"),
            (18, "ifAlias"),
        )
    },
}
VERSIONS = {"1": codec.V1, "2c": codec.V2C, "2": codec.V2C}
MISSING_TEXT = {
    "noSuchObject": "No Such Object currently exists at this OID",
    "noSuchInstance": "No Such Instance currently exists at this OID",
    "endOfMibView": "No more variables left in this MIB View",
}
TIMEOUT_TEXT = SILENT_TEXT
NO_OID = "command must be an OID such as 1.3.6.1.2.1.1.5.0, or a name such as sysName.0"
OTHER_TEXT = "The agent answered with other objects than it was asked for"
FAILED: Mapping[type[Exception], str] = {NoAnswer: "timeout", Garbled: "protocol"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of one target, or why not; partial rows may come with an error."""

    rows: list[VarBind] = field(default_factory=list)
    error: str = ""
    error_code: str = ""


def resolve_oid(text: str) -> str:
    """Return the numeric OID of a common name such as `sysName.0`; raises `ValueError`."""
    plain = text.strip().rpartition("::")[2].lstrip(".")
    name, dot, rest = plain.partition(".")
    if name in NAMES:
        plain = NAMES[name] + dot + rest
    parse_oid(plain)
    return plain


def agent_of(host: str, config: Mapping[str, Any]) -> Agent:
    """Return the agent that a configuration means."""
    return Agent(
        host=host,
        port=int(config.get("port") or 161),
        community=str(config.get("community") or "public"),
        version=VERSIONS.get(str(config.get("version") or "2c"), codec.V2C),
        timeout_s=float(config.get("timeout") or 5),
        retries=int(config.get("retries", 1) or 0),
    )


async def ask(
    host: str,
    oids: Sequence[str],
    config: Mapping[str, Any],
    *,
    walk: bool = False,
    engine: SnmpEngine | None = None,
    max_rows: int = 50_000,
) -> Answer:
    """GET the OIDs, or walk the first; any version. A shared `engine` saves sockets."""
    if str(config.get("version")) == "3":
        from devices.executors import snmp_v3

        wrong = wrong_account(config)
        if wrong:
            return Answer(error=wrong, error_code="auth_failed")
        try:
            found = await snmp_v3.ask(host, oids, config, walk=walk, limit=max_rows)
        except Unreachable as err:
            return _answer(err)
        code = "auth_failed" if found.is_auth else _code(found.error)
        answer = Answer(found.rows, found.error, code)
        return answer if walk else _of_asked(answer, [parse_oid(oid) for oid in oids])
    if engine is None:
        async with SnmpEngine() as own:
            return await ask(host, oids, config, walk=walk, engine=own, max_rows=max_rows)
    agent = agent_of(host, config)
    repetitions = int(config.get("max_repetitions") or 25)
    try:
        if walk:
            tree = await engine.walk(
                agent, parse_oid(oids[0]), max_repetitions=repetitions, max_rows=max_rows
            )
            return Answer(tree.rows, tree.error, _code(tree.error))
        wanted = [parse_oid(oid) for oid in oids]
        return _of_asked(_answer(await engine.get(agent, wanted)), wanted)
    except (NoAnswer, Garbled, Unreachable, OSError) as err:
        return _answer(err)


async def ask_many(
    asked: Sequence[tuple[str, Mapping[str, Any]]],
    oids: Sequence[str],
    take: Callable[[int, Answer], None],
    engine: SnmpEngine,
) -> None:
    """GET the same OIDs of many hosts, v1 and v2c; `take` gets place and answer of each at once."""
    agents = [agent_of(host, config) for host, config in asked]
    wanted = [parse_oid(oid) for oid in oids]

    def told(place: int, found: codec.Response | Exception) -> None:
        take(place, _of_asked(_answer(found), wanted))

    await engine.get_many(agents, wanted, told)


def _answer(found: codec.Response | Exception) -> Answer:
    if isinstance(found, Exception):
        code = FAILED.get(type(found), "unreachable")
        return Answer(error=str(found), error_code=code)
    if found.error_status:
        return Answer(error=error_text(found), error_code="protocol")
    return Answer(found.rows)


def _of_asked(answer: Answer, wanted: Sequence[tuple[int, ...]]) -> Answer:
    """Refuse an answer to a GET that holds other objects than were asked for, or not all."""
    if answer.error or [row.oid for row in answer.rows] == wanted:
        return answer
    return Answer(error=OTHER_TEXT, error_code="protocol")


def _code(error: str) -> str:
    if not error:
        return ""
    return "timeout" if error == TIMEOUT_TEXT else "protocol"


def row_dict(row: VarBind) -> dict[str, Any]:
    """Return a row as the API shows it."""
    text = MISSING_TEXT.get(row.type, row.text)
    return {"oid": row.oid_text, "value": text, "type": row.type}


def _within(limit: int, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the rows as lines, as many as so many bytes hold."""
    lines: list[str] = []
    for row in rows:
        line = f"{row['oid']} = {row['type']}: {row['value']}"
        limit -= len(line.encode()) + 1
        if limit < 0:
            break
        lines.append(line)
    return lines


def _set(target: str, oid: str, config: Mapping[str, Any]) -> Outcome:
    """Set one object: `set: {"type": "Integer", "value": 1}`; answers the value taken."""
    from devices.executors import snmp_set

    wanted = config["set"]
    if not isinstance(wanted, Mapping) or "type" not in wanted or "value" not in wanted:
        return Outcome(False, error="set must hold type and value", error_code="invalid")
    try:
        found = asyncio.run(
            snmp_set.send(target, oid, str(wanted["type"]), wanted["value"], config)
        )
    except ValueError as err:
        return Outcome(False, error=str(err), error_code="invalid")
    except Unreachable as err:
        return Outcome(False, error=str(err), error_code="unreachable")
    rows = [row_dict(row) for row in found.rows]
    code = "auth_failed" if found.is_auth else "no_answer" if found.error == TIMEOUT_TEXT else ""
    code = code or ("protocol" if found.error else "")
    output = rows[0]["value"] if rows and not found.error else ""
    return Outcome(not found.error, output, found.error or None, code, extra={"results": rows})


class SnmpExecutor:
    """GET of one OID, or a walk with `walk: true` or `bulk: true`."""

    slug: ClassVar[str] = "snmp"
    defaults: ClassVar[Mapping[str, Any]] = {
        "timeout": 5,
        "retries": 1,
        "community": "public",
        "version": "2c",
        "port": 161,
    }

    def check(self, config: Mapping[str, Any]) -> str:
        """Return what is wrong with a configuration."""
        version = str(config.get("version"))
        wrong = "" if version in {*VERSIONS, "3"} else "version must be 1, 2c or 3"
        if version == "3":
            wrong = wrong_account(config)
        return first_error((wrong, positive(config, "timeout", "port", "max_repetitions")))

    def execute(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        """Ask one target; retries are the engine's own."""
        if not command.strip():
            return Outcome(False, error=NO_OID, error_code="invalid")
        try:
            oid = resolve_oid(command)
        except ValueError as err:
            return Outcome(False, error=str(err), error_code="invalid")
        if config.get("set") is not None:
            return _set(target, oid, config)
        walk = bool(config.get("walk") or config.get("bulk"))
        answer = asyncio.run(ask(target, [oid], config, walk=walk))
        rows = [row_dict(row) for row in answer.rows]
        missing = next((row for row in answer.rows if row.type in codec.EXCEPTIONS), None)
        error, code = answer.error, answer.error_code
        if missing is not None and not error:
            error, code = MISSING_TEXT[missing.type], "protocol"
        if walk:
            limit = int(config.get("max_output_bytes") or MAX_OUTPUT_BYTES)
            lines = _within(limit, rows)
            if len(lines) < len(rows):
                error, code = f"The output was cut after {limit} bytes", "output_limit"
            output, rows = "\n".join(lines), rows[: len(lines)]
        else:
            output = rows[0]["value"] if rows and not error else ""
        # the engine has retried already, so that the common retry does not do it again
        code = "no_answer" if code == "timeout" else code
        return Outcome(not error, output, error or None, code, extra={"results": rows})

    def get_bulk(
        self, target: str, oid: str, config: Mapping[str, Any], max_repetitions: int = 25
    ) -> Outcome:
        """Walk a subtree; partial rows are kept when it ends in an error."""
        merged = {**self.defaults, **config, "walk": True, "max_repetitions": max_repetitions}
        return self.execute(target, oid, merged)

    def check_agent(self, target: str, config: Mapping[str, Any]) -> bool:
        """Whether an agent answers for its description."""
        return self.execute(target, "sysDescr.0", {**self.defaults, **config}).success
