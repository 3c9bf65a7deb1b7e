"""The SNMP engine against small UDP agents that behave, lie, stay silent or babble."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from devices.executors import silence, snmp, snmp_codec
from devices.executors.base import safe_execute
from devices.executors.registry import built_in
from devices.executors.snmp import SnmpExecutor
from devices.executors.snmp_engine import SnmpEngine
from devices.executors.snmp_requests import Agent, Garbled, NoAnswer
from devices.executors.snmp_socket import Unreachable
from devices.simulator.snmp_agent import encode_response, read_request
from tests.benchmarks.p11_responder import answer

NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)
Answering = Callable[[bytes, int], list[bytes]]


@contextlib.contextmanager
def agent(answering: Answering, host: str = "127.0.0.1") -> Iterator[tuple[int, list[bytes]]]:
    """Answer each datagram with what a function makes of it and its number; yield port and log."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    heard: list[bytes] = []
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.bind((host, 0))
        sock.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    data, sender = sock.recvfrom(4096)
                    heard.append(data)
                    for message in answering(data, len(heard)):
                        sock.sendto(message, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        yield sock.getsockname()[1], heard
        over.set()
        thread.join()


def get(port: int, host: str = "127.0.0.1", **more: object) -> snmp_codec.Response:
    asked = Agent(host, port, **{"timeout_s": 0.2, "retries": 0, **more})  # type: ignore[arg-type]  # as the test says

    async def ask() -> snmp_codec.Response:
        async with SnmpEngine() as engine:
            return await engine.get(asked, [NAME])

    return asyncio.run(ask())


@pytest.mark.parametrize("number", [1 << 24, 0x12345678, 0x7FFFFFFF])
@pytest.mark.parametrize("kind", [snmp_codec.GET, snmp_codec.GETNEXT, snmp_codec.GETBULK])
def test_a_frame_under_an_id_is_the_whole_message(kind, number):
    binds = snmp_codec.encode_varbinds([NAME, (1, 3, 6, 1, 4, 1, 6141, 2, 60, 4294967295)])

    frame = snmp_codec.frame(snmp_codec.V2C, b"p" * 200, kind, binds, max_repetitions=300)

    assert frame.message(number) == snmp_codec.encode_request(
        snmp_codec.V2C, b"p" * 200, kind, number, binds, max_repetitions=300
    )
    assert "ppp" not in repr(frame)


def test_a_question_is_asked_again_after_silence():
    with agent(lambda data, count: [answer(data)] if count == 3 else []) as (port, heard):
        began = time.perf_counter()
        found = get(port, retries=2, timeout_s=0.5)
        took = time.perf_counter() - began

    assert found.rows[0].value == 10_000_000
    assert len(heard) == 3
    assert heard[0] == heard[1] == heard[2]
    assert 1 <= took < 5


def test_silence_is_told_in_the_agreed_words():
    with agent(lambda data, count: []) as (port, heard):
        with pytest.raises(NoAnswer, match=r"^No SNMP response received before timeout$"):
            get(port, retries=1)

    assert len(heard) == 2


def test_an_agent_that_babbles_is_told_from_a_silent_one():
    lies = [b"\x30\x84\xff\xff\xff\xff\x02", os.urandom(900), b"\x30\x05\x02\x01\x01\x04\x7f"]
    with agent(lambda data, count: lies) as (port, _):
        with pytest.raises(Garbled):
            get(port)
        config = {"port": port, "timeout": 0.2, "retries": 0}
        told = safe_execute(SnmpExecutor(), "127.0.0.1", "sysName.0", config)
        walked = safe_execute(SnmpExecutor(), "127.0.0.1", "sysName.0", {**config, "walk": True})

    assert (told.success, told.error_code) == (False, "protocol")
    assert told.error == "The agent answered with something that is no SNMP message"
    assert (walked.error, walked.error_code) == (told.error, "protocol")


def test_a_good_answer_after_babble_counts():
    with agent(lambda data, count: [b"\x30\x80", answer(data)]) as (port, _):
        assert get(port).rows[0].value == 10_000_000


def test_answers_of_others_and_for_other_communities_are_dropped():
    def forged(data: bytes, count: int) -> list[bytes]:
        wrong_id = answer(data).replace(data[17:21], b"\x11\x22\x33\x44")
        return [answer(data).replace(b"public", b"pubZic"), wrong_id]

    with agent(forged) as (port, _), pytest.raises(NoAnswer):
        get(port)


def test_rows_of_the_usual_shape_read_as_any_other(monkeypatch):
    rows = [
        (NAME, "OctetString", "edge"),
        ((1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 4294967295), "Counter64", 2**64 - 1),
        ((1, 3, 6, 1, 2, 1, 1, 3, 0), "TimeTicks", 7),
        ((1, 3, 6, 1, 2, 1, 1, 2, 0), "ObjectIdentifier", "1.3.6.1.4.1.6141"),
        ((1, 3, 6, 1, 2, 1, 2, 2, 1, 8, 1), "Integer", -1),
        ((1, 3, 6, 1, 2, 1, 1, 6, 0), "OctetString", "x" * 200),
    ]
    question = snmp_codec.encode_request(
        snmp_codec.V2C, b"public", snmp_codec.GET, 1 << 24, snmp_codec.encode_varbinds([NAME])
    )
    good = encode_response(read_request(question), rows)
    dice = random.Random(11)  # noqa: S311  the same messages each time
    messages = [good]
    for _ in range(3000):
        bad = bytearray(good[: dice.choice([len(good), dice.randrange(len(good))])])
        for _ in range(dice.randrange(4)):
            if bad:
                bad[dice.randrange(len(bad))] = dice.choice([0, 1, 0x30, 0x7F, 0x80, 0x81, 0xFF])
        messages.append(bytes(bad))

    def told(data: bytes) -> object:
        try:
            return snmp_codec.decode(data)
        except snmp_codec.BadMessage:
            return "bad"

    quick = [told(one) for one in messages]
    monkeypatch.setattr(snmp_codec, "_row_head", lambda head: None)

    assert quick == [told(one) for one in messages]
    assert [(row.oid, row.type) for row in quick[0].rows] == [row[:2] for row in rows]
    assert [row.value for row in quick[0].rows] == [
        *(b"edge", 2**64 - 1, 7, "1.3.6.1.4.1.6141", -1, b"x" * 200)
    ]
    assert 100 < quick.count("bad") < 2900


def test_many_are_told_one_by_one_whatever_the_others_do():
    found: dict[int, object] = {}

    async def ask(good: int, silent: int) -> None:
        hosts = [("127.0.0.1", good), ("127.0.0.1", silent), ("no-such-host.invalid", 161)]
        agents = [Agent(host, port, timeout_s=0.2, retries=0) for host, port in hosts * 2]
        async with SnmpEngine() as engine:
            await engine.get_many(agents, [NAME], found.__setitem__)
            await engine.get_many([], [NAME], found.__setitem__)

    with (
        agent(lambda data, count: [answer(data)]) as (good, _),
        agent(lambda data, count: []) as (silent, _),
    ):
        asyncio.run(ask(good, silent))

    kinds = [type(found[place]) for place in range(6)]
    assert kinds == [snmp_codec.Response, NoAnswer, Unreachable] * 2
    assert str(found[2]) == "Cannot resolve no-such-host.invalid"


def test_what_came_stays_when_the_rest_of_many_is_given_up():
    found: dict[int, object] = {}

    async def ask(good: int, silent: int) -> snmp_codec.Response:
        agents = [Agent("127.0.0.1", port, timeout_s=30) for port in (silent, good)]
        async with SnmpEngine(at_once=2) as engine:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.3):
                    await engine.get_many(agents * 100, [NAME], found.__setitem__)
            return await engine.get(agents[1], [NAME])

    with (
        agent(lambda data, count: [answer(data)]) as (good, _),
        agent(lambda data, count: []) as (silent, heard),
    ):
        assert len(asyncio.run(ask(good, silent)).rows) == 1

    assert sorted(found) == list(range(1, 200, 2))
    assert len(heard) == 4


def test_a_taker_that_fails_ends_the_wait_with_its_error():
    async def ask(port: int) -> None:
        async with SnmpEngine() as engine:
            await engine.get_many([Agent("127.0.0.1", port)] * 3, [NAME], [].__setitem__)

    with agent(lambda data, count: [answer(data)]) as (port, _), pytest.raises(IndexError):
        asyncio.run(ask(port))


@pytest.mark.parametrize("host", ["::1", "0:0:0:0:0:0:0:1", "localhost", "127.1"])
def test_an_address_may_be_spelt_in_any_way(host):
    with agent(lambda data, count: [answer(data)], "::1" if ":" in host else "127.0.0.1") as (
        port,
        _,
    ):
        assert len(get(port, host).rows) == 1


def test_what_cannot_be_sent_is_unreachable():
    with pytest.raises(Unreachable, match=r"^Cannot send to 255\.255\.255\.255"):
        get(161, "255.255.255.255")
    with pytest.raises(Unreachable, match=r"^Cannot resolve no-such-host\.invalid$"):
        get(161, "no-such-host.invalid")


def test_a_target_gets_no_more_than_its_window_at_a_time():
    waiting: list[bytes] = []
    most: list[int] = []

    def slow(data: bytes, count: int) -> list[bytes]:
        waiting.append(data)
        most.append(len(waiting))
        if count % 3:
            return []
        found = [answer(one) for one in waiting]
        waiting.clear()
        return found

    async def ask(port: int) -> list[snmp_codec.Response]:
        async with SnmpEngine(window=3) as engine:
            one = Agent("127.0.0.1", port, timeout_s=5)
            return list(await asyncio.gather(*(engine.get(one, [NAME]) for _ in range(30))))

    with agent(slow) as (port, heard):
        found = asyncio.run(ask(port))

    assert (len(found), len(heard), max(most)) == (30, 30, 3)


def test_silent_targets_hold_nobody_up():
    async def ask(port: int, dead: list[int]) -> float:
        began = time.perf_counter()
        async with SnmpEngine(at_once=4) as engine:
            silent = [
                asyncio.create_task(engine.get(Agent("127.0.0.1", one, timeout_s=20), [NAME]))
                for one in dead
            ]
            await asyncio.sleep(0)
            await engine.get(Agent("127.0.0.1", port, timeout_s=20), [NAME])
            took = time.perf_counter() - began
            for task in silent:
                task.cancel()
            await asyncio.gather(*silent, return_exceptions=True)
        return took

    with agent(lambda data, count: [answer(data)]) as (port, _):
        assert asyncio.run(ask(port, list(range(1, 21)))) < 2


def test_who_was_silent_is_asked_last_until_it_speaks():
    async def ask(ports: list[int]) -> list[int]:
        sent: list[int] = []
        agents = [Agent("127.0.0.1", port, timeout_s=0.2, retries=0) for port in ports]
        async with SnmpEngine() as engine:
            send = engine._sockets.send
            engine._sockets.send = lambda message, address: (  # type: ignore[method-assign]  # to see the order
                sent.append(address[1]),
                send(message, address),
            )
            await engine.get_many(agents, [NAME], lambda place, found: None)
        return sent

    speaks = False
    with (
        agent(lambda data, count: [answer(data)]) as (good, _),
        agent(lambda data, count: [answer(data)] if speaks else []) as (moody, _),
    ):
        assert asyncio.run(ask([moody, good])) == [moody, good]
        speaks = True
        assert asyncio.run(ask([moody, good])) == [good, moody]
        assert asyncio.run(ask([moody, good])) == [moody, good]


def test_silent_addresses_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(silence, "MAX_SILENT", 2)
    silent = silence.Silent()
    for port in (1, 2, 3, 4):
        silent.note(("192.0.2.1", port), is_silent=True)
    silent.note(("192.0.2.1", 4), is_silent=False)
    assert list(silent) == [("192.0.2.1", 3)]


def test_given_up_questions_leave_their_places():
    async def ask(port: int) -> int:
        async with SnmpEngine(window=1, at_once=1) as engine:
            silent = Agent("127.0.0.1", port, timeout_s=30)
            for _ in range(5):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.02):
                        await engine.get(silent, [NAME])
            return len((await engine.get(silent, [NAME])).rows)

    with agent(lambda data, count: [answer(data)] if count > 5 else []) as (port, _):
        assert asyncio.run(ask(port)) == 1


def test_a_table_without_end_is_stopped_and_one_that_turns_back_is_told():
    def endless(data: bytes, count: int) -> list[bytes]:
        request = read_request(data)
        last = sum(request.oids[0][5:])
        base = request.oids[0][:5]
        rows = [((*base, last + at), "Integer", at) for at in range(1, request.repetitions + 1)]
        return [encode_response(request, rows)]

    def turning(data: bytes, count: int) -> list[bytes]:
        return [encode_response(read_request(data), [((1, 3, 6, 1, 2, 1, 1), "Integer", 1)])]

    walked = {}
    for name, answering in (("endless", endless), ("turning", turning)):
        with agent(answering) as (port, heard):
            config = {"port": port, "timeout": 1, "retries": 0}
            asked = snmp.ask("127.0.0.1", ["1.3.6.1.2"], config, walk=True, max_rows=1000)
            walked[name] = (asyncio.run(asked), len(heard))

    found, questions = walked["endless"]
    assert (found.error, found.error_code) == ("The walk was stopped after 1000 rows", "protocol")
    assert (len(found.rows), questions) == (1000, 40)
    found, questions = walked["turning"]
    assert found.error == "The agent does not count up: 1.3.6.1.2.1.1"
    assert (len(found.rows), questions) == (1, 2)


@pytest.mark.parametrize(
    ("kind", "config", "said"),
    [
        ("ping", {"retries": "x"}, "retries must be a whole number from 0 to 10"),
        ("ping", {"retries": 10**9}, "retries must be a whole number from 0 to 10"),
        ("ping", {"timeout": 1e12}, "timeout must be 3600 s at most"),
        ("ping", {"timeout": float("nan")}, "timeout must be a number above zero"),
        ("snmp", {"port": 161.5}, "port must be a port"),
        (
            "winrm",
            {"username": "a", "password": "b", "read_timeout_sec": "x"},
            "read_timeout_sec must be a number above zero",
        ),
        (
            "winrm",
            {"username": "a", "password": "b", "operation_timeout_sec": 30},
            "read_timeout_sec must be greater than operation_timeout_sec",
        ),
        (
            "ssh",
            {"username": "a", "password": "b", "commands": "show"},
            "commands must be a list of texts",
        ),
    ],
)
def test_a_configuration_that_cannot_work_is_an_outcome(kind, config, said):
    told = safe_execute(built_in().get_or_raise(kind), "127.0.0.1", "x", config)

    assert (told.success, told.error_code) == (False, "invalid")
    assert told.error == f"Invalid configuration: {said}"
