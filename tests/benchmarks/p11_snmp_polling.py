"""P11: v2c polling of many targets, against a bare loop without decoding, and against pysnmp."""

from __future__ import annotations

import asyncio
import contextlib
import random
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone
from pysnmp.hlapi.v3arch import asyncio as api

from devices.executors import snmp_codec
from devices.executors.snmp import SnmpExecutor
from devices.executors.snmp_engine import SnmpEngine
from devices.executors.snmp_requests import Agent
from devices.executors.snmp_socket import enlarge
from devices.models import InterfaceSample
from devices.services import plain_rows
from tests.benchmarks import register
from tests.benchmarks.measure import Race, interleaved
from tests.peers.process import Process, find_program, running, scratch_folder

OIDS = [f"1.3.6.1.2.1.31.1.1.1.{column}.1" for column in (6, 10, 7, 11, 15, 8, 9, 12)]
HOST, RIVAL_TARGETS, TIMEOUT_S, PATIENT_S = "127.0.0.1", 100, 1.0, 10.0
DAEMONS, PORTS = 2, 100
REST = 1200
GOAL = (
    ">= 0.5 of a bare loop and >= 20 x pysnmp, with decoding and one batch write; "
    "10 % dead targets cost less than one timeout, a third slows the rest by less than 20 %; "
    "memory is flat over 10 rounds"
)


@contextlib.contextmanager
def responders(count: int) -> Iterator[range]:
    """Run so many responders in a process of their own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.p11_responder", str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        first = int(process.stdout.readline())
        yield range(first, first + count)
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def daemons() -> Iterator[list[int]]:
    """Run two of net-snmp's daemons of a hundred ports each."""
    program = find_program("snmpd", "snmpd", "/usr/sbin/snmpd")
    ports = _free_ports(DAEMONS * PORTS)
    with scratch_folder("snmpd") as folder, contextlib.ExitStack() as stack:
        for number in range(DAEMONS):
            own = ports[number * PORTS :][:PORTS]
            config = folder / f"{number}.conf"
            where = ",".join(f"udp:127.0.0.1:{port}" for port in own)
            config.write_text(f"agentaddress {where}\nrocommunity public 127.0.0.1\n")
            process = Process(
                [str(program), "-f", "-Ln", "-C", "-c", str(config), "-I", "-smux"],
                folder / f"{number}.log",
                env={"SNMP_PERSISTENT_DIR": str(folder / str(number))},
            )
            asked = {"port": own[-1], "timeout": 1, "retries": 0}
            stack.enter_context(
                running(process, lambda asked=asked: SnmpExecutor().check_agent(HOST, asked))
            )
        yield ports


def _free_ports(count: int) -> list[int]:
    with silent_ports(count) as ports:
        return ports


@contextlib.contextmanager
def silent_ports(count: int) -> Iterator[list[int]]:
    """Hold so many ports open, and read nothing."""
    with contextlib.ExitStack() as stack:
        socks = [
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            for _ in range(count)
        ]
        for sock in socks:
            sock.bind((HOST, 0))
        yield [sock.getsockname()[1] for sock in socks]


def run(size: int = 2000, rounds: int = 5) -> dict[str, Any]:
    """Poll `size` targets for 1 and for 8 OIDs."""
    result: dict[str, Any] = {"name": "P11", "goal": GOAL, "size": size, "rounds": rounds}
    with register.database(), responders(size) as ports:
        for count in (1, 8):
            race = against_bare(ports, OIDS[:count], rounds)
            result[f"of_bare_loop_{count}_oids"] = race.times_faster.as_dict()
            result[f"targets_per_s_{count}_oids"] = round(size / (race.ours_ms / 1000))
            oids, few = OIDS[:count], ports[:RIVAL_TARGETS]
            rival = interleaved(
                lambda oids=oids, few=few: asyncio_run(ours(few, oids, PATIENT_S)),
                lambda oids=oids, few=few: asyncio.run(pysnmp(few, oids)),
                3,
            )
            result[f"times_pysnmp_{count}_oids"] = rival.times_faster.as_dict()
        dead, more = slowed_by_dead(ports), slowed_by_dead(ports, usually_asked=False)
        result["speed_when_a_third_is_dead"] = dead.times_faster.as_dict()
        result["speed_when_half_as_many_dead_are_added"] = more.times_faster.as_dict()
        result["kib_grown_in_10_rounds_of_all"] = grown_kib(ports)
        with daemons() as known:
            for count in (1, 8):
                race = against_bare(known, OIDS[:count], rounds)
                name = f"of_bare_loop_{count}_oids_200_ports_of_snmpd"
                result[name] = race.times_faster.as_dict()
        result["dead_cost_of_timeout"] = round(dead_cost(ports) / TIMEOUT_S, 2)
    limits = {name: 0.5 for name in result if name.startswith("of_bare_loop")}
    limits |= {name: 20 for name in result if name.startswith("times_pysnmp")}
    short = [
        f"{name.replace('_', ' ')} is below {least}."
        for name, least in limits.items()
        if result[name]["median"] < least
    ]
    for name in ("speed_when_a_third_is_dead", "speed_when_half_as_many_dead_are_added"):
        if result[name]["median"] < 1 / 1.2:
            short.append(f"the rest is slowed by a fifth or more: {name.replace('_', ' ')}.")
    if result["kib_grown_in_10_rounds_of_all"] > 8 * 1024:
        short.append("memory grows from round to round.")
    if result["dead_cost_of_timeout"] >= 1:
        short.append("dead targets cost a timeout or more.")
    return {**result, "short": short}


def against_bare(ports: Sequence[int], oids: list[str], rounds: int) -> Race:
    """Race with the bare loop."""
    return interleaved(
        lambda: asyncio_run(ours(ports, oids, PATIENT_S)),
        lambda: asyncio.run(bare(ports, oids)),
        rounds,
    )


def asyncio_run(work: Any) -> None:
    """Poll, then write the samples of all targets in one batch, as a poll does."""
    found = asyncio.run(work)
    answers = [one for one in found if isinstance(one[1], snmp_codec.Response)]
    assert len(answers) == len(found), f"{len(found) - len(answers)} answers are missing"
    now = timezone.now()
    plain_rows.insert(
        InterfaceSample,
        [
            {
                "device_ip": f"127.0.0.1:{port}",
                "interface_name": "1",
                "rx_bytes": answer.rows[0].value,
                "recorded_at": now,
            }
            for port, answer in answers
        ],
    )


async def ours(ports: Any, oids: list[str], timeout_s: float = TIMEOUT_S) -> list[Any]:
    """Ask every target by our engine."""
    wanted = [snmp_codec.parse_oid(oid) for oid in oids]
    agents = [Agent("127.0.0.1", port, timeout_s=timeout_s, retries=0) for port in ports]
    found: list[Any] = [None] * len(agents)
    async with SnmpEngine() as engine:
        await engine.get_many(agents, wanted, found.__setitem__)
    return list(zip(ports, found, strict=True))


class _Bare(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.waiting: dict[int, asyncio.Future[bytes]] = {}

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        known = self.waiting.get(addr[1])
        if known is not None and not known.done():
            known.set_result(data)


async def bare(ports: Any, oids: list[str]) -> None:
    """The limit: one packed request to every target, answers counted and not looked at.

    It waits for all by one timeout, and its socket's buffer is as large as ours: a timeout for each
    cost it a fifth, and with the usual buffer it lost answers and waited for those.
    """
    loop = asyncio.get_running_loop()
    binds = snmp_codec.encode_varbinds([snmp_codec.parse_oid(oid) for oid in oids])
    message = snmp_codec.encode_request(snmp_codec.V2C, b"public", snmp_codec.GET, 7, binds)
    transport, protocol = await loop.create_datagram_endpoint(_Bare, local_addr=("127.0.0.1", 0))
    enlarge(transport.get_extra_info("socket"))
    gate = asyncio.Semaphore(400)

    async def one(port: int) -> None:
        async with gate:
            answer: asyncio.Future[bytes] = loop.create_future()
            protocol.waiting[port] = answer
            transport.sendto(message, ("127.0.0.1", port))
            await answer

    async with asyncio.timeout(PATIENT_S):
        await asyncio.gather(*(one(port) for port in ports))
    transport.close()


async def pysnmp(ports: Any, oids: list[str]) -> None:
    """The rival: pysnmp with one shared engine, lookups off."""
    engine = api.SnmpEngine()
    names = [api.ObjectType(api.ObjectIdentity(oid)) for oid in oids]

    async def one(port: int) -> None:
        target = await api.UdpTransportTarget.create(("127.0.0.1", port), timeout=5, retries=0)
        account = api.CommunityData("public", mpModel=1)  # noqa: S508  v2c is what is measured
        await api.get_cmd(engine, account, target, api.ContextData(), *names, lookupMib=False)

    await asyncio.gather(*(one(port) for port in ports))
    engine.close_dispatcher()


def dead_cost(ports: range) -> float:
    """Return the seconds that a tenth of dead targets adds."""
    alive = list(ports[:1000])
    began = time.perf_counter()
    asyncio.run(ours(alive, OIDS[:1]))
    middle = time.perf_counter()
    with silent_ports(len(alive) // 10) as dead:
        asyncio.run(ours([*dead, *alive[len(dead) :]], OIDS[:1]))
    return max(0.0, (time.perf_counter() - middle) - (middle - began))


def slowed_by_dead(ports: range, rounds: int = 15, *, usually_asked: bool = True) -> Race:
    """Race until two thirds have answered: the other third dead, and as it usually is.

    Usually it answers too; or it is not asked at all, and the dead ones are more work. They take
    what is sent and say nothing, as a device without power does; for a closed port of this machine
    the kernel would answer each request with a refusal of its own. From the second round on the
    engine knows who was silent, as that of a device's next poll does.
    """
    third, rest = list(ports[: REST // 2]), list(ports[REST // 2 :][:REST])
    usual = third if usually_asked else []
    with silent_ports(len(third)) as dead:
        asyncio.run(last_answer(rest, usual))
        pairs = [
            (asyncio.run(last_answer(rest, dead)), asyncio.run(last_answer(rest, usual)))
            for _ in range(rounds)
        ]
    return Race(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))


async def last_answer(rest: list[int], others: list[int]) -> float:
    """Return when the last of `rest` had answered, with the others asked among them."""
    began, last, counted = time.perf_counter(), 0.0, set(rest)
    mixed = [*rest, *others]
    random.Random(7).shuffle(mixed)  # noqa: S311  the same order each time
    wanted = [snmp_codec.parse_oid(oid) for oid in OIDS]
    agents = [Agent(HOST, port, timeout_s=TIMEOUT_S, retries=0) for port in mixed]

    def take(place: int, found: object) -> None:
        nonlocal last
        if mixed[place] in counted:
            assert isinstance(found, snmp_codec.Response)
            last = time.perf_counter() - began

    async with SnmpEngine() as engine:
        await engine.get_many(agents, wanted, take)
    return last


def grown_kib(ports: range, rounds: int = 10, warm: int = 3) -> int:
    """Return by how much the memory grows over rounds of polling all."""
    sizes = []
    for _ in range(warm + rounds):
        found = asyncio.run(ours(ports, OIDS, PATIENT_S))
        assert all(isinstance(answer, snmp_codec.Response) for _, answer in found)
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        sizes.append(pages * resource.getpagesize() // 1024)
    return sizes[-1] - sizes[warm]
