"""Names and passwords checked by a TACACS+ server (RFC 8907)."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import struct
import threading
import time

import pytest

from devices.executors import tacacs
from devices.models import CredentialUse

NAME, PASSWORD, SECRET = "ops", "right-pass-1", "shared-1"


def opened(raw, head, key=SECRET):
    """Hide or open a body, written from the RFC alone."""
    version, _, turn, _, session, _ = struct.unpack("!BBBBII", head)
    found, pad = bytearray(), b""
    for at, value in enumerate(raw):
        if at % 16 == 0:
            seed = struct.pack("!I", session) + key.encode() + bytes((version, turn))
            pad = hashlib.md5(seed + pad).digest()  # noqa: S324  the protocol's own
        found.append(value ^ pad[at % 16])
    return bytes(found)


class Server(threading.Thread):
    """Checks by ASCII, PAP and CHAP as a server does; `way` makes it odd."""

    def __init__(self, way: str = "") -> None:
        super().__init__(daemon=True)
        self.way, self.kinds = way, list[int]()
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                line, _ = self.sock.accept()
            except OSError:
                return
            with line, contextlib.suppress(ConnectionError):
                self._serve(line)

    def _serve(self, line: socket.socket) -> None:
        head = line.recv(12)
        if not head:
            return
        body = opened(line.recv(int.from_bytes(head[8:], "big")), head)
        _, _, kind, _, size, port, place, more = body[:8]
        name, data = body[8 : 8 + size], body[8 + size + port + place :][:more]
        self.kinds.append(kind)
        if self.way == "silent":
            time.sleep(2)
            return
        if self.way == "junk":
            line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        if self.way == "error":
            self._answer(line, head, 7, b"database is down")
            return
        if kind == 1:
            self._answer(line, head, 5, b"Password: ")
            head = line.recv(12)
            if not head:
                return
            body = opened(line.recv(int.from_bytes(head[8:], "big")), head)
            data = body[5 : 5 + int.from_bytes(body[:2], "big")]
        if kind == 3:
            proof = hashlib.md5(data[:1] + PASSWORD.encode() + data[1:17]).digest()  # noqa: S324
            good = data[17:] == proof
        else:
            good = data == PASSWORD.encode()
        self._answer(line, head, 1 if good and name == NAME.encode() else 2, b"")

    def _answer(self, line: socket.socket, head: bytes, status: int, said: bytes) -> None:
        body = struct.pack("!BBHH", status, 0, len(said), 0) + said
        if self.way == "unsealed":
            head = head[:3] + b"\x01" + head[4:]
        mine = struct.pack("!BBB", head[0], 1, head[2] + 1) + head[3:8]
        mine += len(body).to_bytes(4, "big")
        key = "another" if self.way == "foreign" else SECRET
        line.sendall(mine + (body if self.way == "unsealed" else opened(body, mine, key)))


@pytest.fixture
def server(request):
    running = Server(getattr(request, "param", ""))
    running.start()
    yield running
    running.sock.close()


@pytest.mark.parametrize(("kind", "number"), [("ascii", 1), ("pap", 2), ("CHAP", 3), ("", 1)])
def test_a_right_password_is_accepted_and_others_are_not(server, kind, number):
    good, bad, nobody = (
        tacacs.login("127.0.0.1", server.port, SECRET, name, password, kind=kind)
        for name, password in ((NAME, PASSWORD), (NAME, "wrong"), ("nobody", PASSWORD))
    )

    assert (good.success, good.output) == (True, "127.0.0.1 accepted the name and the password")
    assert [bad.error_code, nobody.error_code] == ["auth_failed", "auth_failed"]
    assert server.kinds == [number] * 3


@pytest.mark.parametrize(
    ("server", "code", "said"),
    [
        ("foreign", "protocol", "answers what the shared secret does not open"),
        ("unsealed", "protocol", "answers what the shared secret does not open"),
        ("junk", "protocol", "answers what the shared secret does not open"),
        ("silent", "timeout", "127.0.0.1 does not answer"),
        ("error", "protocol", "127.0.0.1 refused to check: database is down"),
    ],
    indirect=["server"],
)
def test_an_odd_server_is_an_outcome(server, code, said):
    found = tacacs.login("127.0.0.1", server.port, SECRET, NAME, PASSWORD, timeout_s=0.5)

    assert (found.success, found.error_code) == (False, code)
    assert said in found.error
    assert PASSWORD not in found.error


def test_what_cannot_be_asked_is_not_sent(server):
    lacking = tacacs.login("127.0.0.1", server.port, "", NAME, PASSWORD)
    closed = tacacs.login("127.0.0.1", 1, SECRET, NAME, PASSWORD)

    assert (lacking.error_code, closed.error_code) == ("invalid", "unreachable")
    assert server.kinds == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "status"), [(PASSWORD, "authenticated"), ("x", "auth_failed")]
)
def test_an_enterprise_server_is_really_asked(api, server, password, status):
    admin, base = api("admin"), "/api/credentials"
    body = {"name": "tac", "credential_type": "tacacs", "tacacs_server": "127.0.0.1"}
    body |= {"tacacs_port": server.port, "tacacs_secret": SECRET, "tacacs_auth_type": "pap"}
    row = admin.post(base, body, format="json").json()["data"]["credential"]
    config = {"name": "tac", "auth_type": "tacacs", "credential_id": row["id"]}
    saved = admin.post(f"{base}/enterprise/configs", config, format="json").json()["data"]
    account = {"name": "svc", "auth_config_id": saved["config"]["id"], "username": NAME}
    ask = {"config_id": saved["config"]["id"]}

    reached = admin.post(f"{base}/enterprise/test-connection", ask, format="json").json()["data"]
    admin.post(f"{base}/enterprise/users", {**account, "password": password}, format="json")
    signed = admin.post(f"{base}/enterprise/test-connection", ask, format="json").json()["data"]

    assert (reached["status"], signed["status"]) == ("reachable", status)
    assert (signed["auth_type"], signed["server"]) == ("tacacs", f"127.0.0.1:{server.port}")
    told = CredentialUse.objects.filter(action="used", target_service="TACACS")
    assert [use.success for use in told.order_by("pk")] == [True, status == "authenticated"]
