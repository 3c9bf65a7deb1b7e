"""The shell of the SSH executor against a switch whose output pauses where a prompt might end."""

import socket
import threading
import time

import paramiko
import pytest

from devices.executors.ssh import SshExecutor

SAYS = {
    "slow": ("first>", 0.4, " part\r\nsecond\r\n", "agg-sw-1> "),
    "hash": ("# a comment\r\n", 0.0, "the last #", "\r\nagg-sw-1> "),
    "config": ("", 0.0, "", "agg-sw-1(config)# "),
    "end": ("", 0.0, "left\r\n", "agg-sw-1> "),
}


class _Switch(paramiko.ServerInterface):
    """Takes any login and answers the lines of `SAYS` in a shell that echoes."""

    def check_auth_password(self, username, password):
        return paramiko.common.AUTH_SUCCESSFUL

    def get_allowed_auths(self, username):
        return "password"

    def check_channel_request(self, kind, chanid):
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_pty_request(self, *_):
        return True

    def check_channel_shell_request(self, channel):
        threading.Thread(target=self._talk, args=(channel,), daemon=True).start()
        return True

    def _talk(self, channel):
        channel.sendall(b"Welcome\r\nagg-sw-1> ")
        for line in channel.makefile("r"):
            name = line.strip()
            begin, pause, rest, prompt = SAYS[name]
            channel.sendall(f"{name}\r\n{begin}".encode())
            time.sleep(pause)
            channel.sendall(f"{rest}{prompt}".encode())


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
