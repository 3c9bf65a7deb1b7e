"""A small asyncio engine for SNMP v1 and v2c: one socket, many targets, bounded per target."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from devices.executors import snmp_codec as codec
from devices.executors.silence import Silent
from devices.executors.snmp_codec import Response, VarBind
from devices.executors.snmp_requests import (
    Agent,
    Batch,
    Failure,
    Garbled,
    NoAnswer,
    Request,
    Take,
)
from devices.executors.snmp_socket import Address, SnmpSockets, Unreachable

MAX_WALK_ROWS, MAX_WALK_BYTES, MAX_WALK_S = 50_000, 8 * 1024 * 1024, 120.0
ROW_BYTES = 16  # beside its text or octets: the OID, or a number
PATIENCE_S, MAX_PATIENCE_S = 0.02, 0.5
SWEEP_S = 0.01
FIRST_ID, LAST_ID = 0x01000000, 0x7FFFFFFF
MAX_FRAMES = 1000
FEW = 8
SILENT_TEXT = "No SNMP response received before timeout"
STOPPED_TEXT = "The walk was stopped after {}"
GARBLED_TEXT = "The agent answered with something that is no SNMP message"


Oid = tuple[int, ...]
_silent = Silent()


@dataclass(slots=True)
class Walk:
    """What a walk brought; `error` is blank when it came to its end."""

    rows: list[VarBind] = field(default_factory=list)
    error: str = ""


def size_of(row: VarBind) -> int:
    """How many bytes of a walk's budget a row takes."""
    return ROW_BYTES + (0 if isinstance(row.value, (int, type(None))) else len(row.value))


class SnmpEngine:
    """Use as `async with SnmpEngine() as engine`.

    `window` bounds the requests per target. `at_once` bounds those that were sent a moment ago, so
    that their answers fit the socket's buffer, whose size decides unless it is given: one that
    stays silent for some times the usual wait gives its place to the next, so that dead targets
    hold nobody up; and those that gave no answer to this process before are asked last. One timer
    serves all.
    """

    def __init__(self, *, window: int = 4, at_once: int = 0) -> None:
        self._loop = asyncio.get_running_loop()
        self._sockets = SnmpSockets(self._loop, self._received)
        self._window, self._at_once, self._young = window, at_once or self._sockets.room(), 0
        self._busy: dict[Address, int] = {}
        self._held: dict[Address, deque[Request]] = {}
        self._garbled: set[Address] = set()
        self._queue: deque[Request] = deque()
        self._sent: dict[int, Request] = {}
        self._frames: dict[object, codec.Frame] = {}
        self._next_id = random.randrange(FIRST_ID, LAST_ID)  # noqa: S311  only to tell runs apart
        self._patience_s = PATIENCE_S
        self._sweep_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.bad_messages = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, err: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._sockets.close()

    async def get(self, agent: Agent, oids: Sequence[Oid]) -> Response:
        """Ask for OIDs; raises `NoAnswer`, `Garbled` or `Unreachable`."""
        return await self._one(agent, self._get_frame(agent, tuple(oids)))

    async def get_many(self, agents: Sequence[Agent], oids: Sequence[Oid], take: Take) -> None:
        """Ask many agents for the same OIDs, and wait for the last.

        `take` gets each one's place and what it answered, or why not, as soon as that is known: so
        what came stays when the rest is cancelled. A task for each would cost half as much again.
        """
        wanted = tuple(oids)
        frames: dict[tuple[int, str], codec.Frame] = {}
        asked = []
        for agent in agents:
            key = (agent.version, agent.community)
            frame = frames.get(key)
            if frame is None:
                frame = frames[key] = self._get_frame(agent, wanted)
            asked.append((agent, frame))
        await self._ask(asked, take)

    def _get_frame(self, agent: Agent, oids: tuple[Oid, ...]) -> codec.Frame:
        key = (agent.version, agent.community, oids)
        frame = self._frames.get(key)
        if frame is None:
            frame = _frame(agent, codec.GET, codec.encode_varbinds(oids))
            if len(self._frames) >= MAX_FRAMES:
                self._frames.clear()
            self._frames[key] = frame
        return frame

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
        ends, left = self._loop.time() + MAX_WALK_S, MAX_WALK_BYTES
        while len(found.rows) < max_rows:
            if left <= 0:
                found.error = STOPPED_TEXT.format(f"{MAX_WALK_BYTES // 1024**2} MiB")
                return found
            if self._loop.time() > ends:
                found.error = STOPPED_TEXT.format(f"{MAX_WALK_S:g} s")
                return found
            try:
                answer = await self._next_rows(agent, last, max_repetitions)
            except (NoAnswer, Garbled, Unreachable) as err:
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
                last, left = row.oid, left - size_of(row)
        found.error = STOPPED_TEXT.format(f"{max_rows} rows")
        return found

    async def _next_rows(self, agent: Agent, last: tuple[int, ...], repetitions: int) -> Response:
        varbinds = codec.encode_varbinds([last])
        if agent.version == codec.V1:
            return await self._one(agent, _frame(agent, codec.GETNEXT, varbinds))
        return await self._one(agent, _frame(agent, codec.GETBULK, varbinds, repetitions))

    async def _one(self, agent: Agent, frame: codec.Frame) -> Response:
        found: list[Response | Failure] = []
        await self._ask([(agent, frame)], lambda _, one: found.append(one))
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]

    async def _ask(self, asked: Sequence[tuple[Agent, codec.Frame]], take: Take) -> None:
        """Send every question and wait for the last: the life of a request begins and ends here.

        `_admit` (a place at its target), `_begin` (a place in the engine), `_send`, then either
        `_received` (the answer) or `_sweep` (again, or given up), and `_settle`.
        """
        if not asked:
            return
        await self._sockets.look_up({agent.host for agent, _ in asked})
        batch = Batch(len(asked), self._loop.create_future(), take)
        requests, last = [], deque[Request]()
        for place, (agent, frame) in enumerate(asked):
            address = self._sockets.address(agent.host, agent.port)
            if address is None:
                batch.tell(place, Unreachable(f"Cannot resolve {agent.host}"))
                continue
            request = Request(address, agent, frame, batch, place)
            requests.append(request)
            if address in _silent:
                last.append(request)
            else:
                self._admit(request)
        self._admit_last(last)
        try:
            await batch.over
        except BaseException:
            for request in requests:
                request.is_over = True
            for request in requests:
                self._leave(request)
            raise

    def _admit(self, request: Request) -> None:
        """Send a request, or hold it back until its target, then the engine, has a place."""
        busy = self._busy.get(request.address, 0)
        if busy >= self._window:
            self._held.setdefault(request.address, deque()).append(request)
            return
        self._busy[request.address] = busy + 1
        request.is_admitted = True
        if self._young >= self._at_once:
            self._queue.append(request)
            self._wake_at(self._loop.time() + SWEEP_S)
        else:
            self._begin(request)

    def _admit_last(self, silent: deque[Request]) -> None:
        """Admit those that were silent before, a few between the answers of the others."""
        for _ in range(min(FEW, len(silent))):
            request = silent.popleft()
            if not request.is_over:
                self._admit(request)
        if silent:
            self._loop.call_soon(self._admit_last, silent)

    def _begin(self, request: Request) -> None:
        self._young += 1
        request.is_young = True
        request.number = self._next_id = self._next_id + 1 if self._next_id < LAST_ID else FIRST_ID
        self._sent[request.number] = request
        self._send(request, self._loop.time())

    def _send(self, request: Request, now: float) -> None:
        request.due = now + request.timeout_s
        request.sent_at, request.grows_old = now, now + self._patience_s
        self._wake_at(request.due)
        try:
            self._sockets.send(request.frame.message(request.number), request.address)
        except (OSError, OverflowError) as err:
            text = f"Cannot send to {request.address[0]}: {getattr(err, 'strerror', err)}"
            self._loop.call_soon(self._settle, request, Unreachable(text))

    def _settle(self, request: Request, found: Response | Failure) -> None:
        if not request.is_over:
            self._leave(request)
            _silent.note(request.address, is_silent=isinstance(found, NoAnswer))
            request.batch.tell(request.place, found)

    def _leave(self, request: Request) -> None:
        """Give back a request's places; what waited for them goes on."""
        request.is_over = True
        self._sent.pop(request.number, None)
        self._grow_old(request)
        if not request.is_admitted:
            return
        request.is_admitted = False
        address = request.address
        busy = self._busy.pop(address) - 1
        if busy:
            self._busy[address] = busy
        else:
            self._garbled.discard(address)
        held = self._held.get(address)
        while held:
            following = held.popleft()
            if not following.is_over:
                self._admit(following)
                break
        if held is not None and not held:
            self._held.pop(address, None)

    def _grow_old(self, request: Request) -> None:
        """Let the next one be sent: this one has its answer, or is late."""
        if not request.is_young:
            return
        request.is_young = False
        self._young -= 1
        while self._queue and self._young < self._at_once:
            following = self._queue.popleft()
            if not following.is_over:
                self._begin(following)

    def _wake_at(self, moment: float) -> None:
        if self._timer is None or moment < self._sweep_at - SWEEP_S:
            if self._timer is not None:
                self._timer.cancel()
            self._sweep_at = moment
            self._timer = self._loop.call_at(moment, self._sweep)

    def _sweep(self) -> None:
        """Send late requests again, give up those out of time, and sleep until the next event."""
        self._timer, now = None, self._loop.time()
        for request in list(self._sent.values()):
            if request.due <= now:
                self._again(request, now)
            elif request.is_young and request.grows_old <= now:
                self._grow_old(request)
        if self._sent:
            self._wake_at(max(min(map(self._next_event, self._sent.values())), now + SWEEP_S))

    def _next_event(self, request: Request) -> float:
        """Return when a request needs something; its age matters only while others wait."""
        is_waited_for = request.is_young and self._queue
        return min(request.due, request.grows_old) if is_waited_for else request.due

    def _again(self, request: Request, now: float) -> None:
        if request.attempts_left <= 0:
            is_garbled = request.address in self._garbled
            self._settle(request, Garbled(GARBLED_TEXT) if is_garbled else NoAnswer(SILENT_TEXT))
            return
        request.attempts_left -= 1
        self._send(request, now)
        request.due += request.timeout_s * random.random() * 0.1  # noqa: S311  spreads retries

    def _received(self, data: bytes, address: Address) -> None:
        """Match a datagram to its request by id, sender and community; the rest is dropped."""
        if address not in self._busy:
            return
        try:
            response = codec.decode(data)
        except codec.BadMessage:
            self.bad_messages += 1
            self._garbled.add(address)
            return
        known = self._sent.get(response.request_id)
        if known is None or known.address != address:
            return
        if known.frame.community == response.community:
            self._learn(self._loop.time() - known.sent_at)
            self._settle(known, response)

    def _learn(self, took_s: float) -> None:
        """Keep the patience near four times the usual wait, within its bounds."""
        wished = min(MAX_PATIENCE_S, max(PATIENCE_S, 4 * took_s))
        self._patience_s += (wished - self._patience_s) / 16


def _frame(agent: Agent, kind: int, varbinds: bytes, max_repetitions: int = 0) -> codec.Frame:
    community = agent.community.encode()
    return codec.frame(agent.version, community, kind, varbinds, max_repetitions=max_repetitions)


def error_text(answer: Response) -> str:
    """Return an error status as text, e.g. `noSuchName at 1`."""
    known = codec.ERROR_NAMES
    status = answer.error_status
    name = known[status] if 0 <= status < len(known) else f"error {status}"
    return f"{name} at {answer.error_index}" if answer.error_index else name
