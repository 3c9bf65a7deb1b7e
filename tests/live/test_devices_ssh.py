"""SSH against OpenSSH: passwords, slow and half-closed lines, devices that went away."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from devices.executors.base import Outcome, safe_execute
from devices.executors.ssh import SshExecutor
from devices.executors.ssh_client import cache
from tests.devices.conftest import free_port
from tests.live.test_devices_peers import SSHD, keys, login, sshd
from tests.peers.process import MissingPeer, Process, find_program

__all__ = ["keys", "sshd"]

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("devices-live")]
PASSWORD = "pl4nted-Pass-9"
NAMESPACE = "mount --bind {folder}/shadow /etc/shadow && exec {sshd} -D -e -f {folder}/sshd_config"


class Relay:
    """A line to a server that can be slow, fall silent, or end one way only."""

    def __init__(self, port: int, delay_s: float = 0.0) -> None:
        self._to, self._delay_s = port, delay_s
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._silent: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *exc: object) -> None:
        self._listener.close()
        for pair in self._pairs:
            for sock in pair:
                sock.close()

    @property
    def lines(self) -> int:
        """How many connections there have been."""
        return len(self._pairs)

    def freeze(self) -> None:
        """From now on nothing passes on the lines that there are; new ones work."""
        for pair in list(self._pairs):
            self._silent.update(pair)

    def half_close(self) -> None:
        """End what the server says on the lines that there are; the other way stays open."""
        self.freeze()
        for near, _ in list(self._pairs):  # the client opens the next one meanwhile
            near.shutdown(socket.SHUT_WR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self._pairs.append((near, far))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                time.sleep(self._delay_s)
                if one not in self._silent:
                    other.sendall(data)
            if one not in self._silent:
                other.shutdown(socket.SHUT_WR)


def run(command: str, config: dict[str, object]) -> Outcome:
    return safe_execute(SshExecutor(), "127.0.0.1", command, config)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.close()
    yield
    cache.close()


@pytest.fixture
def by_password(tmp_path: Path) -> Iterator[int]:
    """An OpenSSH server that lets root in by password, with a shadow file of its own."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("a shadow file of its own needs root and unshare")
    try:
        program = find_program("sshd", "openssh-server", "/usr/sbin/sshd")
    except MissingPeer as err:
        pytest.skip(str(err))
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True
    ).stdout.strip()
    (tmp_path / "shadow").write_text(f"root:{hashed}:19000:0:99999:7:::\n")
    call = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "host_rsa")]
    subprocess.run(call, check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    port = free_port()
    config = SSHD.format(port=port, folder=tmp_path, extra="")
    config = config.replace("PasswordAuthentication no", "PasswordAuthentication yes")
    config = config.replace("prohibit-password", "yes")
    (tmp_path / "sshd_config").write_text(config)
    script = NAMESPACE.format(folder=tmp_path, sshd=program)
    process = Process(["unshare", "--mount", "sh", "-c", script], tmp_path / "log")
    process.start()
    with contextlib.suppress(TimeoutError):
        process.wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, 20)
    yield port
    process.stop()


def test_a_password_lets_in_and_a_wrong_one_does_not(by_password):
    account = {"port": by_password, "username": "root", "timeout": 30, "retries": 3}

    right = run("echo in", {**account, "password": PASSWORD})
    cache.close()
    with Relay(by_password) as line:
        wrong = run("echo in", {**account, "port": line.port, "password": "wrong"})
        tries = line.lines

    assert (right.success, right.output) == (True, "in\n")
    assert (wrong.success, wrong.error_code) == (False, "auth_failed")
    assert wrong.error.startswith("Authentication failed: ")
    assert PASSWORD not in repr((right, wrong))
    assert tries == 1, "a wrong password is not tried again"


def test_a_slow_line_is_waited_for(sshd, keys):
    with Relay(sshd, delay_s=0.05) as line:
        done = run("echo slow", login(line.port, keys))

    assert (done.success, done.output) == (True, "slow\n")


def test_a_server_that_says_nothing_is_a_time_out():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        account = {"port": port, "username": "root", "password": "x"}
        done = run("true", {**account, "timeout": 0.5, "retries": 0})

    assert (done.error_code, done.error) == ("timeout", "Connection timed out after 0.5s")
    assert done.duration < 10


def test_a_closed_port_is_a_connection_error():
    account = {"port": free_port(), "username": "root", "password": "x", "retries": 0}
    done = run("true", account)

    assert done.error_code == "unreachable"
    assert done.error.startswith("Connection error: ")


def test_a_device_that_went_away_is_signed_in_to_again(sshd, keys):
    with Relay(sshd) as line:
        config = login(line.port, keys, retries=0)
        first = run("echo one", config)
        line.freeze()
        again = run("echo two", config)
        last = run("echo three", config)

    assert [one.output for one in (first, again, last)] == ["one\n", "two\n", "three\n"]
    assert line.lines == 2


def test_a_line_that_closes_one_way_ends_the_command(sshd, keys, tmp_path):
    mark = tmp_path / "begun"

    def cut_once_begun():
        until = time.monotonic() + 20
        while not mark.exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)  # what was said before is on its way
        line.half_close()

    with Relay(sshd) as line:
        config = login(line.port, keys, timeout=20, retries=0)
        assert run("true", config).success
        threading.Thread(target=cut_once_begun, daemon=True).start()
        began = time.monotonic()
        cut = run(f"echo begun; touch {mark}; sleep 60", config)
        took = time.monotonic() - began
        after = run("echo back", config)

    assert (cut.success, cut.error_code, cut.output) == (False, "protocol", "begun\n")
    assert cut.error == "SSH error: the connection broke before the command ended"
    assert took < 15  # neither the command's minute nor the limit
    assert (after.error, after.output) == (None, "back\n")


def test_a_shell_session_that_floods_is_cut(sshd, keys):
    found = SshExecutor().execute_interactive(
        "127.0.0.1", ["yes hello"], login(sshd, keys, max_output_bytes=50_000)
    )

    assert (found["success"], found["error_code"]) == (False, "output_limit")
    assert found["error"] == "The output was cut after 50000 bytes"


def test_escapes_in_a_shell_session_are_taken_out(sshd, keys):
    command = r"printf '\033]0;title\007\033[31mred\033[0m\r\n\033[2J<b>x</b>\n'"
    found = SshExecutor().execute_interactive(
        "127.0.0.1", ["export PS1='switch> '", command], login(sshd, keys)
    )

    assert found["success"], found
    assert found["outputs"][1]["output"] == "red\n<b>x</b>"


def test_what_a_shell_session_said_before_its_line_broke_is_kept(sshd, keys):
    commands = ["echo whole", "echo half of it; sleep 0.3; kill -9 $PPID", "echo never"]
    found = SshExecutor().execute_interactive(
        "127.0.0.1", ["export PS1='switch> '", *commands], login(sshd, keys)
    )

    assert (found["success"], found["error_code"]) == (False, "protocol")
    assert found["error"].startswith("SSH error: the device ")
    assert [one["output"] for one in found["outputs"][1:]] == ["whole", "half of it"]


class _StatusFirst(paramiko.ServerInterface):
    """Sends the status of a command, then the rest of its output, and may end the stream."""

    def check_auth_password(self, username, password):
        return paramiko.common.AUTH_SUCCESSFUL

    def get_allowed_auths(self, username):
        return "password"

    def check_channel_request(self, kind, chanid):
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        threading.Thread(target=self._exec, args=(channel, command), daemon=True).start()
        return True

    def _exec(self, channel, command):
        time.sleep(0.05)
        channel.sendall(b"first\n")
        channel.send_exit_status(0)
        time.sleep(0.2)
        channel.sendall(b"last\n")
        if command == b"end":
            channel.close()


def test_output_that_follows_the_status_is_read():
    key = paramiko.RSAKey.generate(2048)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            transport = paramiko.Transport(listener.accept()[0])
            transport.add_server_key(key)
            transport.start_server(server=_StatusFirst())

        threading.Thread(target=serve, daemon=True).start()
        config = {"username": "a", "password": "b", "port": listener.getsockname()[1]}
        ended = run("end", config)
        began = time.monotonic()
        held = run("hold the stream", config)

    assert (ended.success, ended.output) == (True, "first\nlast\n")
    assert (held.success, held.output) == (True, "first\nlast\n")
    assert time.monotonic() - began < 10  # not the half minute of the limit
