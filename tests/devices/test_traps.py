"""Traps, sent by net-snmp's own program."""

from __future__ import annotations

import asyncio
import io
import logging
import signal
import socket
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from devices.executors.snmp_traps import Trap, listen
from devices.management.commands import receive_traps
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


async def heard_of(
    program: str, port: int, calls: list[list[str]], want: int, users: Sequence[Any] = ()
) -> list[Trap]:
    found: list[Trap] = []
    users = [{"security_name": "op", **USER}, *users]
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


def test_a_v3_trap_below_its_accounts_level_falls_away(program):
    port = free_port(socket.SOCK_DGRAM)
    to = f"127.0.0.1:{port}"
    trap = ["-v3", "-e", "0x8000000001020304", "-u"]
    auth = ["-a", "SHA", "-A", USER["auth_password"]]
    priv = ["-x", "AES", "-X", USER["priv_password"]]
    calls = [
        [*trap, "op", "-l", "noAuthNoPriv", to, "1", "1.3.6.1.6.3.1.1.5.1"],
        [*trap, "op", "-l", "authNoPriv", *auth, to, "2", "1.3.6.1.6.3.1.1.5.2"],
        [*trap, "", "-l", "noAuthNoPriv", to, "3", "1.3.6.1.6.3.1.1.5.3"],
        [*trap, "open", "-l", "noAuthNoPriv", to, "4", "1.3.6.1.6.3.1.1.5.4"],
        [*trap, "signed", "-l", "authNoPriv", *auth, to, "5", "1.3.6.1.6.3.1.1.5.4"],
        [*trap, "op", "-l", "authPriv", *auth, *priv, to, "6", "1.3.6.1.6.3.1.1.5.4"],
    ]
    signed = {key: USER[key] for key in ("auth_protocol", "auth_password")}
    users = [{"security_name": "open"}, {"security_name": "signed", **signed}]

    found = asyncio.run(heard_of(program, port, calls, want=3, users=users))

    assert [trap.uptime_ticks for trap in found] == [4, 5, 6]


def test_junk_is_one_short_line_and_the_next_trap_is_heard(program, caplog):
    port = free_port(socket.SOCK_DGRAM)
    found: list[Trap] = []
    junk = bytes.fromhex("6700")  # an empty element that pysnmp cannot copy

    async def hear() -> None:
        task = asyncio.ensure_future(
            listen("127.0.0.1", port, communities=["lab"], heard=found.append)
        )
        while not is_taken(port):
            await asyncio.sleep(0.02)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(50):
                sender.sendto(junk, ("127.0.0.1", port))
        call = ["-v2c", "-c", "lab", f"127.0.0.1:{port}", "9", "1.3.6.1.6.3.1.1.5.3"]
        sent = await asyncio.create_subprocess_exec(program, *call)
        await asyncio.wait_for(sent.wait(), 20)
        for _ in range(100):
            if found:
                break
            await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with caplog.at_level(logging.WARNING):
        asyncio.run(hear())

    assert [trap.uptime_ticks for trap in found] == [9]
    [line] = caplog.records
    assert (line.getMessage(), line.exc_info) == (
        "messages to the trap port cannot be read",
        None,
    )
    assert (line.source, line.messages) == ("127.0.0.1", 1)


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

    found = traps.accounts()

    assert found.communities == ["lab"]
    assert [user["security_name"] for user in found.users] == ["op"]
    assert found.left_out == ['Credential "of another key" is not heard: it does not open.']


def snmp_credential(name: str, **body: str) -> int:
    """Keep an SNMP credential of the given account; return its id."""
    body = {"name": name, "credential_type": "snmp", "security_name": name, **body}
    return vault.create_credential(actor=None, body=body).credential.pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            {"auth_protocol": "SHA", "auth_password": "x"},
            "auth_password must have 8 characters or more",
        ),
        (
            {"priv_protocol": "AES", "priv_password": "long-enough"},
            "auth_password is required with priv_password",
        ),
        ({"security_name": "n" * 300}, "security_name must have 32 bytes or less"),
        (
            {"auth_protocol": "SHA", "auth_password": "\u0141\u00f3d\u017a-\u0141\u00f3d\u017a"},
            "SNMP cannot carry its letters",
        ),
        ({"security_name": "", "community": "\u0141"}, "SNMP cannot carry its letters"),
    ],
)
def test_an_account_snmp_refuses_is_left_out_by_name_and_the_others_heard(
    body, reason, caplog, monkeypatch
):
    bad = snmp_credential("bad", **body)
    out, port = io.StringIO(), free_port(socket.SOCK_DGRAM)
    with pytest.raises(CommandError, match="no usable credential"):
        call_command("receive_traps", port=port, stdout=out)
    snmp_credential("good", **USER)
    monkeypatch.setattr(receive_traps, "EVERY_S", 0.1)
    monkeypatch.setattr(
        receive_traps.Command, "_keep", lambda *_: signal.raise_signal(signal.SIGTERM)
    )
    caplog.clear()

    call_command("receive_traps", port=port, stdout=out)

    sentence = f'Credential "bad" is not heard: {reason}.\n'
    assert out.getvalue() == f"{sentence}{sentence}Hearing traps on UDP 127.0.0.1:{port}.\n"
    [line] = [line for line in caplog.records if line.levelno == logging.WARNING]
    assert (line.credential, line.reason) == (bad, reason)
    assert [user["security_name"] for user in traps.accounts().users] == ["good"]


@pytest.mark.django_db
def test_of_two_accounts_with_one_name_the_first_is_heard_and_both_are_named(caplog):
    short = {"auth_protocol": "SHA", "auth_password": "x"}
    snmp_credential("refused", **{**short, "security_name": "op"})
    first = snmp_credential("first", **{**USER, "security_name": "op"})
    later = {"security_name": "op", "auth_protocol": "MD5", "auth_password": "auth-pass-2"}
    second = snmp_credential("second", community="lab", **later)
    caplog.clear()

    found = traps.accounts()

    assert [user["auth_password"] for user in found.users] == [USER["auth_password"]]
    assert found.communities == ["lab"]
    assert found.left_out[1:] == [
        'Credential "second" is not heard: credential "first" has the same security_name.'
    ]
    line = caplog.records[-1]
    assert (line.levelname, line.credential, line.heard) == ("WARNING", second, first)
