"""A small SSH server with the shell of a switch; each simulated device has one."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

import paramiko

from devices.simulator.tables import answer
from devices.simulator.world import SimulatedDevice, World

MAX_SESSIONS = 32
GOODBYE_S = 0.5  # for the caller to close first: the request has been acknowledged then


class _Login(paramiko.ServerInterface):
    def __init__(self, world: World, device: SimulatedDevice) -> None:
        self._world, self._device = world, device

    def check_auth_password(self, username: str, password: str) -> int:
        account = self._world.scenario["ssh"]
        if (username, password) == (account["username"], account["password"]):
            return paramiko.common.AUTH_SUCCESSFUL
        return paramiko.common.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        if kind == "session":
            return paramiko.common.OPEN_SUCCEEDED
        return paramiko.common.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_pty_request(self, *args: Any) -> bool:
        return True

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(
            target=self._exec, args=(channel, command.decode(errors="replace")), daemon=True
        ).start()
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        threading.Thread(target=self._shell, args=(channel,), daemon=True).start()
        return True

    def _exec(self, channel: paramiko.Channel, command: str) -> None:
        with contextlib.suppress(OSError, EOFError), contextlib.closing(channel):
            text = answer(self._world, self._device, command)
            channel.sendall((text + "\n").encode())
            channel.send_exit_status(1 if text.startswith("SHELL PARSER") else 0)
            channel.shutdown_write()
            channel.settimeout(GOODBYE_S)
            channel.recv(1)

    def _shell(self, channel: paramiko.Channel) -> None:
        prompt = f"{self._device.name}> "
        with contextlib.suppress(OSError, EOFError):
            channel.sendall(f"\r\nWelcome to {self._device.name}\r\n{prompt}".encode())
            buffer = ""
            while True:
                piece = channel.recv(1024)
                if not piece:
                    return
                buffer += piece.decode(errors="replace").replace("\r", "\n")
                while "\n" in buffer:
                    line, _, buffer = buffer.partition("\n")
                    if line.strip() in {"exit", "quit"}:
                        channel.close()
                        return
                    text = answer(self._world, self._device, line) if line.strip() else ""
                    shown = f"{line}\n{text}\n{prompt}".replace("\n", "\r\n")
                    channel.sendall(shown.encode())


class SshServer:
    """Listens for one device until `stop`."""

    def __init__(
        self, world: World, device: SimulatedDevice, port: int, key: paramiko.PKey
    ) -> None:
        self._world, self._device, self._key = world, device, key
        self._listener = socket.create_server((device.address, port), backlog=64)
        self._places = threading.Semaphore(MAX_SESSIONS)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def start(self) -> None:
        """Serve in threads of its own."""
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        """Close the listener."""
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if not self._places.acquire(blocking=False):
                sock.close()
                continue
            threading.Thread(target=self._session, args=(sock,), daemon=True).start()

    def _session(self, sock: socket.socket) -> None:
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport = paramiko.Transport(sock)
            transport.add_server_key(self._key)
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Login(self._world, self._device))
                transport.join()
        finally:
            self._places.release()
            sock.close()
