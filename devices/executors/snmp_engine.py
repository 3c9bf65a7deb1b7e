"""A small asyncio engine for SNMP v1 and v2c: one socket, many targets, bounded per target."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from devices.executors import snmp_codec as codec
from devices.executors.snmp_codec import Response, VarBind

MAX_WALK_ROWS = 50_000
BUFFER_BYTES = 4 * 1024 * 1024


class NoAnswer(Exception):
    """A target stayed silent through every retry."""


class Unreachable(Exception):
    """A target's name or address leads nowhere."""


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent to ask; the community stays out of `repr()`. Times in seconds."""

    host: str
    port: int = 161
    community: str = field(default="public", repr=False)
    version: int = codec.V2C
    timeout_s: float = 5.0
    retries: int = 1


@dataclass(slots=True)
class Walk:
    """What a walk brought; `error` is blank when it came to its end."""

    rows: list[VarBind] = field(default_factory=list)
    error: str = ""


class _Socket(asyncio.DatagramProtocol):
    def __init__(self, engine: SnmpEngine) -> None:
        self.engine = engine

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.engine.received(data, addr)

    def error_received(self, exc: Exception) -> None:
        """A refused port shows as silence; the retry decides."""


class SnmpEngine:
    """Use as `async with SnmpEngine() as engine`; `window` bounds the requests per target."""

    def __init__(self, *, window: int = 4, at_once: int = 400) -> None:
        self._window = window
        self._all = asyncio.Semaphore(at_once)
        self._windows: dict[tuple[str, int], asyncio.Semaphore] = {}
        self._waiting: dict[int, tuple[asyncio.Future[Response], tuple[str, int], bytes]] = {}
        self._next_id = random.randrange(1, 0x3FFFFFFF)  # noqa: S311  only to tell runs apart
        self._transports: dict[int, asyncio.DatagramTransport] = {}
        self.bad_messages = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None
    ) -> None:
        for transport in self._transports.values():
            transport.close()

    async def get(self, agent: Agent, oids: Sequence[Sequence[int]]) -> Response:
        """Ask for OIDs; raises `NoAnswer` or `Unreachable`."""
        return await self.ask(agent, codec.GET, codec.encode_varbinds(oids))

    async def walk(
        self,
        agent: Agent,
        base: Sequence[int],
        *,
        max_repetitions: int = 25,
        max_rows: int = MAX_WALK_ROWS,
    ) -> Walk:
        """Read a subtree; what came before an error is kept, and the walk never turns back."""
        found, last, base = Walk(), tuple(base), tuple(base)
        bulk = agent.version != codec.V1
        while len(found.rows) < max_rows:
            try:
                answer = await self._next_rows(agent, last, bulk, max_repetitions)
            except (NoAnswer, Unreachable) as err:
                found.error = str(err)
                return found
            if answer.error_status:
                if answer.error_status != 2 or agent.version != codec.V1:  # noSuchName ends v1
                    found.error = error_text(answer)
                return found
            if not answer.rows:
                return found
            for row in answer.rows:
                if row.oid[: len(base)] != base or row.type in codec.EXCEPTIONS:
                    return found
                if row.oid <= last:
                    found.error = f"The agent does not count up: {row.oid_text}"
                    return found
                found.rows.append(row)
                last = row.oid
        found.error = f"The walk was stopped after {max_rows} rows"
        return found

    async def _next_rows(
        self, agent: Agent, last: tuple[int, ...], bulk: bool, repetitions: int
    ) -> Response:
        varbinds = codec.encode_varbinds([last])
        if bulk:
            return await self.ask(agent, codec.GETBULK, varbinds, repetitions)
        return await self.ask(agent, codec.GETNEXT, varbinds)

    async def ask(
        self, agent: Agent, kind: int, varbinds: bytes, max_repetitions: int = 0
    ) -> Response:
        """Send one request, again after each silence with a little jitter."""
        address, transport = await self._place(agent)
        window = self._windows.setdefault(address, asyncio.Semaphore(self._window))
        community = agent.community.encode()
        async with self._all, window:
            request_id, answer = self._open(address, community)
            message = codec.encode_request(
                agent.version,
                community,
                kind,
                request_id,
                varbinds,
                max_repetitions=max_repetitions,
            )
            try:
                for attempt in range(agent.retries + 1):
                    transport.sendto(message, address)
                    jitter = 1 + random.random() * 0.1 * attempt  # noqa: S311  spreads retries
                    done, _ = await asyncio.wait({answer}, timeout=agent.timeout_s * jitter)
                    if done:
                        return answer.result()
            finally:
                self._waiting.pop(request_id, None)
        raise NoAnswer("No SNMP response received before timeout")

    def _open(
        self, address: tuple[str, int], community: bytes
    ) -> tuple[int, asyncio.Future[Response]]:
        self._next_id = self._next_id % 0x7FFFFFFE + 1
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._waiting[self._next_id] = (answer, address, community)
        return self._next_id, answer

    def received(self, data: bytes, address: tuple[str, int]) -> None:
        """Match a datagram to its request by id, sender and community; the rest is dropped."""
        try:
            response = codec.decode(data)
        except codec.BadMessage:
            self.bad_messages += 1
            return
        known = self._waiting.get(response.request_id)
        if known is None or known[0].done() or known[1] != address[:2]:
            return
        if known[2] == response.community:
            known[0].set_result(response)

    async def _place(self, agent: Agent) -> tuple[tuple[str, int], asyncio.DatagramTransport]:
        family: int = socket.AF_INET6 if ":" in agent.host else socket.AF_INET
        host = agent.host
        try:
            if family == socket.AF_INET:
                socket.inet_aton(host)
        except OSError:
            family, host = await _look_up(agent)
        if family not in self._transports:
            loop = asyncio.get_running_loop()
            anywhere = "::" if family == socket.AF_INET6 else "0.0.0.0"  # noqa: S104  a client
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Socket(self), family=family, local_addr=(anywhere, 0)
            )
            with contextlib.suppress(OSError):
                transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES
                )
            self._transports[family] = transport
        return (host, agent.port), self._transports[family]


async def _look_up(agent: Agent) -> tuple[int, str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(agent.host, agent.port, type=socket.SOCK_DGRAM)
    except OSError as err:
        raise Unreachable(f"Cannot resolve {agent.host}") from err
    return found[0][0], str(found[0][4][0])


def error_text(answer: Response) -> str:
    """Return an error status as text, e.g. `noSuchName at 1`."""
    known = codec.ERROR_NAMES
    status = answer.error_status
    name = known[status] if 0 <= status < len(known) else f"error {status}"
    return f"{name} at {answer.error_index}" if answer.error_index else name
