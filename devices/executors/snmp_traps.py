"""Hearing SNMP traps and informs (v1, v2c, v3) on pysnmp."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyasn1.error import PyAsn1Error
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import ntfrcv
from pysnmp.error import PySnmpError
from pysnmp.proto.rfc1902 import OctetString

from devices.executors import snmp_v3
from devices.executors.snmp_accounts import wrong_account
from devices.executors.snmp_codec import BadMessage, VarBind, read

logger = logging.getLogger(__name__)
UPTIME, TRAP_OID = "1.3.6.1.2.1.1.3.0", "1.3.6.1.6.3.1.1.4.1.0"
OWN_ROWS = {UPTIME, TRAP_OID, "1.3.6.1.6.3.18.1.4.0"}  # the last one tells the community
MAX_ROWS = 100
MAX_ENGINES, ENGINE_BYTES = 512, range(5, 33)  # senders of v3 traps; octets of their ids
TOLD_EVERY_S = 60.0
REQUEST, USM = "rfc3412.receiveMessage:request", 3  # what pysnmp read of a message; v3's security
NAMES = {
    "1.3.6.1.6.3.1.1.5.1": "coldStart",
    "1.3.6.1.6.3.1.1.5.2": "warmStart",
    "1.3.6.1.6.3.1.1.5.3": "linkDown",
    "1.3.6.1.6.3.1.1.5.4": "linkUp",
    "1.3.6.1.6.3.1.1.5.5": "authenticationFailure",
}


@dataclass(frozen=True, slots=True)
class Trap:
    """One notice of a device; a v1 trap reads like a v2c one (RFC 3584)."""

    source: str
    oid: str
    uptime_ticks: int | None
    rows: tuple[VarBind, ...]

    @property
    def name(self) -> str:
        """The trap's common name, or its OID."""
        return NAMES.get(self.oid, self.oid)


def refusal(account: Mapping[str, Any]) -> str:
    """Return why a v3 account cannot be heard; blank when it can."""
    return wrong_account(account) or _refusal_of(lambda trial: trial.admit(account))


def community_refusal(community: str) -> str:
    """Return why a community cannot be heard; blank when it can."""
    return _refusal_of(lambda trial: trial.allow("trial", community))


def _refusal_of(step: Callable[[_Receiver], None]) -> str:
    try:
        with contextlib.closing(_Receiver(lambda _trap: None)) as trial:
            step(trial)
    except (PySnmpError, PyAsn1Error):  # their texts may tell the secret
        return "SNMP cannot carry its letters"
    return ""


async def listen(
    host: str,
    port: int,
    *,
    communities: Iterable[str],
    users: Sequence[Mapping[str, Any]] = (),
    heard: Callable[[Trap], None],
) -> None:
    """Call `heard` per trap until cancelled; those of another community or user fall away.

    Raises `OSError` when the port cannot be had.
    """
    with contextlib.closing(_Receiver(heard)) as receiver:
        transport = receiver.listen(host, port)
        for number, community in enumerate(dict.fromkeys(communities)):
            receiver.allow(f"area-{number}", community)
        for user in users:
            receiver.admit(user)
        await transport
        await asyncio.Event().wait()


class _Transport(udp.UdpTransport):
    """Shows each message before the engine reads it; one that breaks the engine is left."""

    def __init__(self, shown: Callable[[bytes], None]) -> None:
        super().__init__()
        self._shown = shown
        self._unread, self._told_at = 0, -TOLD_EVERY_S

    def datagram_received(self, datagram: bytes, transportAddress: Any) -> None:
        try:
            with contextlib.suppress(BadMessage):
                self._shown(datagram)
            self._callback_function(self, transportAddress, datagram)
        except Exception as err:  # noqa: BLE001 - pysnmp raises any kind over junk
            self._leave(transportAddress, err)

    def _leave(self, sender: Any, err: Exception) -> None:
        self._unread += 1
        now = time.monotonic()
        if now - self._told_at >= TOLD_EVERY_S:
            of = {"source": str(sender[0]), "messages": self._unread, "error": type(err).__name__}
            logger.warning("messages to the trap port cannot be read", extra=of)
            self._unread, self._told_at = 0, now


def sender_of(message: bytes) -> tuple[bytes, bytes]:
    """Return (engine id, user) of a v3 message; raises `BadMessage` for any other."""
    _, at, end = read(message, 0, len(message))
    _, first, at = read(message, at, end)
    if message[first:at] != b"\x03":
        raise BadMessage("no message of version 3")
    at = read(message, at, end)[2]
    _, at, end = read(message, at, end)
    _, at, end = read(message, at, end)
    _, first, at = read(message, at, end)
    engine = message[first:at]
    for _ in ("boots", "time"):
        at = read(message, at, end)[2]
    _, first, at = read(message, at, end)
    return engine, message[first:at]


class _Receiver:
    def __init__(self, heard: Callable[[Trap], None]) -> None:
        self.engine, self._heard = engine.SnmpEngine(), heard
        self._users: dict[bytes, Any] = {}
        self._levels: dict[bytes, int] = {}
        self._engines: set[tuple[bytes, bytes]] = set()
        ntfrcv.NotificationReceiver(self.engine, self._took)

    def listen(self, host: str, port: int) -> Any:
        """Open the port; the answer is awaited for the failure to get it."""
        transport = _Transport(self._met).open_server_mode((host, port))
        config.add_transport(self.engine, udp.DOMAIN_NAME, transport)
        return transport._lport  # the endpoint that is being made; an OSError comes out of it

    def allow(self, area: str, community: str) -> None:
        """Know a community."""
        config.add_v1_system(self.engine, area, community)

    def admit(self, account: Mapping[str, Any]) -> None:
        """Know a v3 user."""
        user = snmp_v3.account_of({**account, "version": "3"})
        self._know(user)
        name = str(user.userName).encode()
        secrets = (user.authentication_key, user.privacy_key)
        self._users[name], self._levels[name] = user, 1 + sum(key is not None for key in secrets)

    def _is_below_its_user(self) -> bool:
        """Whether a v3 message has less security than its user's account (RFC 3414, 3.2.5)."""
        read_of = self.engine.observer.get_execution_context(REQUEST)
        if int(read_of["securityModel"]) != USM:
            return False
        wanted = self._levels.get(bytes(read_of["securityName"]))
        return wanted is None or int(read_of["securityLevel"]) < wanted

    def _met(self, message: bytes) -> None:
        """Know a user at the sender of a trap too: there its keys are the sender's own."""
        met = sender_of(message)
        user = self._users.get(met[1])
        if user is None or met in self._engines or len(met[0]) not in ENGINE_BYTES:
            return
        if len(self._engines) < MAX_ENGINES:
            self._engines.add(met)
            self._know(user, OctetString(met[0]))

    def _know(self, user: Any, engine_id: OctetString | None = None) -> None:
        config.add_v3_user(
            self.engine,
            user.userName,
            user.authentication_protocol,
            user.authentication_key,
            user.privacy_protocol,
            user.privacy_key,
            securityEngineId=engine_id,
        )

    def close(self) -> None:
        """Give the port back."""
        self.engine.close_dispatcher()

    def _took(self, snmp: Any, reference: Any, _id: Any, _name: Any, binds: Any, _: Any) -> None:
        if self._is_below_its_user():
            return
        _, address = snmp.message_dispatcher.get_transport_info(reference)
        rows = [snmp_v3.row_of(name, value) for name, value in list(binds)[:MAX_ROWS]]
        found = {row.oid_text: row.value for row in rows}
        uptime = found.get(UPTIME)
        rest = tuple(row for row in rows if row.oid_text not in OWN_ROWS)
        ticks = uptime if isinstance(uptime, int) else None
        self._heard(Trap(str(address[0]), str(found.get(TRAP_OID) or ""), ticks, rest))
