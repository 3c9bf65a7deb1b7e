"""The SSH executor against a switch that pauses where a prompt might end, or breaks off."""

import io
import socket
import threading
import time

import paramiko
import pytest

from devices.executors.ssh import SshExecutor
from devices.executors.ssh_client import SshFailed, read_key

SAYS = {
    "slow": ("first>", 0.4, " part\r\nsecond\r\n", "agg-sw-1> "),
    "hash": ("# a comment\r\n", 0.0, "the last #", "\r\nagg-sw-1> "),
    "config": ("", 0.0, "", "agg-sw-1(config)# "),
    "end": ("", 0.0, "left\r\n", "agg-sw-1> "),
}


class _Switch(paramiko.ServerInterface):
    """Takes any login and answers the lines of `SAYS` in a shell that echoes."""

    def check_auth_password(self, username, password):
        if username == "never":
            time.sleep(8)
        return paramiko.common.AUTH_SUCCESSFUL

    def get_allowed_auths(self, username):
        return "password"

    def check_channel_request(self, kind, chanid):
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_pty_request(self, *_):
        return True

    def check_channel_exec_request(self, channel, command):
        if command == b"never":
            time.sleep(8)
        elif command == b"at once":
            channel.sendall(b"half of it")
            channel.sendall_stderr(b", then nothing")
            _break_off(channel)
        else:
            threading.Thread(target=self._cut, args=(channel,), daemon=True).start()
        return True

    def _cut(self, channel):
        channel.sendall(b"half of it")
        _break_off(channel)

    def check_channel_shell_request(self, channel):
        threading.Thread(target=self._talk, args=(channel,), daemon=True).start()
        return True

    def _talk(self, channel):
        channel.sendall(b"Welcome\r\nagg-sw-1> ")
        for line in channel.makefile("r"):
            name = line.strip()
            if name == "cut":
                channel.sendall(b"cut\r\nhalf of it\r\n")
                _break_off(channel)
                break
            begin, pause, rest, prompt = SAYS[name]
            channel.sendall(f"{name}\r\n{begin}".encode())
            time.sleep(pause)
            channel.sendall(f"{rest}{prompt}".encode())


def _break_off(channel):
    time.sleep(0.2)
    channel.get_transport().close()


@pytest.fixture
def port():
    key = paramiko.RSAKey.generate(2048)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            transport = paramiko.Transport(listener.accept()[0])
            transport.add_server_key(key)
            transport.start_server(server=_Switch())

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def test_a_pause_after_what_looks_like_a_prompt_moves_no_output(port):
    config = {"username": "a", "password": "b", "port": port, "timeout": 10}

    found = SshExecutor().execute_interactive(
        "127.0.0.1", ["slow", "hash", "config", "end", "slow"], config
    )

    assert found["error"] is None
    assert [one["output"] for one in found["outputs"]] == [
        "first> part\nsecond",
        "# a comment\nthe last #",
        "",
        "left",
        "first> part\nsecond",
    ]


ENDED = "SSH error: the device ended the session"
BROKE = "SSH error: the connection broke before the command ended"


@pytest.mark.parametrize(
    ("command", "said", "error"),
    [("at once", "half of it, then nothing", ENDED), ("later", "half of it", BROKE)],
)
def test_what_was_said_before_a_command_was_cut_is_kept(port, command, said, error):
    config = {"username": "a", "password": "b", "port": port, "timeout": 10}

    found = SshExecutor().execute("127.0.0.1", command, config)

    assert (found.success, found.error_code, found.error) == (False, "protocol", error)
    assert found.output == said


def test_what_a_shell_said_before_it_was_cut_is_kept(port):
    config = {"username": "a", "password": "b", "port": port, "commands": ["end", "cut", "end"]}

    found = SshExecutor().execute("127.0.0.1", "", config)

    assert (found.success, found.error) == (False, "SSH error: the device closed the session")
    assert found.output == "left\nhalf of it"
    assert found.extra["outputs"] == [
        {"command": "end", "output": "left"},
        {"command": "cut", "output": "half of it"},
    ]


def test_what_a_device_says_instead_of_a_prompt_is_kept(port):
    config = {"username": "a", "password": "b", "port": port, "timeout": 0.5}
    asked = {**config, "commands": ["end"], "prompt_pattern": "never$"}

    found = SshExecutor().execute("127.0.0.1", "", asked)

    assert (found.error, found.error_code) == ("No prompt within 0.5s", "timeout")
    assert found.output == "Welcome\nagg-sw-1> "


def test_a_command_that_is_never_accepted_is_a_time_out(port):
    config = {"username": "a", "password": "b", "port": port, "timeout": 1}
    began = time.monotonic()

    found = SshExecutor().execute("127.0.0.1", "never", config)

    assert (found.error, found.error_code) == ("Command timed out after 1s", "timeout")
    assert time.monotonic() - began < 5


def test_a_sign_in_that_is_left_open_is_a_time_out(port):
    config = {"username": "never", "password": "b", "port": port, "timeout": 1}

    found = SshExecutor().execute("127.0.0.1", "end", config)

    assert (found.error, found.error_code) == ("Connection timed out after 1s", "timeout")


@pytest.mark.parametrize(
    ("key", "passphrase", "error"),
    [
        ("sealed", "", "the key needs its passphrase"),
        ("sealed", "wrong", "the private key cannot be read with its passphrase"),
        ("junk", "", "the private key cannot be read"),
    ],
)
def test_a_key_that_cannot_be_read_says_whether_its_passphrase_may_be_wrong(key, passphrase, error):
    written = io.StringIO()
    paramiko.RSAKey.generate(2048).write_private_key(written, password="right")
    text = written.getvalue() if key == "sealed" else key

    with pytest.raises(SshFailed) as failed:
        read_key(text, passphrase)

    assert (failed.value.code, str(failed.value)) == (
        "auth_failed",
        f"Authentication failed: {error}",
    )
