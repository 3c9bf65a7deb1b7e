"""SSH connections on paramiko: our own socket, kept alive, kept for the next command.

Old algorithms (SHA-1 key exchange, `ssh-rsa`, CBC, 3DES, MD5) are offered only where a device's
profile asks for them.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import paramiko

from devices.executors.ssh_keys import HostKeyRefused, KnownHosts

LEGACY = {
    "kex": [
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
    ],
    "keys": ["ssh-rsa", "ssh-dss"],
    "pubkeys": ["ssh-rsa", "ssh-dss"],
    "ciphers": ["3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc", "blowfish-cbc"],
    "macs": ["hmac-md5", "hmac-md5-96", "hmac-sha1-96", "hmac-sha1"],
}
KEEPALIVE_S, IDLE_S, MAX_KEPT, KEPT_WAIT_S = 15, 120.0, 200, 5.0
KEY_CLASSES = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


@dataclass(frozen=True, slots=True)
class Login:
    """How to be let in; secrets stay out of `repr()`."""

    host: str
    port: int = 22
    username: str = ""
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    timeout_s: float = 30.0
    legacy: bool = False

    def key(self) -> tuple[str, int, str, str, bool]:
        """What two uses of one connection share."""
        secret = "\0".join((self.password, self.private_key, self.passphrase))
        digest = hashlib.sha256(secret.encode()).hexdigest()
        return self.host, self.port, self.username, digest, self.legacy


class SshFailed(Exception):
    """A connection could not be made; `code` is an outcome's error code."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def login_of(host: str, config: Mapping[str, Any]) -> Login:
    """Return the login that a configuration means."""
    return Login(
        host=host,
        port=int(config.get("port") or 22),
        username=str(config.get("username") or ""),
        password=str(config.get("password") or ""),
        private_key=str(config.get("private_key") or ""),
        passphrase=str(config.get("passphrase") or ""),
        timeout_s=float(config.get("timeout") or 30),
        legacy=bool(config.get("legacy")),
    )


def connect(login: Login, hosts: KnownHosts) -> paramiko.Transport:
    """Open and authenticate a connection; raises `SshFailed`."""
    began, sock, transport = time.monotonic(), _socket(login), None
    try:
        transport = paramiko.Transport(
            sock, disabled_algorithms=None if login.legacy else dict(LEGACY)
        )
        transport.banner_timeout = transport.auth_timeout = login.timeout_s
        transport.handshake_timeout = login.timeout_s
        _prefer_known(transport, hosts.types_of(login.host, login.port))
        transport.start_client(timeout=login.timeout_s)
        shown = transport.get_remote_server_key()
        hosts.check(login.host, login.port, shown.get_name(), shown.get_base64())
        _authenticate(transport, login)
        transport.set_keepalive(KEEPALIVE_S)
    except HostKeyRefused as err:
        _close(transport, sock)
        raise SshFailed("host_key", f"SSH error: {err}") from err
    except paramiko.AuthenticationException as err:
        _close(transport, sock)
        text = str(err)
        if text.rstrip(".") == "Authentication timeout":
            raise _as_failure(err, login, time.monotonic() - began) from err
        if text.rstrip(".") == "Authentication failed":  # paramiko's own words, said already
            text = f"{login.host} refused the name, the password or the key"
        raise SshFailed("auth_failed", f"Authentication failed: {text}") from err
    except (paramiko.SSHException, EOFError) as err:
        _close(transport, sock)
        raise _as_failure(err, login, time.monotonic() - began) from err
    except OSError as err:
        _close(transport, sock)
        raise SshFailed("unreachable", f"Connection error: {err}") from err
    return transport


def _as_failure(err: Exception, login: Login, took_s: float) -> SshFailed:
    text = str(err) or "the server closed the connection"
    if took_s >= login.timeout_s * 0.98 or "timeout" in text.lower():
        return SshFailed("timeout", f"Connection timed out after {login.timeout_s:g}s")
    if isinstance(err, paramiko.ssh_exception.IncompatiblePeer) and not login.legacy:
        text += "; it may need the old algorithms, which a device can be given"
    return SshFailed("protocol", f"SSH error: {text}")


def _socket(login: Login) -> socket.socket:
    try:
        sock = socket.create_connection((login.host, login.port), timeout=login.timeout_s)
    except TimeoutError as err:
        raise SshFailed("timeout", f"Connection timed out after {login.timeout_s:g}s") from err
    except OSError as err:
        raise SshFailed("unreachable", f"Connection error: {err}") from err
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return sock


def _prefer_known(transport: paramiko.Transport, known: list[str]) -> None:
    options = transport.get_security_options()
    wanted = [one for one in options.key_types if one in known]
    if wanted:
        options.key_types = (*wanted, *(one for one in options.key_types if one not in wanted))


def _authenticate(transport: paramiko.Transport, login: Login) -> None:
    if login.private_key:
        transport.auth_publickey(login.username, read_key(login.private_key, login.passphrase))
        return
    try:
        transport.auth_password(login.username, login.password)
    except paramiko.BadAuthenticationType as err:
        if "keyboard-interactive" not in err.allowed_types:
            raise
        transport.auth_interactive(
            login.username, lambda title, text, prompts: [login.password for _ in prompts]
        )


def read_key(text: str, passphrase: str = "") -> paramiko.PKey:
    """Read a private key in PEM; raises `SshFailed`."""
    for kind in KEY_CLASSES:
        try:
            found: paramiko.PKey = kind.from_private_key(io.StringIO(text), passphrase or None)
        except paramiko.PasswordRequiredException as err:
            raise SshFailed(
                "auth_failed", "Authentication failed: the key needs its passphrase"
            ) from err
        except (paramiko.SSHException, ValueError, IndexError):
            continue
        return found
    by = " with its passphrase" if passphrase else ""
    raise SshFailed("auth_failed", f"Authentication failed: the private key cannot be read{by}")


def _close(transport: paramiko.Transport | None, sock: socket.socket) -> None:
    if transport is not None:
        transport.close()
    sock.close()


class ConnectionCache:
    """Keeps connections for the next command; each is used by one thread at a time."""

    def __init__(self, idle_s: float = IDLE_S, most: int = MAX_KEPT) -> None:
        self._idle_s, self._most = idle_s, most
        self._free: dict[tuple[Any, ...], list[tuple[float, paramiko.Transport]]] = {}
        self._guard = threading.Lock()

    @contextlib.contextmanager
    def session(self, login: Login, hosts: KnownHosts) -> Iterator[paramiko.Channel]:
        """Lend a session on a kept or a new connection; one that failed is not kept.

        A kept connection whose device has gone meanwhile gives way to a new one.
        """
        transport, channel = self._reopened(login) or self._opened(login, hosts)
        try:
            with contextlib.closing(channel):
                yield channel
        except BaseException:
            transport.close()
            raise
        self._give_back(login, transport)

    def _reopened(self, login: Login) -> tuple[paramiko.Transport, paramiko.Channel] | None:
        transport = self._take(login)
        if transport is None:
            return None
        try:
            return transport, transport.open_session(timeout=min(login.timeout_s, KEPT_WAIT_S))
        except (paramiko.SSHException, EOFError, OSError):
            transport.close()
            return None

    def _opened(
        self, login: Login, hosts: KnownHosts
    ) -> tuple[paramiko.Transport, paramiko.Channel]:
        transport = connect(login, hosts)
        try:
            return transport, transport.open_session(timeout=login.timeout_s)
        except BaseException:
            transport.close()
            raise

    def _take(self, login: Login) -> paramiko.Transport | None:
        with self._guard:
            waiting = self._free.get(login.key(), [])
            while waiting:
                since, transport = waiting.pop()
                if transport.is_active() and time.monotonic() - since < self._idle_s:
                    return transport
                transport.close()
        return None

    def _give_back(self, login: Login, transport: paramiko.Transport) -> None:
        with self._guard:
            self._drop_idle()
            if transport.is_active() and self._count() < self._most:
                kept = self._free.setdefault(login.key(), [])
                kept.append((time.monotonic(), transport))
                return
        transport.close()

    def _count(self) -> int:
        return sum(len(kept) for kept in self._free.values())

    def _drop_idle(self) -> None:
        oldest = time.monotonic() - self._idle_s
        for key, kept in list(self._free.items()):
            fresh = [(since, one) for since, one in kept if since > oldest and one.is_active()]
            for since, one in kept:
                if (since, one) not in fresh:
                    one.close()
            if fresh:
                self._free[key] = fresh
            else:
                del self._free[key]

    def close(self) -> None:
        """Close every kept connection."""
        with self._guard:
            for kept in self._free.values():
                for _, transport in kept:
                    transport.close()
            self._free.clear()


cache = ConnectionCache()
