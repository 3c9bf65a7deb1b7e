"""Executors against real servers: OpenSSH and net-snmp."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from devices.executors import snmp, snmp_codec
from devices.executors.base import Target, execute_batch, safe_execute
from devices.executors.ping import ping
from devices.executors.snmp import SnmpExecutor
from devices.executors.ssh import SshExecutor
from devices.executors.ssh_client import LEGACY, cache
from devices.executors.ssh_keys import HostKey, KnownHosts
from devices.simulator.snmp_agent import read_request
from tests.devices.conftest import free_port
from tests.peers.process import MissingPeer, Process, find_program

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("devices-live")]
AGENT = """
agentaddress udp:127.0.0.1:{port}
rocommunity public 127.0.0.1
rouser v3user authpriv
createUser v3user SHA "auth-pass-1" AES "priv-pass-1"
rouser longer authpriv
createUser longer SHA "auth-pass-1" AES-256 "priv-pass-1"
rouser longerc authpriv
createUser longerc SHA "auth-pass-1" AES-256-C "priv-pass-1"
sysName agg-sw-77
sysLocation lab
sysContact noc
override 1.3.6.1.4.1.6141.2.60.4.1.1.1.1.105.21 integer -57839
override 1.3.6.1.4.1.6141.2.60.4.1.1.1.1.106.21 integer 19312
"""
HUGE, HUGE_ROWS = "1.3.6.1.4.1.6141.2.60.4.1.1.1.1.19", 3000
SSHD = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_rsa
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
LogLevel ERROR
{extra}
"""


@pytest.fixture(scope="module")
def agent(tmp_path_factory):
    """A net-snmp agent on a free port."""
    try:
        program = find_program("snmpd", "snmpd", "/usr/sbin/snmpd")
    except MissingPeer as err:
        pytest.skip(str(err))
    folder = tmp_path_factory.mktemp("snmpd")
    port = free_port(socket.SOCK_DGRAM)
    config = folder / "snmpd.conf"
    table = (f"override {HUGE}.{row} integer {row % 97}\n" for row in range(1, HUGE_ROWS + 1))
    config.write_text(AGENT.format(port=port) + "".join(table))
    process = Process(
        [str(program), "-f", "-Lo", "-C", "-c", str(config), "-I", "-smux"],
        folder / "log",
        env={"SNMP_PERSISTENT_DIR": str(folder)},
    )
    process.start()
    config_ = {"port": port, "timeout": 1, "retries": 0}
    process.wait_until(lambda: SnmpExecutor().check_agent("127.0.0.1", config_), 20)
    yield port
    process.stop()


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    for name in ("client", "stranger"):
        call = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(call, check=True)
    return folder


def start_sshd(folder: Path, keys: Path, extra: str = "") -> tuple[Process, int]:
    """Start an OpenSSH server that lets root in with the client key."""
    try:
        program = find_program("sshd", "openssh-server", "/usr/sbin/sshd")
    except MissingPeer as err:
        pytest.skip(str(err))
    Path("/run/sshd").mkdir(exist_ok=True)
    call = ["ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", str(folder / "host_rsa")]
    subprocess.run(call, check=True)
    shutil.copy(keys / "client.pub", folder / "authorized")
    port = free_port()
    config = folder / "sshd_config"
    config.write_text(SSHD.format(port=port, folder=folder, extra=extra))
    process = Process([str(program), "-D", "-e", "-f", str(config)], folder / "log")
    process.start()
    process.wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, 20)
    return process, port


@pytest.fixture(scope="module")
def sshd(tmp_path_factory, keys):
    if os.geteuid() != 0:
        pytest.skip("the OpenSSH server of the tests runs as root")
    process, port = start_sshd(tmp_path_factory.mktemp("sshd"), keys)
    yield port
    cache.close()
    process.stop()


def login(port, keys, name="client", **more):
    key = (keys / name).read_text()
    return {"port": port, "username": "root", "private_key": key, "timeout": 30, **more}


def ask(command, port, **config):
    return safe_execute(SnmpExecutor(), "127.0.0.1", command, {"port": port, **config})


def test_get_answers_as_the_contract_recorded(agent):
    assert ask("sysName.0", agent).output == "agg-sw-77"
    assert ask("sysObjectID.0", agent).output == "1.3.6.1.4.1.8072.3.2.10"
    gone = ask("1.3.6.1.2.1.1.99.0", agent)
    assert (gone.success, gone.error) == (
        False,
        "No Such Object currently exists at this OID",
    )
    assert gone.extra["results"][0]["type"] == "noSuchObject"
    old = ask("1.3.6.1.2.1.1.99.0", agent, version="1")
    assert (old.success, old.error) == (False, "noSuchName at 1")
    wrong = ask("sysName.0", agent, community="wrong", timeout=0.3, retries=0)
    assert wrong.error == "No SNMP response received before timeout"
    light = ask("1.3.6.1.4.1.6141.2.60.4.1.1.1.1.105.21", agent)
    assert light.output == "-57839"


def test_v3_signs_and_encrypts(agent):
    account = {
        "version": "3",
        "security_name": "v3user",
        "auth_protocol": "SHA",
        "auth_password": "auth-pass-1",
        "priv_protocol": "AES",
        "priv_password": "priv-pass-1",
    }

    assert ask("sysName.0", agent, **account).output == "agg-sw-77"
    walked = ask("1.3.6.1.2.1.1", agent, **account, walk=True)
    assert walked.success
    assert len(walked.extra["results"]) > 5
    wrong = ask("sysName.0", agent, **{**account, "auth_password": "wrong-pass-1", "timeout": 1})
    assert wrong.success is False


@pytest.mark.parametrize(("user", "priv"), [("longer", "AES256B"), ("longerc", "AES256")])
def test_keys_longer_than_their_hash_are_made_either_way(agent, user, priv):
    account = {
        "version": "3",
        "security_name": user,
        "auth_protocol": "SHA",
        "auth_password": "auth-pass-1",
        "priv_protocol": priv,
        "priv_password": "priv-pass-1",
    }

    assert ask("sysName.0", agent, **account).output == "agg-sw-77"


def test_a_walk_agrees_with_net_snmp_row_by_row(agent):
    ours = ask("1.3.6.1.2.1.1", agent, walk=True)
    theirs = subprocess.run(
        ["snmpbulkwalk", "-v2c", "-c", "public", "-On", "-Oq", "-Ot", f"127.0.0.1:{agent}",
         "1.3.6.1.2.1.1"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    oids = [line.split()[0].lstrip(".") for line in theirs.splitlines() if line.startswith(".")]
    assert [row["oid"] for row in ours.extra["results"]] == oids
    first = ask("1.3.6.1.2.1.1", agent, walk=True, version="1")
    assert [row["oid"] for row in first.extra["results"]] == oids


def test_a_huge_table_of_net_snmp_is_read_whole(agent):
    found = ask(HUGE, agent, walk=True, max_repetitions=50)
    slower = ask(HUGE, agent, walk=True, version="1")

    rows = [(row["oid"], row["value"]) for row in found.extra["results"]]
    assert rows == [(f"{HUGE}.{row}", str(row % 97)) for row in range(1, HUGE_ROWS + 1)]
    assert slower.extra["results"] == found.extra["results"]


def test_our_messages_are_pysnmps_byte_for_byte():
    from pyasn1.codec.ber import encoder
    from pysnmp.proto import api

    for version, number in ((api.SNMP_VERSION_1, 0), (api.SNMP_VERSION_2C, 1)):
        module = api.PROTOCOL_MODULES[version]
        for oid in ("1.3.6.1.2.1.1.5.0", "1.3.6.1.4.1.6141.2.60.4.1.1.1.1.105.4294967295"):
            pdu = module.GetRequestPDU()
            module.apiPDU.set_defaults(pdu)
            module.apiPDU.set_request_id(pdu, 123456)
            module.apiPDU.set_varbinds(pdu, [(oid, module.Null(""))])
            message = module.Message()
            module.apiMessage.set_defaults(message)
            module.apiMessage.set_community(message, "public")
            module.apiMessage.set_pdu(message, pdu)
            ours = snmp_codec.encode_request(
                number,
                b"public",
                snmp_codec.GET,
                123456,
                snmp_codec.encode_varbinds([snmp_codec.parse_oid(oid)]),
            )
            assert ours == encoder.encode(message)


@pytest.mark.parametrize(
    ("program", "version", "kind", "more"),
    [
        ("snmpget", "1", snmp_codec.GET, ()),
        ("snmpget", "2c", snmp_codec.GET, ()),
        ("snmpgetnext", "2c", snmp_codec.GETNEXT, ()),
        ("snmpbulkget", "2c", snmp_codec.GETBULK, ("-Cn0", "-Cr25")),
    ],
)
def test_our_messages_are_net_snmps_byte_for_byte(program, version, kind, more):
    oids = ["1.3.6.1.2.1.1.5.0", "1.3.6.1.4.1.6141.2.60.4.1.1.1.1.105.4294967295"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(10)
        place = f"127.0.0.1:{ear.getsockname()[1]}"
        call = [program, f"-v{version}", "-c", "public", "-t", "0.1", "-r", "0", *more, place]
        subprocess.run([*call, *oids], capture_output=True, check=False, timeout=20)
        theirs = ear.recv(4096)

    number = 0 if version == "1" else 1
    binds = snmp_codec.encode_varbinds([snmp_codec.parse_oid(oid) for oid in oids])
    asked = {"max_repetitions": 25} if kind == snmp_codec.GETBULK else {}
    ours = snmp_codec.encode_request(
        number, b"public", kind, read_request(theirs).number, binds, **asked
    )
    assert ours == theirs


def test_a_lying_agent_is_dropped():
    for data in (
        b"",
        b"\x30",
        b"\x30\x84\xff\xff\xff\xff\x02",
        b"\x30\x05\x02\x01\x01\x04\x7f",
        bytes(range(256)),
        b"\x30\x80\x02\x01\x01",
    ):
        with pytest.raises(snmp_codec.BadMessage):
            snmp_codec.decode(data)


def test_a_walk_that_never_ends_is_bounded(agent):
    found = asyncio.run(
        snmp.ask("127.0.0.1", ["1.3.6.1.2.1"], {"port": agent}, walk=True, max_rows=20)
    )

    assert found.error == "The walk was stopped after 20 rows"
    assert 20 <= len(found.rows) < 46


def test_ssh_runs_and_tells_the_exit_status(sshd, keys):
    done = safe_execute(
        SshExecutor(), "127.0.0.1", "echo out; echo err >&2; exit 3", login(sshd, keys)
    )

    assert (done.success, done.output, done.error) == (True, "out\n", "err\n")
    assert done.extra["exit_code"] == 3
    strict = login(sshd, keys, check_exit=True)
    failed = safe_execute(SshExecutor(), "127.0.0.1", "exit 3", strict)
    assert (failed.success, failed.error_code) == (False, "command_failed")


def test_ssh_failures_are_outcomes(sshd, keys):
    wrong = safe_execute(SshExecutor(), "127.0.0.1", "true", login(sshd, keys, "stranger"))
    assert (wrong.success, wrong.error_code) == (False, "auth_failed")
    slow = login(sshd, keys, timeout=1, retries=0)
    late = safe_execute(SshExecutor(), "127.0.0.1", "sleep 20", slow)
    assert late.error_code == "timeout"
    assert late.duration < 15
    other = KnownHosts(known=[HostKey("127.0.0.1", sshd, "ssh-ed25519", "AAAA")])
    cache.close()
    changed = safe_execute(SshExecutor(), "127.0.0.1", "true", login(sshd, keys, known_hosts=other))
    assert changed.error_code == "host_key"
    cache.close()
    strange = safe_execute(
        SshExecutor(), "127.0.0.1", "true", login(sshd, keys, known_hosts=KnownHosts("strict"))
    )
    assert "is not known" in strange.error


def test_endless_and_binary_output_is_bounded_and_cleaned(sshd, keys):
    cut = login(sshd, keys, max_output_bytes=100_000)
    endless = safe_execute(SshExecutor(), "127.0.0.1", "yes", cut)
    assert endless.error_code == "output_limit"
    assert len(endless.output) <= 100_000
    command = r"printf '\033[31mred\033[0m\000\007\377'"
    binary = safe_execute(SshExecutor(), "127.0.0.1", command, login(sshd, keys))
    assert binary.output == "red\ufffd"


def test_one_connection_serves_many_commands(sshd, keys, caplog):
    cache.close()
    config = login(sshd, keys)
    caplog.set_level("INFO", logger="paramiko.transport")

    for _ in range(5):
        assert safe_execute(SshExecutor(), "127.0.0.1", "true", config).success

    signed_in = [one for one in caplog.messages if one.startswith("Authentication")]
    assert len(signed_in) == 1


def test_old_algorithms_need_the_profile(tmp_path, keys):
    if os.geteuid() != 0:
        pytest.skip("the OpenSSH server of the tests runs as root")
    extra = (
        "KexAlgorithms diffie-hellman-group14-sha1\nHostKeyAlgorithms ssh-rsa\nCiphers aes128-cbc"
    )
    process, port = start_sshd(tmp_path, keys, extra)
    try:
        modern = safe_execute(SshExecutor(), "127.0.0.1", "true", login(port, keys, retries=0))
        legacy = safe_execute(SshExecutor(), "127.0.0.1", "echo ok", login(port, keys, legacy=True))
    finally:
        cache.close()
        process.stop()
    assert (modern.success, modern.error_code) == (False, "protocol")
    assert legacy.output == "ok\n"
    assert "ssh-rsa" in LEGACY["keys"]


def test_a_hung_target_delays_no_other(sshd, keys):
    listener = socket.create_server(("127.0.0.1", 0))
    hung = listener.getsockname()[1]
    targets = [Target("127.0.0.1", login(sshd, keys, retries=0)) for _ in range(6)]
    targets.insert(0, Target("127.0.0.1", login(hung, keys, timeout=3, retries=0)))

    found = execute_batch(SshExecutor(), targets, "echo hi", fan_out=4)
    listener.close()

    assert [one.success for one in found] == [False, *[True] * 6]
    assert found[0].error_code in {"timeout", "protocol"}


@pytest.mark.parametrize("way", ["raw", "program", "tcp"])
def test_each_rung_of_the_ladder_answers(way):
    if way == "raw" and os.geteuid() != 0:
        pytest.skip("raw sockets need root")
    if way == "program" and shutil.which("ping") is None:
        pytest.skip("no ping program")

    found = asyncio.run(ping("127.0.0.1", way=way, timeout_s=1))

    assert (found.is_alive, found.method) == (True, way)


@pytest.mark.once
@pytest.mark.parametrize("way", ["raw", "program"])
def test_a_ping_that_is_refused_at_once_does_not_say_timed_out(way):
    if way == "raw" and os.geteuid() != 0:
        pytest.skip("raw sockets need root")
    if way == "program" and shutil.which("ping") is None:
        pytest.skip("no ping program")

    found = asyncio.run(ping("255.255.255.255", way=way, timeout_s=20))

    assert not found.is_alive
    assert "timed out" not in found.error
