"""Traps, sent by net-snmp's own program."""

from __future__ import annotations

import asyncio
import socket
import subprocess

import pytest

from devices.executors.snmp_traps import Trap, listen
from devices.models import Credential, PollData
from devices.services import inventory, traps, vault
from tests.devices.conftest import free_port
from tests.peers.process import MissingPeer, find_program

LINK = "1.3.6.1.2.1.31.1.1.1.18.7"
USER = {"auth_protocol": "SHA", "auth_password": "auth-pass-1", "priv_protocol": "AES",
        "priv_password": "priv-pass-1"}  # fmt: skip


@pytest.fixture
def program():
    try:
        return find_program("snmptrap", "snmp")
    except MissingPeer as err:
        pytest.skip(str(err))


def is_taken(port: int) -> bool:
    """Whether somebody listens on a UDP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


async def heard_of(program: str, port: int, calls: list[list[str]], want: int) -> list[Trap]:
    found: list[Trap] = []
    users = [{"security_name": "op", **USER}]
    task = asyncio.ensure_future(
        listen("127.0.0.1", port, communities=["lab"], users=users, heard=found.append)
    )
    while not is_taken(port):
        await asyncio.sleep(0.02)
    for call in calls:
        sent = await asyncio.create_subprocess_exec(program, *call, stderr=subprocess.DEVNULL)
        await asyncio.wait_for(sent.wait(), 20)
    for _ in range(100):
        if len(found) >= want:
            break
        await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return found


def test_traps_of_all_versions_are_heard_and_strangers_are_not(program):
    port = free_port(socket.SOCK_DGRAM)
    to = f"127.0.0.1:{port}"
    as_user = ["-u", "op", "-l", "authPriv", "-a", "SHA", "-x", "AES", "-X", USER["priv_password"]]
    right, wrong = ["-A", USER["auth_password"]], ["-A", "auth-pass-2"]
    inform, trap = ["-v3", "-Ci", *as_user], ["-v3", "-e", "0x8000000001020304", *as_user]
    calls = [
        ["-v2c", "-c", "strange", to, "1", "1.3.6.1.6.3.1.1.5.4"],
        ["-v2c", "-c", "lab", to, "42", "1.3.6.1.6.3.1.1.5.3", LINK, "s", "<b>up</b>"],
        ["-v1", "-c", "lab", to, "1.3.6.1.4.1.6141", "10.0.0.9", "2", "0", "77", LINK, "i", "3"],
        [*trap, *wrong, to, "5", "1.3.6.1.6.3.1.1.5.4"],
        [*trap, *right, to, "5", "1.3.6.1.6.3.1.1.5.2"],
        [*inform, *right, to, "5", "1.3.6.1.6.3.1.1.5.1"],
    ]

    found = asyncio.run(heard_of(program, port, calls, want=4))

    assert [trap.name for trap in found] == ["linkDown", "linkDown", "warmStart", "coldStart"]
    assert [trap.uptime_ticks for trap in found[:2]] == [42, 77]
    assert [(row.oid_text, row.text) for row in found[0].rows] == [(LINK, "<b>up</b>")]
    assert all(b"lab" != row.value for row in found[1].rows)


def test_a_port_in_use_is_an_error():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            asyncio.run(listen("127.0.0.1", port, communities=["x"], heard=print))


@pytest.mark.django_db
def test_only_traps_of_known_addresses_are_kept():
    inventory.save_address(actor=None, ip_address="10.0.0.1", facts={})
    sent = [Trap(ip, "1.3.6.1.6.3.1.1.5.4", 7, ()) for ip in ("10.0.0.1", "10.0.0.2")]

    assert traps.store(sent) == 1

    row = PollData.objects.get()
    assert (row.device_ip, row.target_table) == ("10.0.0.1", "snmp_traps")
    assert row.data == {
        "trap": "linkUp", "oid": "1.3.6.1.6.3.1.1.5.4", "uptime_ticks": 7, "rows": []
    }  # fmt: skip


@pytest.mark.django_db
def test_the_vaults_usable_accounts_are_the_ones_that_are_heard():
    for name, body in (
        ("of another key", {"community": "lost"}),
        ("a", {"community": "lab"}),
        ("b", {"community": "old", "valid_until": "2020-01-01"}),
        ("c", {"security_name": "op", "snmp_version": "3", **USER}),
    ):
        vault.create_credential(actor=None, body={"name": name, "credential_type": "snmp", **body})
    Credential.objects.filter(name="of another key").update(encrypted_data="broken")

    communities, users = traps.accounts()

    assert communities == ["lab"]
    assert [user["security_name"] for user in users] == ["op"]
