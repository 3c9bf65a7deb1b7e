"""Ping and port scans: what cannot be asked is told, not made up."""

import asyncio

import pytest
from icmplib.exceptions import SocketPermissionError

from devices.executors import ping
from devices.executors.base import safe_execute
from devices.executors.ping import PingExecutor
from devices.executors.tcp import TcpScanExecutor


@pytest.mark.parametrize("method", ["binary", 5, ["tcp"]])
def test_an_unknown_way_to_ping_is_refused(method):
    found = safe_execute(PingExecutor(), "127.0.0.1", "", {"method": method})

    wrong = "Invalid configuration: method must be raw, datagram, program or tcp"
    assert (found.error, found.error_code) == (wrong, "invalid")


def test_a_way_that_the_system_forbids_is_told_in_our_words(monkeypatch):
    def forbidden(**_):
        raise SocketPermissionError(privileged=False)

    monkeypatch.setattr(ping.icmplib, "ICMPv4Socket", forbidden)
    found = safe_execute(PingExecutor(), "127.0.0.1", "", {"method": "datagram", "retries": 0})

    assert found.error == "This system does not allow method datagram"


@pytest.mark.skipif("ping.method() != 'raw'", reason="needs the right to raw sockets")
def test_nobody_else_s_answer_is_taken(monkeypatch):
    """Forked workers number their questions alike, and a raw socket hears all answers."""
    monkeypatch.setattr(ping.secrets, "randbelow", lambda _: 7)
    dead = [f"10.255.3.{last}" for last in range(1, 6)]

    async def at_once():
        alive = (ping.ping(f"127.0.10.{last}", timeout_s=1) for last in range(1, 6))
        return await asyncio.gather(*(ping.ping(ip, timeout_s=1) for ip in dead), *alive)

    found = asyncio.run(at_once())

    assert [one.is_alive for one in found] == [False] * 5 + [True] * 5
    assert all(one.first_ms and one.loss_pct == 0 for one in found[5:])


def test_a_name_that_nobody_knows_is_a_failure_with_its_reason():
    tcp = {"method": "tcp", "timeout": 2, "retries": 0}
    pinged = safe_execute(PingExecutor(), "no-such-host.invalid", "", tcp)
    scanned = safe_execute(TcpScanExecutor(), "no-such-host.invalid", "22", {})

    assert pinged.error == "ping: no-such-host.invalid: Name or service not known"
    assert (scanned.success, scanned.error_code) == (False, "unreachable")
    assert scanned.error == "Cannot resolve no-such-host.invalid"
