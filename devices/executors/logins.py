"""Does a directory or a RADIUS server take this name and password? Plain Python, outcomes only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import socket
import ssl
import threading
from typing import Any

from devices.executors.base import Outcome, hang_up
from inventory_site.core.whole import whole_number

CONNECT_S, WHOLE_S = 4, 6.0
MISSING = "LDAP needs the optional packages: pip install -r requirements/ldap.txt"
ACCESS_REQUEST, ACCESS_ACCEPT, ACCESS_REJECT, ACCESS_CHALLENGE = 1, 2, 3, 11
USER_NAME, USER_PASSWORD, NAS_IDENTIFIER, MESSAGE_AUTHENTICATOR = 1, 2, 32, 80


def ldap_bind(
    host: str, port: int, name: str, password: str, *, use_ssl: bool = False, verify: bool = True
) -> Outcome:
    """Bind by name and password, within 6 s; an empty password is refused before it is sent."""
    if not name or not password:
        return Outcome(False, error="name and password are required", error_code="invalid")
    try:
        import ldap3
        import ldap3.core.exceptions as failed
    except ImportError:
        return Outcome(False, error=MISSING, error_code="missing_library")
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED if verify else ssl.CERT_NONE)
    server = ldap3.Server(
        host, port=port, use_ssl=use_ssl, tls=tls, get_info=ldap3.NONE, connect_timeout=CONNECT_S
    )
    connection = ldap3.Connection(
        server, user=name, password=password, receive_timeout=CONNECT_S, raise_exceptions=True
    )
    clock = threading.Timer(WHOLE_S, _leave, [connection])
    clock.start()
    try:
        connection.bind()
    except (failed.LDAPInvalidCredentialsResult, failed.LDAPInvalidDNSyntaxResult):
        return _denied(f"{host} refused the name or the password")
    except (failed.LDAPException, OSError) as err:
        text = f"Connection error: {type(err).__name__}"
        return Outcome(False, error=text, error_code="unreachable")
    except Exception:  # noqa: BLE001  of junk, the library raises whatever it stumbles over
        return Outcome(False, error=f"{host} answers what is no LDAP", error_code="protocol")
    finally:
        clock.cancel()
        connection.unbind()
    return Outcome(True, f"{host} accepted the name and the password")


def _leave(connection: Any) -> None:
    if connection.socket is not None:
        hang_up(connection.socket)


def _denied(text: str) -> Outcome:
    return Outcome(False, error=f"Authentication failed: {text}", error_code="auth_failed")


def radius_login(
    host: str,
    port: int,
    secret: str,
    name: str,
    password: str,
    *,
    nas: str = "patchbay",
    timeout_s: float = 5.0,
    retries: int = 2,
) -> Outcome:
    """Ask a RADIUS server by PAP (RFC 2865), with a Message-Authenticator (RFC 3579)."""
    if not secret or not name:
        return Outcome(False, error="shared secret and name are required", error_code="invalid")
    number, authenticator = secrets.randbelow(256), secrets.token_bytes(16)
    key = secret.encode()
    packet = _request(number, authenticator, key, name, password, nas)
    try:
        place = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(place[0], socket.SOCK_DGRAM) as sock:
            sock.settimeout(timeout_s)
            sock.connect(place[4])
            for _ in range(retries + 1):
                sock.send(packet)
                answer = _received(sock, number, authenticator, key)
                if answer is not None:
                    return _said(host, answer)
    except OSError as err:
        return Outcome(False, error=f"Connection error: {err}", error_code="unreachable")
    return Outcome(False, error=f"{host} does not answer", error_code="timeout")


def _said(host: str, code: int) -> Outcome:
    if code == ACCESS_ACCEPT:
        return Outcome(True, f"{host} accepted the name and the password")
    if code == ACCESS_CHALLENGE:
        return Outcome(True, f"{host} answers and asks for a second step")
    return _denied(f"{host} refused the name or the password")


def _request(
    number: int, authenticator: bytes, key: bytes, name: str, password: str, nas: str
) -> bytes:
    attributes = b"".join(
        (
            _attribute(USER_NAME, name.encode()),
            _attribute(USER_PASSWORD, hidden(password.encode(), key, authenticator)),
            _attribute(NAS_IDENTIFIER, nas.encode()),
        )
    )
    blank = _attribute(MESSAGE_AUTHENTICATOR, bytes(16))
    head = bytes((ACCESS_REQUEST, number))
    size = (20 + len(attributes) + len(blank)).to_bytes(2, "big")
    signed = head + size + authenticator + attributes
    mark = hmac.new(key, signed + blank, hashlib.md5).digest()
    return signed + _attribute(MESSAGE_AUTHENTICATOR, mark)


def _attribute(kind: int, value: bytes) -> bytes:
    return bytes((kind, len(value[:253]) + 2)) + value[:253]


def hidden(password: bytes, key: bytes, authenticator: bytes) -> bytes:
    """Return a password as RFC 2865 section 5.2 hides it."""
    padded = password[:128] + bytes(-len(password[:128]) % 16 or (16 if not password else 0))
    found, last = b"", authenticator
    for start in range(0, len(padded), 16):
        mask = hashlib.md5(key + last).digest()  # noqa: S324  the protocol's own
        last = bytes(a ^ b for a, b in zip(padded[start : start + 16], mask, strict=True))
        found += last
    return found


def _received(sock: socket.socket, number: int, authenticator: bytes, key: bytes) -> int | None:
    """Return the code of a genuine answer; silence and forgeries are nothing."""
    try:
        data = sock.recv(4096)
    except (TimeoutError, ConnectionRefusedError):
        return None
    if len(data) < 20 or data[1] != number:
        return None
    size = int.from_bytes(data[2:4], "big")
    proof = hashlib.md5(data[:4] + authenticator + data[20:size] + key).digest()  # noqa: S324  RFC 2865's own
    return data[0] if hmac.compare_digest(proof, data[4:20]) else None


def whole(value: Any, default: int) -> int:
    """Read a port or a count of a secret document."""
    number = whole_number(value or "", digits=5)
    return default if number is None else number
