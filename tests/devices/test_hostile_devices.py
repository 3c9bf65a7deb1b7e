"""Devices that mean harm: each gets a typed outcome, in bounded time and memory."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from devices.errors import RemoteFailed
from devices.executors.base import Outcome, safe_execute
from devices.executors.registry import built_in
from devices.executors.snmp_engine import SnmpEngine
from devices.executors.snmp_requests import Agent, NoAnswer
from devices.executors.tcp import ssh_banner
from devices.services import live_snmp
from devices.simulator.snmp_agent import encode_response, read_request
from tests.benchmarks.p11_responder import answer
from tests.devices.test_snmp_engine import NAME, agent, get

pytestmark = pytest.mark.once
MIB, WITHIN_S = 1024 * 1024, 10
WRONG = {"timeout", "protocol"}
ACCOUNTS = {
    "ssh": {"username": "op", "password": "pl4nted", "timeout": 1, "retries": 0},
    "winrm": {
        "username": "op",
        "password": "pl4nted",
        "transport": "basic",
        "timeout": 2,
        "operation_timeout_sec": 1,
        "read_timeout_sec": 2,
    },
}
Saying = Callable[[socket.socket], None]


@contextlib.contextmanager
def device(say: Saying) -> Iterator[tuple[int, list[bytes]]]:
    """Talk to each caller in one way, then hang up; yield the port and what callers said."""
    heard: list[bytes] = []

    def serve(caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            caller.settimeout(WITHIN_S)
            if say not in BANNERS.values():
                heard.append(caller.recv(65536))
            say(caller)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1], heard
        listener.shutdown(socket.SHUT_RDWR)


def flood(piece: bytes) -> Saying:
    """Say the same until the caller hangs up."""

    def say(caller: socket.socket) -> None:
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            caller.sendall(piece)

    return say


def once(text: bytes) -> Saying:
    """Say one thing."""
    return lambda caller: caller.sendall(text)


def trickle(caller: socket.socket) -> None:
    """Promise much, and say it a byte at a time."""
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    for _ in range(10 * WITHIN_S):
        caller.sendall(b"<")
        time.sleep(0.1)


def drip(begin: bytes, piece: bytes) -> Saying:
    """Begin an answer, and go on a little at a time."""

    def say(caller: socket.socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\n" + begin)
        for _ in range(10 * WITHIN_S):
            caller.sendall(piece)
            time.sleep(0.1)

    return say


def bounded(kind: str, port: int) -> Outcome:
    """Run a command; fail when it takes long or much memory."""
    config = {**ACCOUNTS[kind], "port": port}
    tracemalloc.start()
    try:
        began = time.monotonic()
        found = safe_execute(built_in().get_or_raise(kind), "127.0.0.1", "show", config)
        took, most = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert took < WITHIN_S
    assert most < 40 * MIB
    assert "pl4nted" not in f"{found.error}{found.output}"
    return found


BANNERS: dict[str, Saying] = {
    "no end": flood(b"x" * 65536),
    "many lines": flood(b"welcome\r\n" * 1000),
    "silence": lambda caller: time.sleep(3),
    "hangs up": once(b""),
    "another protocol": once(b"HTTP/1.1 200 OK\r\n\r\n\x1b[2J\x00\x00"),
    "binary after the name": once(b"SSH-2.0-x\r\n\x7f\xff\xff\xff" + bytes(4096)),
    "hangs up in the key exchange": once(b"SSH-2.0-x\r\n\x00\x00\x01\x2c\x0a\x14"),
}


@pytest.mark.parametrize("name", BANNERS)
def test_a_device_that_misuses_ssh_is_an_outcome(name):
    with device(BANNERS[name]) as (port, _):
        found = bounded("ssh", port)
        banner = asyncio.run(ssh_banner("127.0.0.1", port, timeout_s=0.5))

    assert not found.success
    reset = "Connection error: [Errno 104]"  # it may hang up while we still speak
    assert found.error_code == "unreachable" if reset in found.error else found.error_code in WRONG
    assert found.error.startswith(("SSH error: ", "Connection timed out after 1s", reset))
    assert banner in {"", "SSH-2.0-x"}


LATE, CHUNKED = "no whole answer within 2s", b"Transfer-Encoding: chunked\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n"
ANSWERS: dict[str, tuple[Saying, str, str]] = {
    "body without end": (flood(HEAD + b"\r\n" + b"<" * 65536), "output_limit", "longer than"),
    "chunks without end": (
        lambda caller: (
            caller.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
            flood(b"10000\r\n" + b"<" * 65536 + b"\r\n")(caller),
        )[0],
        "output_limit",
        "longer than",
    ),
    "a byte at a time": (trickle, "timeout", LATE),
    "a line of the head at a time": (drip(b"", b"X-1: a\r\n"), "timeout", LATE),
    "the size of a chunk at a time": (drip(CHUNKED, b"0"), "timeout", LATE),
    "what is behind a chunk's size": (drip(CHUNKED + b"5;", b"a"), "timeout", LATE),
    "what is behind the last chunk": (drip(CHUNKED + b"0\r\nX: ", b"a"), "timeout", LATE),
    "packed chunks at a time": (
        drip(b"Content-Encoding: gzip\r\n" + CHUNKED, b"0"),
        "timeout",
        LATE,
    ),
    "cut in a chunk": (
        once(b"HTTP/1.1 200 OK\r\n" + CHUNKED + b"ffff\r\nabc"),
        "protocol",
        "breaks off",
    ),
    "to the metadata address": (
        once(
            b"HTTP/1.1 307 Gone\r\nLocation: http://169.254.169.254/latest\r\n"
            b"Content-Length: 0\r\n\r\n"
        ),
        "protocol",
        "another address",
    ),
    "no XML": (
        once(HEAD + b"Content-Length: 5\r\n\r\n\x00<b>\x1b"),
        "protocol",
        "127.0.0.1 does not answer as WinRM does",
    ),
    "silence": (lambda caller: time.sleep(6), "timeout", LATE),
    "hangs up": (once(b""), "unreachable", "Connection error"),
}


@pytest.mark.skipif(importlib.util.find_spec("pypsrp") is None, reason="pypsrp is optional")
@pytest.mark.parametrize("name", ANSWERS)
def test_a_device_that_misuses_winrm_is_an_outcome(name):
    say, code, words = ANSWERS[name]
    with device(say) as (port, heard):
        found = bounded("winrm", port)

    assert (found.success, found.error_code) == (False, code), found.error
    assert words in found.error
    assert all(b"wsman" in one for one in heard)


def test_an_answer_from_another_port_is_no_answer():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))

        async def ask(port: int) -> None:
            async with SnmpEngine() as engine:
                asker = asyncio.create_task(
                    engine.get(Agent("127.0.0.1", port, timeout_s=1, retries=0), [NAME])
                )
                while not heard:
                    await asyncio.sleep(0.01)
                ours = next(iter(engine._sockets._by_family.values())).getsockname()[1]
                stranger.sendto(answer(heard[0]), ("127.0.0.1", ours))
                await asker

        with agent(lambda data, count: []) as (port, heard), pytest.raises(NoAnswer):
            asyncio.run(ask(port))


def test_a_flood_of_answers_counts_once():
    def many(data: bytes, count: int) -> list[bytes]:
        return [answer(data)] * 500

    async def ask(port: int) -> list[int]:
        async with SnmpEngine(window=1) as engine:
            one = Agent("127.0.0.1", port, timeout_s=2)
            return [len((await engine.get(one, [NAME])).rows) for _ in range(5)]

    with agent(many) as (port, heard):
        assert asyncio.run(ask(port)) == [1] * 5
    assert len(heard) == 5


def test_a_huge_text_is_read_whole_and_no_more():
    def huge(data: bytes, count: int) -> list[bytes]:
        return [encode_response(read_request(data), [(NAME, "OctetString", "x" * 60_000)])]

    with agent(huge) as (port, _):
        found = get(port, timeout_s=2)

    assert len(found.rows[0].value) == 60_000


def test_an_agent_that_talks_rubbish_is_not_walked():
    heard: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as liar:
        liar.bind(("127.0.0.1", 0))
        threading.Thread(target=rubbish, args=(liar, heard), daemon=True).start()
        asked = {"port": liar.getsockname()[1], "timeout": 0.3, "retries": 1}
        with pytest.raises(RemoteFailed, match="no SNMP message"):
            live_snmp.alarms(live_snmp.Way("127.0.0.1", asked), actor=None)

    assert len(heard) == 2


def test_what_a_page_waits_for_ends_in_time_however_many_calls_it_takes():
    way = live_snmp.Way("127.0.0.1", {"port": 1}, ends=time.monotonic())

    with pytest.raises(RemoteFailed, match="before timeout"):
        live_snmp.poll(way, actor=None)


def rubbish(liar: socket.socket, heard: list[bytes]) -> None:
    """Answer each question with what is no message."""
    with contextlib.suppress(OSError):
        while True:
            question, caller = liar.recvfrom(65_535)
            heard.append(question)
            liar.sendto(b"\x30\x80" * 100, caller)
