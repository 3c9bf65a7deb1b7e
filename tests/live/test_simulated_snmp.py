"""The simulated devices, asked by net-snmp and pysnmp."""

from __future__ import annotations

import subprocess

import pytest

from devices.executors.base import Outcome, safe_execute
from devices.executors.snmp import SnmpExecutor
from tests.devices.conftest import Simulated, simulated
from tests.peers.process import MissingPeer, find_program

__all__ = ["simulated"]

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("devices-live")]
HOST, RX_5 = "127.0.10.1", "1.3.6.1.4.1.6141.2.60.4.1.1.1.1.105.5"
ACCOUNT = {
    "version": "3",
    "security_name": "labv3",
    "auth_protocol": "SHA",
    "auth_password": "lab-auth-pass",
    "priv_protocol": "AES",
    "priv_password": "lab-priv-pass",
}


def net_snmp(program: str, port: int, *arguments: str, user: str = "labv3") -> str:
    """Ask by one of net-snmp's programs as that user; return what it said, or why not."""
    try:
        path = find_program(program, "snmp")
    except MissingPeer as err:
        pytest.skip(str(err))
    account = ["-v3", "-l", "authPriv", "-u", user, "-a", "SHA", "-A", "lab-auth-pass"]
    account += ["-x", "AES", "-X", "lab-priv-pass", "-t", "2", "-r", "0", "-On", "-Oq"]
    done = subprocess.run(
        [str(path), *account, f"{HOST}:{port}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return done.stdout or done.stderr


def ask(simulated: Simulated, command: str, **more: object) -> Outcome:
    config = {**ACCOUNT, "port": simulated.snmp_port, "timeout": 2, "retries": 0, **more}
    return safe_execute(SnmpExecutor(), HOST, command, config)


def test_net_snmp_and_pysnmp_read_the_same_over_v3(simulated):
    said = net_snmp("snmpget", simulated.snmp_port, "1.3.6.1.2.1.1.5.0")

    assert said.split() == [".1.3.6.1.2.1.1.5.0", '"dub-agg-1"']
    assert ask(simulated, "sysName.0").output == "dub-agg-1"
    plain = ask(simulated, RX_5, version="2c")
    assert -100_000 < int(ask(simulated, RX_5).output) < 0
    assert plain.success


def test_a_walk_over_v3_is_the_walk_over_v2c(simulated):
    said = net_snmp("snmpbulkwalk", simulated.snmp_port, "1.3.6.1.2.1.2.2.1.2")

    names = [line.split()[0].lstrip(".") for line in said.splitlines()]
    secure = ask(simulated, "1.3.6.1.2.1.2.2.1.2", walk=True)
    plain = ask(simulated, "1.3.6.1.2.1.2.2.1.2", walk=True, version="2c")
    assert len(names) == 10
    assert [row["oid"] for row in secure.extra["results"]] == names
    assert secure.output == plain.output


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth_password": "not-the-password"},
        {"security_name": "stranger"},
        {"priv_password": "not-the-password"},
        {"auth_password": None, "priv_password": None},
    ],
)
def test_a_wrong_account_reads_nothing(simulated, wrong):
    told = ask(simulated, "sysName.0", **wrong)

    assert (told.success, told.output) == (False, "")


def test_net_snmp_is_told_why_it_is_refused(simulated):
    said = net_snmp("snmpget", simulated.snmp_port, "1.3.6.1.2.1.1.5.0", user="stranger")

    assert "Unknown user name" in said
