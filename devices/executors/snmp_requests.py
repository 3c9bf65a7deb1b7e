"""What the SNMP engine is asked and what it keeps of each question until that is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.executors import snmp_codec as codec
from devices.executors.snmp_codec import Response
from devices.executors.snmp_socket import Address, Unreachable


class NoAnswer(Exception):
    """A target stayed silent through every retry."""


class Garbled(Exception):
    """All that a target sent was no SNMP message."""


Failure = NoAnswer | Garbled | Unreachable
Take = Callable[[int, Response | Failure], None]


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent to ask; the community stays out of `repr()`. Times in seconds."""

    host: str
    port: int = 161
    community: str = field(default="public", repr=False)
    version: int = codec.V2C
    timeout_s: float = 5.0
    retries: int = 1


class Batch:
    """Questions that are waited for together; `take` is told what became of each."""

    __slots__ = ("left", "over", "take")

    def __init__(self, size: int, over: asyncio.Future[None], take: Take) -> None:
        self.left, self.over, self.take = size, over, take

    def tell(self, place: int, found: Response | Failure) -> None:
        """Hand one over; the batch ends with the last, or with what `take` raised."""
        self.left -= 1
        try:
            self.take(place, found)
        except Exception as err:  # noqa: BLE001  it is raised where the batch is waited for
            if not self.over.done():
                self.over.set_exception(err)
        if not self.left and not self.over.done():
            self.over.set_result(None)


class Request:
    """One question on its way: held back, sent, then answered or given up."""

    __slots__ = (
        "address",
        "attempts_left",
        "batch",
        "due",
        "frame",
        "grows_old",
        "is_admitted",
        "is_over",
        "is_young",
        "number",
        "place",
        "sent_at",
        "timeout_s",
    )

    def __init__(
        self, address: Address, agent: Agent, frame: codec.Frame, batch: Batch, place: int
    ) -> None:
        self.address, self.frame = address, frame
        self.batch, self.place = batch, place
        self.timeout_s, self.attempts_left = agent.timeout_s, agent.retries
        self.is_admitted = self.is_young = self.is_over = False
        self.number = 0
        self.due = self.grows_old = self.sent_at = 0.0
