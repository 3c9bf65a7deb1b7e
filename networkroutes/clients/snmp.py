"""How long an SNMP agent takes to answer (v2c, RFC 3416): one GET of its up time by UDP.

pysnmp writes and reads the messages; the clock runs only while the datagrams travel.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import api

AT_ONCE = 100
TRIES = 2
UP_TIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
V2C: Any = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]


@dataclass(frozen=True, slots=True)
class Agent:
    """Where an agent listens."""

    address: str
    port: int = 161
    timeout_s: float = 2.0


def measure(agents: Sequence[Agent], community: str) -> list[float | None]:
    """Ask all agents side by side; return ms in their order, None where no answer came."""
    return asyncio.run(_measure(agents, community))


async def _measure(agents: Sequence[Agent], community: str) -> list[float | None]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(agent: Agent) -> float | None:
        async with places:
            return await _ask(agent, community)

    return list(await asyncio.gather(*(one(agent) for agent in agents)))


class _Answer(asyncio.DatagramProtocol):
    """Waits for the answer with the right request id."""

    def __init__(self, request_id: int) -> None:
        self.request_id = request_id
        self.came_at: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        at = perf_counter()
        if not self.came_at.done() and _answers(data) == self.request_id:
            self.came_at.set_result(at)

    def error_received(self, exc: Exception) -> None:
        if not self.came_at.done():
            self.came_at.set_exception(exc)


async def _ask(agent: Agent, community: str) -> float | None:
    """Ask up to twice within the time-out, since a datagram may be lost."""
    for _ in range(TRIES):
        with contextlib.suppress(OSError, TimeoutError, UnicodeError):
            return await _ask_once(agent, community, agent.timeout_s / TRIES)
    return None


async def _ask_once(agent: Agent, community: str, timeout_s: float) -> float:
    body, request_id = _question(community)
    loop = asyncio.get_running_loop()
    transport, answer = await asyncio.wait_for(
        loop.create_datagram_endpoint(
            lambda: _Answer(request_id), remote_addr=(agent.address, agent.port)
        ),
        timeout_s,
    )
    try:
        began = perf_counter()
        transport.sendto(body)
        came_at = await asyncio.wait_for(answer.came_at, timeout_s)
    finally:
        transport.close()
    return (came_at - began) * 1000


def _question(community: str) -> tuple[bytes, int]:
    pdu = V2C.GetRequestPDU()
    V2C.apiPDU.set_defaults(pdu)
    V2C.apiPDU.set_varbinds(pdu, [(UP_TIME, V2C.Null(""))])
    message = V2C.Message()
    V2C.apiMessage.set_defaults(message)
    V2C.apiMessage.set_community(message, community)
    V2C.apiMessage.set_pdu(message, pdu)
    return encoder.encode(message), int(V2C.apiPDU.get_request_id(pdu))


def _answers(data: bytes) -> int | None:
    """Return the request id of an answer; None for anything else."""
    try:
        message, _ = decoder.decode(data, asn1Spec=V2C.Message())
        return int(V2C.apiPDU.get_request_id(V2C.apiMessage.get_pdu(message)))
    except (PyAsn1Error, ValueError, TypeError, IndexError):
        return None
